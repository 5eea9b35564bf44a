-- Of each indicator the latest published value of a municipality up to a day, in its finest grain, and the one before.
-- What is hidden has no number here: `marts` holds none.
with published as (
    select
        shown.*,
        case shown.period_grain
            when 'month' then 1
            when 'quarter' then 2
            when 'half_year' then 3
            else 4
        end as coarseness
    from marts.indicator_values as shown
    where
        shown.territory_code = %(municipality)s
        and shown.measure = 'main'
        and shown.breakdown = 'total'
        and shown.known_to is null
        and shown.period_end <= %(until)s
),

finest as (
    select
        indicator_code,
        min(coarseness) as coarseness
    from published
    group by indicator_code
),

numbered as (
    select
        published.*,
        lag(published.value) over following as former_value,
        lag(published.conf_status) over following as former_conf_status,
        lag(published.definition_version) over following as former_version,
        lag(published.period_start) over following as former_start,
        row_number() over (partition by published.indicator_code order by published.period_end desc) as nth
    from published
    inner join finest using (indicator_code, coarseness)
    window following as (partition by published.indicator_code order by published.period_end)
)

select
    indicator_code,
    period_grain,
    period_start,
    period_end,
    numerator,
    denominator,
    value,
    unit,
    coverage_pct,
    obs_status,
    conf_status,
    former_value,
    former_start,
    former_conf_status = 'F' and former_version = definition_version as is_comparable
from numbered
where nth = 1
order by indicator_code
