with gone as (
    delete from ops.obligations as kept
    where not exists (
        select from expected_now as expected
        where
            expected.provider_code = kept.provider_code
            and expected.dataset = kept.dataset
            and expected.period = kept.period
    )
)

insert into ops.obligations as kept (
    provider_code, dataset, period, period_start, period_end, municipality_code,
    ready_on, due_on, status, delivery_id, first_accepted_at
)
select
    provider_code,
    dataset,
    period,
    period_start,
    period_end,
    municipality_code,
    ready_on,
    due_on,
    status,
    delivery_id,
    first_accepted_at
from expected_now
on conflict (provider_code, dataset, period) do update
    set
        period_start = excluded.period_start,
        period_end = excluded.period_end,
        municipality_code = excluded.municipality_code,
        ready_on = excluded.ready_on,
        due_on = excluded.due_on,
        status = excluded.status,
        delivery_id = excluded.delivery_id,
        first_accepted_at = excluded.first_accepted_at
    where
    (kept.due_on, kept.ready_on, kept.status, kept.delivery_id, kept.first_accepted_at, kept.municipality_code)
    is distinct from
    (
        excluded.due_on,
        excluded.ready_on,
        excluded.status,
        excluded.delivery_id,
        excluded.first_accepted_at,
        excluded.municipality_code
    )
