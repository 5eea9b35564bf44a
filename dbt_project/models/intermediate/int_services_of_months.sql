with services as (
    select * from {{ ref('fct_service_delivery') }}
),

final as (
    select
        date_trunc('month', services.period_start)::date as month_start,
        services.municipality_code,
        services.child_id,
        services.service_code,
        bool_or(services.is_need_established) as is_needed,
        bool_or(services.quantity > 0) as is_delivered
    from services
    {{ parameter('child_max_age', 'services.period_end') }}
    where {{ is_child_on('services.birth_month', 'services.period_end') }}
    group by
        date_trunc('month', services.period_start)::date,
        services.municipality_code,
        services.child_id,
        services.service_code
)

select * from final
