-- One reason for each finding, with what its row is like; the row may stand in an earlier file.
insert into quality.reasons (
    delivery_id, rule_code, row_number, field, reason, provider_code, dataset, row_hash
)
select
    issue.delivery_id,
    issue.rule_code,
    issue.row_number,
    issue.field,
    %(reason)s as reason,
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
    and issue.rule_code = %(rule_code)s
    and (%(row_number)s::integer is null or issue.row_number = %(row_number)s)
    and (issue.row_number = 0 or landed.delivery_id is not null)
on conflict (delivery_id, rule_code, row_number, field) do update
    set reason = excluded.reason, row_hash = excluded.row_hash, given_at = now()
