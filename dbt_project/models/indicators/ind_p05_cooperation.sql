with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'P05'
),

records as (
    select * from {{ ref('fct_cooperation') }}
),

months as (
    select * from {{ ref('int_period_months') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

-- A record met in several slices counts once, as its latest slice has it.
latest as (
    select distinct on (provider_code, record_type, record_number) *
    from records
    order by provider_code asc, record_type asc, record_number asc, period_start desc
),

cooperation as (
    select
        'requests' as measure,
        municipality_code,
        due_on as counts_on,
        coalesce(answered_on <= due_on, false) as is_effective
    from latest
    where record_type = 'UZKLAUSA'
    union all
    select
        'meetings' as measure,
        municipality_code,
        dated_on as counts_on,
        coalesce(took_part >= invited, false) as is_effective
    from latest
    where record_type = 'POSEDIS'
),

measured as (
    select
        months.period_grain,
        months.period_start,
        territories.territory_code,
        'total' as breakdown,
        'total' as breakdown_value,
        measures.measure,
        count(*) filter (where cooperation.is_effective) as numerator,
        count(*) as denominator
    from cooperation
    inner join months on date_trunc('month', cooperation.counts_on)::date = months.month_start
    inner join territories on cooperation.municipality_code = territories.municipality_code
    {{ each_of('measures (measure)', [
        "'main'",
        "cooperation.measure",
    ]) }}
    group by
        months.period_grain,
        months.period_start,
        territories.territory_code,
        measures.measure
),

{{ records_as_expected() }}

select * from final
