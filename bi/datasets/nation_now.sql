-- One row per indicator: the nation in the last period released, beside the same period a year before. Of each indicator
-- the shortest periods longer than a month are taken: quarters where it has them, else half-years, else years.
with nation as (
    select * from marts.all_indicators
    where
        territory_level = 'nation'
        and measure = 'main'
        and breakdown = 'total'
        and period_months > 1
),

latest as (
    select distinct on (indicator_code) *
    from nation
    order by indicator_code asc, period_months asc, period_start desc
)

select
    latest.area,
    latest.indicator_order,
    latest.indicator_code,
    latest.indicator_lt,
    latest.measure_lt,
    latest.period_lt,
    latest.shown_lt,
    case when latest.unit = 'per_1000' then '/ ' else '' end || latest.unit_lt as unit_lt,
    latest.conf_status = 'C' as is_hidden,
    case
        when latest.conf_status = 'C' then 'C' else coalesce({{ counted('latest.numerator') }}, '–')
    end as numerator_lt,
    coalesce({{ counted('latest.denominator') }}, '–') as denominator_lt,
    latest.conf_status,
    latest.obs_status,
    latest.obs_status_lt,
    round(latest.coverage_pct)::integer as coverage_pct,
    latest.coverage_pct < 100 as is_incomplete,
    latest.obs_status <> 'A' as is_marked,
    before.period_lt as before_period_lt,
    nullif(before.shown_lt, '–') as before_shown_lt,
    before.definition_version <> latest.definition_version as is_defined_anew,
    case
        when before.definition_version = latest.definition_version
            then {{ number('latest.value - before.value', sign=true) }}
    end as change_lt
from latest
left join nation as before
    on
        latest.indicator_code = before.indicator_code
        and latest.period_grain = before.period_grain
        and latest.period_start - interval '1 year' = before.period_start
