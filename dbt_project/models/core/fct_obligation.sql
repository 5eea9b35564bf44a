with obligations as (
    select * from {{ source('ops', 'obligations') }}
),

slices as (
    select * from {{ source('ops', 'run_slices') }}
    where run_id = {{ var('run_id') }}
),

deliveries as (
    select * from {{ ref('fct_delivery') }}
),

delivered as (
    select
        provider_code,
        dataset,
        period,
        bool_or(has_file) as has_arrived,
        bool_or(is_readable) as was_readable,
        bool_or(is_accepted) as was_accepted,
        bool_or(is_automatic) as was_automatic,
        min(received_on) filter (where is_accepted) as first_accepted_on,
        min(received_on) filter (where is_accepted and is_automatic) as first_automatic_accepted_on
    from deliveries
    group by provider_code, dataset, period
),

final as (
    select
        obligations.provider_code,
        obligations.dataset,
        obligations.period,
        obligations.municipality_code,
        obligations.status,
        slices.delivery_id,
        obligations.status <> 'waived' as is_expected,
        slices.delivery_id is not null as is_accepted,
        coalesce(delivered.has_arrived, false) as has_arrived,
        coalesce(delivered.was_readable, false) as was_readable,
        coalesce(delivered.was_accepted, false) as was_accepted,
        coalesce(delivered.first_accepted_on <= obligations.due_on, false) as was_on_time,
        coalesce(delivered.was_automatic, false) as was_automatic,
        coalesce(delivered.first_automatic_accepted_on <= obligations.due_on, false) as was_automated,
        obligations.period_end < {{ clock_date() }} as is_over,
        obligations.due_on < {{ clock_date() }} as is_past_due,
        obligations.period_start,
        obligations.period_end,
        obligations.ready_on,
        obligations.due_on,
        delivered.first_accepted_on
    from obligations
    left join slices
        on
            obligations.provider_code = slices.provider_code
            and obligations.dataset = slices.dataset
            and obligations.period = slices.period
    left join delivered
        on
            obligations.provider_code = delivered.provider_code
            and obligations.dataset = delivered.dataset
            and obligations.period = delivered.period
)

select * from final
