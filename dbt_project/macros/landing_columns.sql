{# Where a landed row comes from: the columns that every staging model begins with. #}
{% macro landing_columns() -%}
    load_id,
        delivery_id,
        row_number,
        provider_code,
        period,
        period_start,
        period_end
{%- endmacro %}


{# The child of a landed row: what landing made of the personal code. #}
{% macro child_columns() -%}
    vaiko_id as child_id,
        gimimo_menuo as birth_month,
        {{ sex('lytis') }} as sex,
        _temporary_code as has_temporary_code
{%- endmacro %}
