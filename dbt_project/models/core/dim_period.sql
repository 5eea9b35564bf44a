with grains as (
    select * from {{ ref('period_grains') }}
),

month_names as (
    select * from {{ ref('month_names') }}
),

obligations as (
    select min(period_start) as first_day from {{ ref('fct_obligation') }}
),

-- From the beginning of the first year, so that every grain's steps fall on its own first days.
steps as (
    select
        grains.period_grain,
        step::date as period_start,
        (step + make_interval(months => grains.months) - interval '1 day')::date as period_end,
        (extract(month from step)::integer - 1) / grains.months + 1 as number_in_year
    from grains
    cross join obligations
    cross join
        generate_series(
            date_trunc('year', obligations.first_day)::timestamp,
            {{ clock_date() }}::timestamp,
            make_interval(months => grains.months)
        ) as step
    where (step + make_interval(months => grains.months))::date > obligations.first_day
),

named as (
    select
        steps.*,
        extract(year from steps.period_start)::integer as period_year,
        to_char(steps.period_start, 'YYYY') as year_text,
        month_names.name_lt as month_lt,
        month_names.name_en as month_en,
        to_char(steps.number_in_year, 'FMRN') as roman
    from steps
    inner join month_names on extract(month from steps.period_start) = month_names.month
),

final as (
    select
        period_grain,
        period_start,
        period_end,
        case period_grain
            when 'month' then to_char(period_start, 'YYYY-MM')
            when 'quarter' then year_text || '-K' || number_in_year
            when 'half_year' then year_text || '-P' || number_in_year
            else year_text
        end as period,
        period_year,
        case period_grain
            when 'month' then year_text || ' m. ' || month_lt
            when 'quarter' then year_text || ' m. ' || roman || ' ketvirtis'
            when 'half_year' then year_text || ' m. ' || roman || ' pusmetis'
            else year_text || ' m.'
        end as label_lt,
        case period_grain
            when 'month' then month_en || ' ' || year_text
            when 'quarter' then year_text || ' Q' || number_in_year
            when 'half_year' then year_text || ' H' || number_in_year
            else year_text
        end as label_en,
        period_end < {{ clock_date() }} as is_over
    from named
)

select * from final
