-- One delivery of cases for each provider and month of 2018, and its rows.
with
landed as (
    insert into ops.deliveries (
        provider_code, dataset, period, period_start, period_end, municipality_code, channel, received_at, verdict,
        is_readable, needs_judging, rows_received
    )
    select
        (190000000 + provider)::text,
        'atvejai',
        to_char(month, 'YYYY-MM'),
        month::date,
        (month + interval '1 month - 1 day')::date,
        '33',
        'sftp',
        month + interval '40 days',
        'received',
        true,
        true,
        %(each)s
    from generate_series(1, %(providers)s) as provider
    cross join generate_series(date '2018-01-01', date '2018-12-01', interval '1 month') as month
    returning *
)

insert into staging.atvejai (
    delivery_id, row_number, provider_code, period, period_start, period_end, atvejo_nr, vaiko_id, gimimo_menuo, lytis,
    seimos_nr, sav, pranesimo_data, atidarymo_data
)
select
    landed.delivery_id,
    number + 1,
    landed.provider_code,
    landed.period,
    landed.period_start,
    landed.period_end,
    'A-' || number,
    md5(landed.provider_code || number)::uuid,
    date '2010-03-01',
    'V',
    'S-' || number,
    '33',
    date '2017-12-01',
    date '2017-12-03'
from landed
cross join generate_series(1, %(each)s) as number
