-- One row per indicator, period and municipality, with its tile on the map; once more where the period is the newest. shade: 1 the lowest fifth of the values
-- published, 5 the highest; equal values are shaded alike.
with municipal as (
    select
        published.indicator_named_lt,
        published.area,
        published.indicator_order,
        published.period_grain_lt,
        published.period,
        published.period_start = max(published.period_start) over (
            partition by published.indicator_named_lt, published.period_grain_lt
        ) as is_newest,
        published.period_lt,
        municipalities.name as municipality_lt,
        replace(municipalities.name, ' sav.', '') as municipality_short_lt,
        municipalities.county_name as county_lt,
        municipalities.tile_row,
        municipalities.tile_column,
        published.value,
        published.shown_lt,
        published.unit_lt,
        published.numerator,
        published.denominator,
        published.coverage_pct,
        published.obs_status,
        published.obs_status_lt,
        published.conf_status
    from marts.all_indicators as published
    inner join marts.dim_municipality as municipalities
        on published.territory_code = municipalities.municipality_code
    where
        published.measure = 'main'
        and published.breakdown = 'total'
),

shaded as (
    select
        *,
        case
            when value is not null then least(5, 1 + floor(5 * percent_rank() over (
                partition by indicator_named_lt, period_grain_lt, period, value is null
                order by value
            )))::integer
        end as shade
    from municipal
),

bounded as (
    select
        *,
        min(value) over same_shade as shade_from,
        max(value) over same_shade as shade_to,
        row_number() over (
            partition by indicator_named_lt, period_grain_lt, period, shade
            order by municipality_lt
        ) = 1 and shade is not null as is_legend
    from shaded
    window same_shade as (partition by indicator_named_lt, period_grain_lt, period, shade)
)

select
    indicator_named_lt,
    area,
    indicator_order,
    period_grain_lt,
    period,
    choices.period_choice_lt,
    choices.is_repeated,
    period_lt,
    municipality_lt,
    municipality_short_lt,
    county_lt,
    tile_row,
    tile_column,
    value,
    coalesce(value, -1) as value_order,
    shown_lt,
    unit_lt,
    case when conf_status = 'C' then 'C' else coalesce({{ counted('numerator') }}, '–') end as numerator_lt,
    case
        when conf_status = 'C' and denominator is null then 'C'
        else coalesce({{ counted('denominator') }}, '–')
    end as denominator_lt,
    round(coverage_pct)::integer as coverage_pct,
    coalesce(coverage_pct < 100, false) as is_incomplete,
    obs_status,
    case when conf_status = 'C' then 'Neskelbiama' else obs_status_lt end as status_lt,
    conf_status = 'C' as is_hidden,
    case when conf_status = 'C' then 'hidden' when value is null then 'none' else 'shade-' || shade end as look,
    case when conf_status = 'C' then 'C' else shown_lt end as tile_lt,
    shade,
    is_legend,
    {{ number('shade_from') }} as shade_from_lt,
    case when shade_to > shade_from then {{ number('shade_to') }} end as shade_to_lt
from bounded
cross join lateral (
    values
    (bounded.period, false),
    (case when bounded.is_newest then 'Naujausias' end, true)
) as choices (period_choice_lt, is_repeated)
where choices.period_choice_lt is not null
