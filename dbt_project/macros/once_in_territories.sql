{#
    A child counts once in each territory. These columns mark which of its rows does: the first by `first_of` in its
    municipality, in its county and in the nation. `relation` bears county_code. Rows marked can then be counted by
    municipality, which leaves few of them to spread: see `count_in_territory`.
#}
{% macro once_in_territories(relation, keys, first_of) %}
    {% for level in ('municipality', 'county', 'nation') %}
    row_number() over (
            partition by
                {% for key in keys %}
                {{ relation }}.{{ key }},
                {% endfor %}
                {{ relation }}.child_id{{ ',' if level != 'nation' }}
                {% if level != 'nation' %}
                {{ relation }}.{{ level }}_code
                {% endif %}
            order by {{ first_of }}
        ) = 1 as is_counted_in_{{ level }}{{ ',' if not loop.last }}
    {% endfor %}
{% endmacro %}


{# What counts in a territory's level, of rows that were counted for each level by municipality. #}
{% macro count_in_territory(relation) -%}
    case territories.territory_level
            when 'municipality' then {{ relation }}.in_municipality
            when 'county' then {{ relation }}.in_county
            else {{ relation }}.in_nation
        end
{%- endmacro %}
