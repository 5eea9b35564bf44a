-- Deliveries, and what came of each slice expected.
create table by_hand.fct_delivery as
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
    coalesce(channels.is_automatic, false) as is_automatic,
    deliveries.is_readable,
    deliveries.is_nil,
    deliveries.accepted_as is not null and deliveries.verdict <> 'withdrawn' as is_accepted,
    deliveries.period_start,
    deliveries.period_end,
    (deliveries.received_at at time zone 'Europe/Vilnius')::date as received_on,
    deliveries.received_at,
    deliveries.judged_at
from ops.deliveries
left join reference.channels using (channel);
alter table by_hand.fct_delivery add primary key (delivery_id);
analyze by_hand.fct_delivery;

create table by_hand.fct_obligation as
with came as (
    select
        delivery.provider_code,
        delivery.dataset,
        delivery.period,
        bool_or(delivery.has_file) as has_arrived,
        bool_or(delivery.is_readable) as was_readable,
        bool_or(delivery.is_accepted) as was_accepted,
        bool_or(delivery.is_automatic) as was_automatic,
        bool_or(
            delivery.is_automatic and delivery.is_accepted and delivery.received_on <= obligations.due_on
        ) as was_automated,
        min(delivery.received_on) filter (where delivery.is_accepted) as first_accepted_on
    from by_hand.fct_delivery as delivery
    inner join ops.obligations using (provider_code, dataset, period)
    group by delivery.provider_code, delivery.dataset, delivery.period
)

select
    obligations.provider_code,
    obligations.dataset,
    obligations.period,
    obligations.municipality_code,
    obligations.status,
    slices.delivery_id,
    obligations.status <> 'waived' as is_expected,
    slices.delivery_id is not null as is_accepted,
    coalesce(came.has_arrived, false) as has_arrived,
    coalesce(came.was_readable, false) as was_readable,
    coalesce(came.was_accepted, false) as was_accepted,
    coalesce(came.first_accepted_on <= obligations.due_on, false) as was_on_time,
    coalesce(came.was_automatic, false) as was_automatic,
    coalesce(came.was_automated, false) as was_automated,
    obligations.period_end < night.clock_date as is_over,
    obligations.due_on < night.clock_date as is_past_due,
    obligations.period_start,
    obligations.period_end,
    obligations.ready_on,
    obligations.due_on,
    came.first_accepted_on
from ops.obligations
cross join by_hand.night
left join came using (provider_code, dataset, period)
left join by_hand.slices using (provider_code, dataset, period);
alter table by_hand.fct_obligation add primary key (provider_code, dataset, period);
analyze by_hand.fct_obligation;

create table by_hand.fct_check_result as
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
from quality.check_results
where
    is_current
    and delivery_id is not null;
analyze by_hand.fct_check_result;
