{#
    An indicator's view says what the indicator is in the words of its methodology card, English before Lithuanian:
    the code and name, what one row is (the model's own description), and its main measure in each version.
#}
{% macro comment_from_card(indicator_code) %}
do $comment$
declare
    told text;
begin
    select
        concat_ws(' ', indicator_code || ', ' || name_en || '.', split_part($row${{ model.description }}$row$, E'\n\n', 1), versions_en)
        || E'\n\n'
        || concat_ws(' ', indicator_code || ', ' || name_lt || '.', split_part($row${{ model.description }}$row$, E'\n\n', 2), versions_lt)
    into strict told
    from (
        select
            indicator_code,
            name_lt,
            name_en,
            string_agg(
                concat_ws(
                    ' ',
                    definition_version || coalesce(' from ' || valid_from, '') || ':',
                    numerator_en || coalesce(' / ' || denominator_en, '') || '; unit: ' || unit_en || '.'
                ),
                ' '
                order by definition_version
            ) as versions_en,
            string_agg(
                concat_ws(
                    ' ',
                    definition_version || coalesce(' nuo ' || valid_from, '') || ':',
                    numerator_lt || coalesce(' / ' || denominator_lt, '') || '; vienetas: ' || unit_lt || '.'
                ),
                ' '
                order by definition_version
            ) as versions_lt
        from {{ ref('marts_dim_indicator') }}
        where
            indicator_code = '{{ indicator_code }}'
            and measure = 'main'
        group by indicator_code, name_lt, name_en
    ) as cards;
    execute format('comment on view {{ this }} is %L', told);
end
$comment$
{% endmacro %}
