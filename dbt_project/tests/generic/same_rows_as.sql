{# As many rows as the relation it must follow: what should be there is there. #}
{% test same_rows_as(model, relation) %}
    with expected as (
        select count(*) as rows_expected from {{ relation }}
    ),

    present as (
        select count(*) as rows_present from {{ model }}
    )

    select
        expected.rows_expected,
        present.rows_present
    from expected
    cross join present
    where expected.rows_expected <> present.rows_present
{% endtest %}
