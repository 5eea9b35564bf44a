with periods as (
    select * from {{ ref('dim_period') }}
),

months as (
    select period_start as month_start
    from periods
    where period_grain = 'month'
),

final as (
    select
        months.month_start,
        periods.period_grain,
        periods.period_start,
        periods.period_end
    from periods
    inner join months on months.month_start between periods.period_start and periods.period_end
    where periods.is_over
)

select * from final
