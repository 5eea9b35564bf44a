{# The columns are a key. Returns how many keys are there more than once, never which. #}
{% test unique_together(model, columns) %}
    with repeated as (
        select count(*) as rows_of_key
        from {{ model }}
        group by {{ columns | join(', ') }}
        having count(*) > 1
    )

    select count(*) as repeated_keys
    from repeated
    having count(*) > 0
{% endtest %}
