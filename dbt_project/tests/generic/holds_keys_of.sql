{# Every key that the facts name is in the model. Returns how many of a fact's keys are not, never which. #}
{% test holds_keys_of(model, column_name, facts) %}
    {% for fact in facts %}
        select
            '{{ fact.identifier }}' as fact,
            count(distinct facts.{{ column_name }}) as keys_unknown
        from {{ fact }} as facts
        left join {{ model }} as known on facts.{{ column_name }} = known.{{ column_name }}
        where
            facts.{{ column_name }} is not null
            and known.{{ column_name }} is null
        having count(*) > 0
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
{% endtest %}
