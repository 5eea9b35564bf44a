-- The end of the due day is midnight in Vilnius. A slice that came counts as come, waived or not. Of several refused
-- files the one received last is told of.
with came as (
    select
        provider_code,
        dataset,
        period,
        min(received_at) filter (
            where verdict in ('accepted', 'accepted_with_findings', 'superseded')
        ) as first_accepted_at,
        max(delivery_id) filter (where verdict in ('accepted', 'accepted_with_findings')) as speaking_id,
        bool_or(verdict in ('accepted', 'accepted_with_findings') and channel = 'command') as is_confirmed,
        (
            array_agg(delivery_id order by least(received_at, taken_at) desc, delivery_id desc)
            filter (where verdict = 'rejected')
        )[1] as rejected_id
    from ops.deliveries
    where period is not null
    group by provider_code, dataset, period
),

judged as (
    select
        expected.provider_code,
        expected.dataset,
        expected.period,
        came.first_accepted_at,
        coalesce(came.speaking_id, came.rejected_id) as delivery_id,
        case
            when came.is_confirmed then 'confirmed_empty'
            when
                came.speaking_id is not null
                and came.first_accepted_at
                < (expected.due_on + 1)::timestamp at time zone 'Europe/Vilnius' then 'on_time'
            when came.speaking_id is not null then 'late'
            when waivers.until is not null then 'waived'
            when came.rejected_id is not null then 'rejected'
            when expected.due_on >= %(today)s then 'not_due'
            else 'not_received'
        end as status
    from expected_now as expected
    left join came using (provider_code, dataset, period)
    left join ops.waivers as waivers
        on
            expected.provider_code = waivers.provider_code
            and expected.dataset = waivers.dataset
            and expected.period = waivers.period
            and waivers.until >= %(today)s
)

update expected_now as expected
set
    status = judged.status,
    delivery_id = judged.delivery_id,
    first_accepted_at = judged.first_accepted_at
from judged
where
    expected.provider_code = judged.provider_code
    and expected.dataset = judged.dataset
    and expected.period = judged.period
