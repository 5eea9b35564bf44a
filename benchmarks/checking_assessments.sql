-- One delivery of assessments for each provider and month of 2018, and its rows; one row in 400 has something wrong.
with
landed as (
    insert into ops.deliveries (
        provider_code, dataset, period, period_start, period_end, municipality_code, channel, received_at, verdict,
        is_readable, needs_judging, rows_received
    )
    select
        (190000000 + provider)::text,
        'vertinimai',
        to_char(month, 'YYYY-MM'),
        month::date,
        (month + interval '1 month - 1 day')::date,
        '33',
        'sftp',
        month + interval '40 days',
        'received',
        true,
        true,
        %(each)s * cardinality(%(items)s::text[])
    from generate_series(1, %(providers)s) as provider
    cross join (
        select month
        from generate_series(date '2018-01-01', date '2018-12-01', interval '1 month') as month
        order by month desc
        limit %(months)s
    ) as months
    returning *
)

insert into staging.vertinimai (
    delivery_id, row_number, provider_code, period, period_start, period_end, _unreadable,
    atvejo_nr, vertinimo_nr, vertinimo_data, klausimo_nr, lygis, bendras_lygis, vertintojo_grupe
)
select
    landed.delivery_id,
    (number - 1) * 28 + place + 1,
    landed.provider_code,
    landed.period,
    landed.period_start,
    landed.period_end,
    case when fault = 1 then array['vertintojo_grupe'] else '{}' end,
    'A-' || (case when fault = 2 then 10000 else 0 end + mod(number, 200) + 1),
    'V-' || number,
    case when fault = 3 then date '2019-05-05' else landed.period_start + mod(number, 28)::integer end,
    case when fault = 4 then '1.1' else item end,
    case fault when 5 then '7' when 4 then '9' else (mod(number + place, 3) + 1)::text end,
    '3',
    case when fault = 1 then null else 'SOCIALINIS' end
from landed
cross join generate_series(1, %(each)s) as number
cross join unnest(%(items)s::text[]) with ordinality as answered (item, place)
cross join lateral (select mod(landed.delivery_id * 1009 + number * 28 + place, 2000) as fault) as faults
