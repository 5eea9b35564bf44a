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


{#
    What a row about a child is broken down by besides sex: join its age band on `day` and the decisions in force on
    `decided_by` (default: the same day). `child_traits()` then are the columns.
#}
{% macro join_child_traits(relation, day, decided_by=none, person=none) %}
    left join {{ ref('int_age_bands') }} as age_bands
        on
            {{ age_on((person or relation) ~ '.birth_month', relation ~ '.' ~ day) }} = age_bands.age
            and age_bands.valid_from <= {{ relation }}.{{ day }}
            and age_bands.valid_until > {{ relation }}.{{ day }}
    {% for breakdown in ('disability', 'sen') %}
    left join {{ ref('int_decisions_in_force') }} as {{ breakdown }}
        on
            {{ breakdown }}.breakdown = '{{ breakdown }}'
            and {{ person or relation }}.child_id = {{ breakdown }}.child_id
            and {{ breakdown }}.in_force_from <= {{ relation }}.{{ decided_by or day }}
            and {{ breakdown }}.in_force_until > {{ relation }}.{{ decided_by or day }}
    {% endfor %}
{% endmacro %}


{% macro child_traits() -%}
    age_bands.age_band,
        case when disability.child_id is null then 'no' else 'yes' end as disability,
        case when sen.child_id is null then 'no' else 'yes' end as sen
{%- endmacro %}


{# The breakdown values a row about a child counts in: (breakdown, breakdown_value), null where it counts in none. #}
{% macro child_breakdowns(relation) %}
    cross join lateral (
        values
        ('total', 'total'),
        ('sex', {{ relation }}.sex),
        ('age_band', {{ relation }}.age_band),
        ('disability', {{ relation }}.disability),
        ('sen', {{ relation }}.sen)
    ) as breakdowns (breakdown, breakdown_value)
{% endmacro %}


{# Sex as published, from the letter in the personal code's place: V vyras, M moteris. #}
{% macro sex(column) -%}
    case {{ column }} when 'V' then 'male' when 'M' then 'female' end
{%- endmacro %}
