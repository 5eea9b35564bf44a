{# Age in completed years at the last day of the month of `day`; the day of birth is not kept. #}
{% macro age_on(birth_month, day) -%}
    floor(
        (
            (extract(year from {{ day }}) - extract(year from {{ birth_month }})) * 12
            + extract(month from {{ day }}) - extract(month from {{ birth_month }})
        ) / 12
    )
{%- endmacro %}


{# Whether the person is a child on `day`; one whose age is unknown is. Needs the parameter child_max_age joined. #}
{% macro is_child_on(birth_month, day) -%}
    ({{ birth_month }} is null or {{ age_on(birth_month, day) }} between 0 and child_max_age.value)
{%- endmacro %}


{# The breakdown values a row about a child counts in: (breakdown, breakdown_value), null where it counts in none. #}
{% macro child_breakdowns(relation) %}
    cross join lateral (
        values
        ('total', 'total'),
        ('sex', {{ relation }}.sex)
    ) as breakdowns (breakdown, breakdown_value)
{% endmacro %}


{# Sex as published, from the letter in the personal code's place: V vyras, M moteris. #}
{% macro sex(column) -%}
    case {{ column }} when 'V' then 'male' when 'M' then 'female' end
{%- endmacro %}
