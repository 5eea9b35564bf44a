-- Published values of ten years of invented counts: every combination that the last year has, of each of its kind of
-- period, in each territory; thinned by the publication plan where {thinned}. A fifth was published otherwise before.
-- They lie as releases laid them: by the instant they are known from.
insert into marts.indicator_values (
    indicator_code, measure, definition_version, period_grain, period_start, period_end, territory_level,
    territory_code, breakdown, breakdown_value, numerator, denominator, value, unit, coverage_pct, obs_status,
    released_in, known_from, known_to, conf_status
)
with combinations as materialized (
    select distinct
        indicator_code,
        measure,
        period_grain,
        breakdown,
        breakdown_value,
        unit
    from core.indicator_current
    where period_start >= make_date(%(last_year)s, 1, 1)
),

counted as materialized (
    select
        combinations.*,
        periods.period_start,
        periods.period_end,
        territories.territory_level,
        territories.territory_code,
        floor(
            power(random(), 3)
            * case territories.territory_level when 'municipality' then 60 when 'county' then 400 else 4000 end
        ) as numerator,
        case
            when combinations.unit <> 'count'
                then case territories.territory_level when 'municipality' then 900 when 'county' then 9000 else 90000 end
        end as denominator,
        random() < 0.2 as was_revised,
        (periods.period_end + 50)::timestamptz as released_at
    from combinations
    inner join marts.dim_period as periods
        on
            combinations.period_grain = periods.period_grain
            and periods.period_year between %(last_year)s - %(years)s + 1 and %(last_year)s
    cross join marts.dim_territory as territories
    where
        not {thinned}
        or exists (
            select from reference.publication_plan as plan
            where
                plan.territory_level = territories.territory_level
                and plan.period_grain = combinations.period_grain
                and plan.breakdown in ('*', combinations.breakdown)
        )
),

said as (
    select
        *,
        numerator as shown,
        case when was_revised then released_at + interval '30 days' else released_at end as known_from,
        null::timestamptz as known_to
    from counted
    union all
    select
        *,
        numerator + 1 as shown,
        released_at as known_from,
        released_at + interval '30 days' as known_to
    from counted
    where was_revised
)

select
    indicator_code,
    measure,
    'v1' as definition_version,
    period_grain,
    period_start,
    period_end,
    territory_level,
    territory_code,
    breakdown,
    breakdown_value,
    case when not hidden.it_is then shown end as numerator,
    case when not hidden.it_is then denominator end as denominator,
    case when not hidden.it_is then shown * 1000 / denominator end as value,
    unit,
    100 as coverage_pct,
    'A' as obs_status,
    1 as released_in,
    known_from,
    known_to,
    case when hidden.it_is then 'C' else 'F' end as conf_status
from said
cross join lateral (select shown between 1 and 4 as it_is) as hidden
order by known_from, indicator_code, measure, period_grain, period_start, territory_code, breakdown
