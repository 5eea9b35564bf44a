{# The municipality of a row's case on the row's day; joins `int_case_places` as `places`. #}
{% macro place_of_case(relation, day) %}
    left join {{ ref('int_case_places') }} as places
        on
            {{ relation }}.provider_code = places.provider_code
            and {{ relation }}.case_number = places.case_number
            and places.speaks_from <= {{ relation }}.{{ day }}
            and places.speaks_until > {{ relation }}.{{ day }}
{% endmacro %}


{#
    Post-hook of an incremental fact that takes its municipality from a case: where a case has moved, or its slice was
    replaced, the rows held move with it.
#}
{% macro follow_moved_cases(day) %}
    update {{ this }} as held
    set municipality_code = placed.municipality_code
    from (
        select
            rows_held.load_id,
            rows_held.row_number,
            places.municipality_code
        from {{ this }} as rows_held
        {{ place_of_case('rows_held', day) }}
        where rows_held.municipality_code is distinct from places.municipality_code
    ) as placed
    where
        held.load_id = placed.load_id
        and held.row_number = placed.row_number
{% endmacro %}
