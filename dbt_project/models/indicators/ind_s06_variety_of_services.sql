with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'S06'
),

services as (
    select * from {{ ref('fct_service_delivery') }}
),

basket as (
    select * from {{ ref('service_basket') }}
),

periods as (
    select * from {{ ref('int_indicator_periods') }}
    where indicator_code = 'S06'
),

territories as (
    select * from {{ ref('int_territories') }}
),

delivered as (
    select distinct
        municipality_code,
        service_code,
        period_start,
        period_end
    from services
    where quantity > 0
),

in_basket as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        basket.service_code
    from periods
    inner join basket
        on
            periods.period_end >= basket.valid_from
            and periods.period_end < coalesce(basket.valid_to, 'infinity')
),

baskets as (
    select
        period_grain,
        period_start,
        count(*) as services
    from in_basket
    group by period_grain, period_start
),

places as (
    select
        territory_code,
        count(*) as municipalities
    from territories
    group by territory_code
),

provided as (
    select distinct
        in_basket.period_grain,
        in_basket.period_start,
        delivered.municipality_code,
        delivered.service_code
    from in_basket
    {{ parameter('diversity_months', 'in_basket.period_end') }}
    inner join delivered
        on
            in_basket.service_code = delivered.service_code
            and in_basket.period_end >= delivered.period_end
            and delivered.period_start
            >= (in_basket.period_end + 1) - make_interval(months => diversity_months.value::integer)
),

counted as (
    select
        provided.period_grain,
        provided.period_start,
        territories.territory_code,
        count(*) as provided
    from provided
    inner join territories on provided.municipality_code = territories.municipality_code
    group by provided.period_grain, provided.period_start, territories.territory_code
),

measured as (
    select
        baskets.period_grain,
        baskets.period_start,
        places.territory_code,
        'total' as breakdown,
        'total' as breakdown_value,
        'main' as measure,
        coalesce(counted.provided, 0) as numerator,
        baskets.services * places.municipalities as denominator
    from baskets
    cross join places
    left join counted
        on
            baskets.period_grain = counted.period_grain
            and baskets.period_start = counted.period_start
            and places.territory_code = counted.territory_code
),

{{ records_as_expected() }}

select * from final
