-- The newest slices of the night by_hand.run_id, one in by_hand.part, as deliveries that came a day later.
create temporary table again on commit drop as
select
    delivery_id,
    nextval(pg_get_serial_sequence('ops.deliveries', 'delivery_id')) as new_id
from ops.run_slices
where run_id = current_setting('by_hand.run_id')::bigint
order by period_start desc, dataset asc, provider_code asc
limit (
    select count(*) / current_setting('by_hand.part')::integer
    from ops.run_slices as everything
    where everything.run_id = current_setting('by_hand.run_id')::bigint
);

insert into ops.deliveries (
    delivery_id,
    provider_code,
    dataset,
    period,
    period_start,
    period_end,
    municipality_code,
    channel,
    file_name,
    sha256,
    received_at,
    verdict,
    is_readable,
    needs_judging,
    contract_version,
    rows_received
) overriding system value
select
    again.new_id,
    former.provider_code,
    former.dataset,
    former.period,
    former.period_start,
    former.period_end,
    former.municipality_code,
    former.channel,
    former.file_name,
    md5(former.sha256) as sha256,
    former.received_at + interval '1 day' as received_at,
    'received' as verdict,
    true as is_readable,
    true as needs_judging,
    former.contract_version,
    0 as rows_received
from again
inner join ops.deliveries as former using (delivery_id);
