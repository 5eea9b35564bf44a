{#
    Whether a slice of one of an indicator's `datasets` counts in a period: the two overlap, or where the reference
    files say so, the slice ends in the period.
#}
{% macro slice_counts_in(slices, periods) -%}
    {{ slices }}.period_end >= {{ periods }}.period_start
            and case datasets.counted_where
                when 'end' then {{ slices }}.period_end
                else {{ slices }}.period_start
            end <= {{ periods }}.period_end
{%- endmacro %}
