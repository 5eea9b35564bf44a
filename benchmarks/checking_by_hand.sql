-- The rules of `vertinimai` as one would write them by hand, for this dataset alone: rows that repeat a key, then every
-- broken rule of every row, then what was checked and broken in each delivery.
create unlogged table by_hand.repeated as
select
    landed.delivery_id,
    landed.row_number
from staging.vertinimai as landed
inner join (
    select
        delivery_id,
        vertinimo_nr,
        klausimo_nr
    from staging.vertinimai
    where vertinimo_nr is not null and klausimo_nr is not null
    group by delivery_id, vertinimo_nr, klausimo_nr
    having count(*) > 1
) as twice
    on
        landed.delivery_id = twice.delivery_id
        and landed.vertinimo_nr = twice.vertinimo_nr
        and landed.klausimo_nr = twice.klausimo_nr;

create unlogged table by_hand.assessments as
select
    landed.delivery_id,
    landed.vertinimo_nr,
    min(landed.row_number) as first_row,
    count(distinct landed.bendras_lygis) filter (where landed.bendras_lygis between '1' and '4') as stated_levels,
    max(landed.bendras_lygis) filter (where landed.bendras_lygis between '1' and '4') as stated_level,
    max(landed.lygis) filter (where repeated.delivery_id is null and landed.lygis between '1' and '4') as highest_level,
    count(distinct landed.klausimo_nr) filter (where repeated.delivery_id is null and landed.lygis between '1' and '4')
        as answered,
    count(distinct landed.klausimo_nr) filter (where repeated.delivery_id is null) as items,
    count(distinct landed.lygis) filter (where repeated.delivery_id is null) as different_levels
from staging.vertinimai as landed
left join by_hand.repeated as repeated
    on landed.delivery_id = repeated.delivery_id and landed.row_number = repeated.row_number
where landed.vertinimo_nr is not null
group by landed.delivery_id, landed.vertinimo_nr;

create unlogged table by_hand.cases as
select distinct
    named.provider_code,
    named.atvejo_nr
from staging.atvejai as named
inner join ops.speaking_deliveries as speaking on named.delivery_id = speaking.delivery_id
where named.atvejo_nr is not null;

create unlogged table by_hand.issues as
select
    landed.delivery_id,
    landed.row_number,
    broken.rule_code,
    broken.field
from staging.vertinimai as landed
left join by_hand.repeated as repeated
    on landed.delivery_id = repeated.delivery_id and landed.row_number = repeated.row_number
left join by_hand.assessments as assessment
    on landed.delivery_id = assessment.delivery_id and landed.vertinimo_nr = assessment.vertinimo_nr
left join by_hand.cases as known_case
    on landed.provider_code = known_case.provider_code and landed.atvejo_nr = known_case.atvejo_nr
cross join lateral (
    values
    ('VIS-001', 'atvejo_nr', landed.atvejo_nr is null and 'atvejo_nr' <> all(landed._unreadable)),
    ('VIS-001', 'vertinimo_nr', landed.vertinimo_nr is null and 'vertinimo_nr' <> all(landed._unreadable)),
    ('VIS-001', 'vertinimo_data', landed.vertinimo_data is null and 'vertinimo_data' <> all(landed._unreadable)),
    ('VIS-001', 'klausimo_nr', landed.klausimo_nr is null and 'klausimo_nr' <> all(landed._unreadable)),
    ('VIS-001', 'lygis', landed.lygis is null and 'lygis' <> all(landed._unreadable)),
    ('VIS-001', 'vertintojo_grupe', landed.vertintojo_grupe is null and 'vertintojo_grupe' <> all(landed._unreadable)),
    ('VIS-002', 'atvejo_nr', 'atvejo_nr' = any(landed._unreadable)),
    ('VIS-002', 'vertinimo_nr', 'vertinimo_nr' = any(landed._unreadable)),
    ('VIS-002', 'vertinimo_data', 'vertinimo_data' = any(landed._unreadable)),
    ('VIS-002', 'klausimo_nr', 'klausimo_nr' = any(landed._unreadable)),
    ('VIS-002', 'lygis', 'lygis' = any(landed._unreadable)),
    ('VIS-002', 'bendras_lygis', 'bendras_lygis' = any(landed._unreadable)),
    ('VIS-002', 'vertintojo_grupe', 'vertintojo_grupe' = any(landed._unreadable)),
    ('VIS-003', 'klausimo_nr', landed.klausimo_nr not in (
        '1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '1.8', '1.9', '1.10', '2.1', '2.2', '2.3', '2.4', '2.5', '2.6',
        '2.7', '2.8', '2.9', '3.1', '3.2', '3.3', '3.4', '3.5', '3.6', '3.7', '3.8', '3.9'
    )),
    ('VIS-003', 'lygis', landed.lygis not in ('1', '2', '3', '4', '9')),
    ('VIS-003', 'bendras_lygis', landed.bendras_lygis not in ('1', '2', '3', '4')),
    ('VIS-003', 'vertintojo_grupe', landed.vertintojo_grupe not in (
        'SOCIALINIS', 'SVIETIMAS', 'SVEIKATA', 'POLICIJA', 'KITA'
    )),
    ('VIS-004', '', repeated.delivery_id is not null),
    ('VIS-009', 'vertinimo_data', landed.vertinimo_data > landed.period_end),
    ('VIS-010', 'vertinimo_data', landed.vertinimo_data < date '1990-01-01'),
    ('VIS-013', 'atvejo_nr', length(landed.atvejo_nr) > 30),
    ('VIS-013', 'vertinimo_nr', length(landed.vertinimo_nr) > 30),
    ('VIS-014', '', '*' = any(landed._unreadable)),
    ('VER-001', 'atvejo_nr', landed.atvejo_nr is not null and known_case.atvejo_nr is null),
    (
        'VER-002', 'bendras_lygis',
        landed.row_number = assessment.first_row
        and (assessment.stated_levels > 1 or assessment.stated_level < assessment.highest_level)
    ),
    ('VER-003', 'lygis', landed.row_number = assessment.first_row and (28 - assessment.answered) * 100 > 28 * 30),
    (
        'VER-004', 'lygis',
        landed.row_number = assessment.first_row and assessment.items = 28 and assessment.different_levels = 1
    )
) as broken (rule_code, field, is_broken)
where
    broken.is_broken
    -- Most rows keep every rule: these need not be taken apart.
    and (
        landed.atvejo_nr is null
        or landed.vertinimo_nr is null
        or landed.vertinimo_data is null
        or landed.klausimo_nr is null
        or landed.lygis is null
        or landed.vertintojo_grupe is null
        or cardinality(landed._unreadable) > 0
        or landed.klausimo_nr not in (
            '1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '1.8', '1.9', '1.10', '2.1', '2.2', '2.3', '2.4', '2.5',
            '2.6', '2.7', '2.8', '2.9', '3.1', '3.2', '3.3', '3.4', '3.5', '3.6', '3.7', '3.8', '3.9'
        )
        or landed.lygis not in ('1', '2', '3', '4', '9')
        or landed.bendras_lygis not in ('1', '2', '3', '4')
        or landed.vertintojo_grupe not in ('SOCIALINIS', 'SVIETIMAS', 'SVEIKATA', 'POLICIJA', 'KITA')
        or repeated.delivery_id is not null
        or landed.vertinimo_data > landed.period_end
        or landed.vertinimo_data < date '1990-01-01'
        or length(landed.atvejo_nr) > 30
        or length(landed.vertinimo_nr) > 30
        or known_case.atvejo_nr is null
        or (
            landed.row_number = assessment.first_row
            and (
                assessment.stated_levels > 1
                or assessment.stated_level < assessment.highest_level
                or (28 - assessment.answered) * 100 > 28 * 30
                or assessment.items = 28 and assessment.different_levels = 1
            )
        )
    );

create unlogged table by_hand.results as
select
    delivery_id,
    count(*) as rows,
    count(atvejo_nr) as atvejo_nr,
    count(vertinimo_nr) as vertinimo_nr,
    count(vertinimo_data) as vertinimo_data,
    count(klausimo_nr) as klausimo_nr,
    count(lygis) as lygis,
    count(bendras_lygis) as bendras_lygis,
    count(vertintojo_grupe) as vertintojo_grupe
from staging.vertinimai
group by delivery_id;

-- Over time: row counts, and the shares of codes among the rows that stay, against the provider's earlier months.
insert into by_hand.issues (delivery_id, row_number, rule_code, field)
with
history as (
    select
        judged.delivery_id,
        earlier.rows_received,
        earlier.delivery_id = judged.delivery_id as is_judged,
        percentile_cont(0.5) within group (order by around.rows_received) as median
    from ops.deliveries as judged
    inner join ops.deliveries as earlier
        on
            judged.provider_code = earlier.provider_code
            and judged.dataset = earlier.dataset
            and judged.period_start >= earlier.period_start
    inner join ops.deliveries as around
        on
            judged.provider_code = around.provider_code
            and judged.dataset = around.dataset
            and judged.period_start >= around.period_start
    where judged.dataset = 'vertinimai'
    group by judged.delivery_id, earlier.delivery_id, earlier.rows_received
),

spread as (
    select
        delivery_id,
        count(*) filter (where not is_judged) as earlier,
        max(abs(rows_received - median)) filter (where is_judged) as distance,
        percentile_cont(0.5) within group (order by abs(rows_received - median)) as mad,
        avg(abs(rows_received - median)) as mean_deviation
    from history
    group by delivery_id
)

select
    delivery_id,
    0,
    'VIS-015',
    ''
from spread
where
    earlier >= 8
    and distance >= 5
    and case when mad > 0 then 0.6745 * distance / mad else distance / (1.253314 * mean_deviation) end > 3.5;

create unlogged table by_hand.code_counts as
select
    landed.delivery_id,
    coded.field,
    coded.code,
    count(*) as rows_kept
from staging.vertinimai as landed
cross join lateral (
    values
    ('klausimo_nr', landed.klausimo_nr),
    ('lygis', landed.lygis),
    ('bendras_lygis', landed.bendras_lygis),
    ('vertintojo_grupe', landed.vertintojo_grupe)
) as coded (field, code)
where
    coded.code is not null
    and not exists (
        select from by_hand.issues as issues
        where
            issues.delivery_id = landed.delivery_id
            and issues.row_number = landed.row_number
            and issues.rule_code not in ('VER-002', 'VER-003', 'VER-004')
    )
group by landed.delivery_id, coded.field, coded.code;

insert into by_hand.issues (delivery_id, row_number, rule_code, field)
with
shares as (
    select
        counts.delivery_id,
        slices.provider_code,
        slices.period_start,
        counts.field,
        counts.code,
        100.0 * counts.rows_kept / sum(counts.rows_kept) over (partition by counts.delivery_id, counts.field) as share
    from by_hand.code_counts as counts
    inner join ops.deliveries as slices on counts.delivery_id = slices.delivery_id
),

compared as (
    select
        judged.delivery_id,
        judged.field,
        judged.code,
        judged.share,
        percentile_cont(0.5) within group (order by earlier.share) as median
    from shares as judged
    inner join shares as earlier
        on
            judged.provider_code = earlier.provider_code
            and judged.field = earlier.field
            and judged.code = earlier.code
            and judged.period_start > earlier.period_start
    group by judged.delivery_id, judged.field, judged.code, judged.share
)

select distinct
    delivery_id,
    0,
    'VIS-016',
    field
from compared
where abs(share - median) > 25;
