with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'S03'
),

of_periods as (
    select * from {{ ref('int_services_of_periods') }}
),

territories as (
    select * from {{ ref('int_territories') }}
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

{{ records_as_expected() }}

select * from final
