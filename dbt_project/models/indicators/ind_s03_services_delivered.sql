with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'S03'
),

services as (
    select * from {{ ref('fct_service_delivery') }}
),

months as (
    select * from {{ ref('int_period_months') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

of_months as (
    select
        date_trunc('month', services.period_start)::date as month_start,
        services.municipality_code,
        services.child_id,
        services.service_code,
        bool_or(services.is_need_established) as is_needed,
        bool_or(services.quantity > 0) as is_delivered
    from services
    {{ parameter('child_max_age', 'services.period_end') }}
    where {{ is_child_on('services.birth_month', 'services.period_end') }}
    group by
        date_trunc('month', services.period_start)::date,
        services.municipality_code,
        services.child_id,
        services.service_code
),

-- Need and delivery may stand in different months and rows of the period, of the same territory.
of_periods as (
    select
        months.period_grain,
        months.period_start,
        of_months.municipality_code,
        of_months.child_id,
        of_months.service_code,
        bool_or(of_months.is_needed) as is_needed,
        bool_or(of_months.is_delivered) as is_delivered
    from of_months
    inner join months on of_months.month_start = months.month_start
    group by
        months.period_grain,
        months.period_start,
        of_months.municipality_code,
        of_months.child_id,
        of_months.service_code
),

needs as (
    select
        of_periods.period_grain,
        of_periods.period_start,
        territories.territory_code,
        of_periods.child_id,
        of_periods.service_code,
        bool_or(of_periods.is_delivered) as is_delivered
    from of_periods
    inner join territories on of_periods.municipality_code = territories.municipality_code
    group by
        of_periods.period_grain,
        of_periods.period_start,
        territories.territory_code,
        of_periods.child_id,
        of_periods.service_code
    having bool_or(of_periods.is_needed)
),

by_service as (
    select
        period_grain,
        period_start,
        territory_code,
        service_code,
        count(*) as needed,
        count(*) filter (where is_delivered) as met
    from needs
    group by period_grain, period_start, territory_code, service_code
),

measured as (
    select
        by_service.period_grain,
        by_service.period_start,
        by_service.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        'main' as measure,
        sum(by_service.met) as numerator,
        sum(by_service.needed) as denominator
    from by_service
    {{ each_of('breakdowns (breakdown, breakdown_value)', [
        "'total', 'total'",
        "'service', by_service.service_code",
    ]) }}
    group by
        by_service.period_grain,
        by_service.period_start,
        by_service.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
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
            and expected.breakdown = measured.breakdown
            and expected.breakdown_value = measured.breakdown_value
)

select * from final
