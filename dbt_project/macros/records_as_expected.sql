{#
    The common table expression `final` of an indicator that counts records against records: a row per expected value,
    0 where `measured` has none. Of `measured` it takes measure, period, territory, breakdown, numerator and denominator.
#}
{% macro records_as_expected() %}
final as (
    select
        expected.indicator_code,
        expected.measure,
        expected.period_grain,
        expected.period_start,
        expected.territory_level,
        expected.territory_code,
        expected.breakdown,
        expected.breakdown_value,
        coalesce(measured.numerator, 0)::numeric as numerator,
        coalesce(measured.denominator, 0)::numeric as denominator,
        false as is_estimated
    from expected
    left join measured
        on
            expected.measure = measured.measure
            and expected.period_grain = measured.period_grain
            and expected.period_start = measured.period_start
            and expected.territory_code = measured.territory_code
            and expected.breakdown = measured.breakdown
            and expected.breakdown_value = measured.breakdown_value
)
{% endmacro %}
