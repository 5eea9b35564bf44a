{# The day of an instant where the providers live. #}
{% macro local_date(instant) -%}
    ({{ instant }} at time zone '{{ var("time_zone") }}')::date
{%- endmacro %}


{% macro clock_date() -%}
    date '{{ var("clock_date") }}'
{%- endmacro %}
