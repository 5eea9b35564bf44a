-- Of each of these slices the delivery that speaks for it, and the last one refused where it came after that.
with of_slices as (
    select
        deliveries.*,
        deliveries.verdict in ('accepted', 'accepted_with_findings') as is_speaking,
        row_number() over (
            partition by deliveries.dataset, deliveries.period, deliveries.verdict = 'rejected'
            order by deliveries.received_at desc, deliveries.delivery_id desc
        ) as nth_from_last
    from ops.deliveries as deliveries
    inner join ops.obligations as obligations
        on
            deliveries.provider_code = obligations.provider_code
            and deliveries.dataset = obligations.dataset
            and deliveries.period = obligations.period
    where
        deliveries.provider_code = %(provider_code)s
        and obligations.due_on between %(due_from)s and %(due_until)s
        and deliveries.verdict in ('accepted', 'accepted_with_findings', 'rejected')
)

select
    shown.delivery_id,
    shown.dataset,
    shown.period,
    shown.file_name,
    shown.received_at,
    shown.verdict,
    shown.reason_code,
    shown.reason_detail,
    shown.is_nil,
    shown.rows_received,
    shown.rows_loaded,
    shown.rows_quarantined,
    shown.rows_duplicate,
    coalesce(jsonb_array_length(shown.reading_notes -> 'unknown_columns'), 0) as unknown_columns,
    coalesce((shown.reading_notes ->> 'total_rows')::integer, 0) as total_rows,
    (
        select count(*)
        from quality.row_issues as issues
        where issues.answered and issues.delivery_id = shown.delivery_id
    ) as answered
from of_slices as shown
left join of_slices as speaking
    on shown.dataset = speaking.dataset and shown.period = speaking.period and speaking.is_speaking
where
    shown.is_speaking
    or (
        shown.nth_from_last = 1
        and (speaking.delivery_id is null or shown.received_at > speaking.received_at)
    )
order by shown.dataset, shown.period, shown.received_at, shown.delivery_id
