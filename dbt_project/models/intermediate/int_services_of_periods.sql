with of_months as (
    select * from {{ ref('int_services_of_months') }}
),

months as (
    select * from {{ ref('int_period_months') }}
),

-- Need and delivery may stand in different months and rows of the period, of the same territory.
final as (
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
)

select * from final
