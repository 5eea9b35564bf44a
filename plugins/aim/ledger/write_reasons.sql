-- One reason for each finding, with what its row is like; the row may stand in an earlier file. Of several reasons for
-- one finding that which names its rule goes before one for the whole row, then the last one. One row per reason given:
-- how many findings it is about, and how many of them nothing was said of before. Each way to join is one that hashes.
with given as (
    select
        given.nth,
        given.rule_code,
        given.row_number,
        given.field,
        given.of_former,
        given.reason
    from
        unnest(
            %(rule_codes)s::text[],
            %(row_numbers)s::integer[],
            %(fields)s::text[],
            %(of_former)s::boolean[],
            %(reasons)s::text[]
        )
        with ordinality as given (rule_code, row_number, field, of_former, reason, nth)
),

questions as (
    select
        issue.delivery_id,
        issue.row_number,
        issue.rule_code,
        issue.field,
        issue.answered,
        issue.of_delivery is not null as is_of_former,
        delivery.provider_code,
        delivery.dataset,
        case when landed.delivery_id is not null then hash_record_extended(row({landed_content}), 0) end as row_hash
    from quality.row_issues as issue
    inner join ops.deliveries as delivery on issue.delivery_id = delivery.delivery_id
    left join {staging} as landed
        on
            coalesce(issue.of_delivery, issue.delivery_id) = landed.delivery_id
            and issue.row_number = landed.row_number
    where
        issue.delivery_id = %(delivery_id)s
        and issue.rule_code = any(%(query_rules)s)
        and (issue.row_number = 0 or landed.delivery_id is not null)
        -- What is asked of the file as a whole is asked of the one that speaks.
        and (issue.row_number > 0 or delivery.verdict <> 'superseded')
),

meant as (
    select
        given.nth,
        given.reason,
        given.rule_code is null as is_of_row,
        question.*
    from given
    inner join questions as question on given.row_number = question.row_number
    where
        (given.rule_code is null or given.rule_code = question.rule_code)
        and (given.field is null or question.field in ('', given.field))
        and (given.of_former is null or given.of_former = question.is_of_former)
    union all
    select
        given.nth,
        given.reason,
        false as is_of_row,
        question.*
    from given
    inner join questions as question on given.rule_code = question.rule_code
    where given.row_number is null
),

chosen as (
    select distinct on (meant.row_number, meant.rule_code, meant.field) meant.*
    from meant
    order by meant.row_number asc, meant.rule_code asc, meant.field asc, meant.is_of_row asc, meant.nth desc
),

written as (
    insert into quality.reasons (
        delivery_id, rule_code, row_number, field, reason, provider_code, dataset, row_hash, answer_id
    )
    select
        chosen.delivery_id,
        chosen.rule_code,
        chosen.row_number,
        chosen.field,
        chosen.reason,
        chosen.provider_code,
        chosen.dataset,
        chosen.row_hash,
        %(answer_id)s as answer_id
    from chosen
    on conflict (delivery_id, rule_code, row_number, field) do update
        set
            reason = excluded.reason,
            row_hash = excluded.row_hash,
            answer_id = excluded.answer_id,
            given_at = now()
)

select
    meant.nth,
    count(*) as findings,
    count(*) filter (where not meant.answered) as open
from meant
group by meant.nth
