with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'P11'
),

slices as (
    select * from {{ ref('int_slice_territories') }}
),

months as (
    select * from {{ ref('int_period_months') }}
),

counted as (
    select
        months.period_grain,
        months.period_start,
        slices.territory_code,
        count(*) as due,
        count(*) filter (where slices.was_automated) as automated,
        count(*) filter (where slices.has_arrived) as arrived,
        count(*) filter (where slices.was_readable) as readable,
        count(*) filter (where slices.was_accepted) as accepted,
        count(*) filter (where slices.was_on_time) as on_time,
        count(*) filter (where slices.was_automatic) as automatic
    from slices
    inner join months on date_trunc('month', slices.due_on)::date = months.month_start
    group by
        months.period_grain,
        months.period_start,
        slices.territory_code
),

measured as (
    select
        counted.period_grain,
        counted.period_start,
        counted.territory_code,
        measures.measure,
        measures.numerator,
        counted.due as denominator
    from counted
    cross join lateral (
        values
        ('main', counted.automated),
        ('arrived', counted.arrived),
        ('readable', counted.readable),
        ('accepted', counted.accepted),
        ('on_time', counted.on_time),
        ('automatic', counted.automatic)
    ) as measures (measure, numerator)
),

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
)

select * from final
