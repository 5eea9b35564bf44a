with results as (
    select * from {{ source('quality', 'check_results') }}
),

final as (
    select
        delivery_id,
        rule_code,
        run_id,
        status,
        severity,
        responsibility,
        dimension,
        scope,
        reason,
        checked,
        failed
    from results
    where
        is_current
        and delivery_id is not null
)

select * from final
