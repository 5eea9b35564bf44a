-- Rows that are like a row answered before are looked for first: few are, while findings may be many.
with given as (
    select distinct
        reason.provider_code,
        reason.rule_code,
        reason.field,
        reason.row_hash
    from quality.reasons as reason
    inner join ops.deliveries as delivery
        on
            reason.provider_code = delivery.provider_code
            and reason.dataset = delivery.dataset
    where delivery.delivery_id = any(%(delivery_ids)s)
),

-- The files that rows of each delivery's findings stand in: its own, and the one before for rows missing from it.
files as (
    select
        own.delivery_id,
        own.delivery_id as file_id
    from unnest(%(delivery_ids)s::bigint[]) as own (delivery_id)
    union
    select
        missing.delivery_id,
        missing.of_delivery as file_id
    from quality.row_issues as missing
    where missing.of_delivery is not null and missing.delivery_id = any(%(delivery_ids)s)
),

alike as (
    select
        landed.delivery_id as file_id,
        landed.row_number,
        given.rule_code,
        given.field
    from {staging} as landed
    inner join given
        on
            landed.provider_code = given.provider_code
            and hash_record_extended(row({landed_content}), 0) = given.row_hash
    where landed.delivery_id in (select files.file_id from files)
),

answered as (
    select
        files.delivery_id,
        alike.row_number,
        alike.rule_code,
        alike.field,
        files.file_id
    from alike
    inner join files on alike.file_id = files.file_id
    union all
    -- Of the delivery as a whole: known by its number.
    select
        whole.delivery_id,
        whole.row_number,
        whole.rule_code,
        whole.field,
        whole.delivery_id as file_id
    from quality.reasons as whole
    where whole.row_number = 0 and whole.delivery_id = any(%(delivery_ids)s)
),

marked as (
    update quality.row_issues as issue
    set answered = true
    from answered
    where
        issue.delivery_id = answered.delivery_id
        and issue.row_number = answered.row_number
        and issue.rule_code = answered.rule_code
        and issue.field = answered.field
        and coalesce(issue.of_delivery, issue.delivery_id) = answered.file_id
        and not issue.answered
    returning issue.delivery_id
)

select
    delivery_id,
    count(*) as findings
from marked
group by delivery_id
