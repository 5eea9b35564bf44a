-- Of each of these slices the delivery that speaks for it, and the last one refused where it came after that.
with of_slices as (
    select
        told.delivery_id,
        told.dataset,
        told.period,
        told.received_at,
        told.verdict in ('accepted', 'accepted_with_findings') as is_speaking,
        row_number() over (
            partition by told.dataset, told.period, told.verdict = 'rejected'
            order by told.received_at desc, told.delivery_id desc
        ) as nth_from_last
    from ops.deliveries_told as told
    inner join ops.obligations as obligations
        on
            told.provider_code = obligations.provider_code
            and told.dataset = obligations.dataset
            and told.period = obligations.period
    where
        told.provider_code = %(provider_code)s
        and obligations.due_on between %(due_from)s and %(due_until)s
        and told.verdict in ('accepted', 'accepted_with_findings', 'rejected')
)

select told.*
from of_slices as shown
inner join ops.deliveries_told as told on shown.delivery_id = told.delivery_id
left join of_slices as speaking
    on shown.dataset = speaking.dataset and shown.period = speaking.period and speaking.is_speaking
where
    shown.is_speaking
    or (
        shown.nth_from_last = 1
        and (speaking.delivery_id is null or shown.received_at > speaking.received_at)
    )
order by shown.dataset, shown.period, shown.received_at, shown.delivery_id
