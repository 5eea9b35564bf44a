{#
    Each row of a relation once for each of `rows`, the words of a list of values; `alias` names them and their columns.
#}
{% macro each_of(alias, rows) %}
    cross join lateral (
        values
        {% for row in rows %}
        ({{ row }}){{ ',' if not loop.last }}
        {% endfor %}
    ) as {{ alias }}
{% endmacro %}
