{# Join the value that a parameter has on a day; `<name>.value` then is that value. #}
{% macro parameter(name, day) %}
    inner join {{ ref('stg_parameters') }} as {{ name }}
        on
            {{ name }}.parameter = '{{ name }}'
            and {{ name }}.valid_from <= {{ day }}
            and {{ name }}.valid_until > {{ day }}
{% endmacro %}
