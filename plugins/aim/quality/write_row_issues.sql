insert into quality.row_issues (delivery_id, row_number, rule_code, field, out, of_delivery)
select
    judged.delivery_id,
    judged.row_number,
    broken.rule_code,
    broken.field,
    broken.out,
    judged.of_delivery
from {judged} as judged
cross join lateral (values {outcomes}) as broken (rule_code, field, out, holds)
-- The whole row first, so that only rows with something broken in them are taken apart.
where ({all_hold}) is false and broken.holds is false
