with deliveries as (
    select * from {{ source('ops', 'deliveries') }}
),

channels as (
    select * from {{ ref('channels') }}
),

final as (
    select
        deliveries.delivery_id,
        deliveries.provider_code,
        deliveries.dataset,
        deliveries.period,
        deliveries.municipality_code,
        deliveries.channel,
        deliveries.verdict,
        deliveries.reason_code,
        deliveries.version,
        deliveries.rows_received,
        deliveries.rows_loaded,
        deliveries.rows_quarantined,
        deliveries.rows_duplicate,
        deliveries.file_name is not null as has_file,
        channels.is_automatic,
        deliveries.is_readable,
        deliveries.is_nil,
        deliveries.verdict in ('accepted', 'accepted_with_findings', 'superseded') as is_accepted,
        deliveries.period_start,
        deliveries.period_end,
        {{ local_date('deliveries.received_at') }} as received_on,
        deliveries.received_at,
        deliveries.judged_at
    from deliveries
    inner join channels on deliveries.channel = channels.channel
)

select * from final
