-- What the changed rules find beside what the rules in force found, both just worked out on the same rows.
with found_now as (
    select
        delivery_id,
        row_number,
        rule_code
    from pg_temp.rehearsed
    where not rule_code = any(%(errored)s)
),

found_then as (
    select distinct
        delivery_id,
        row_number,
        rule_code
    from quality.row_issues
    where delivery_id = any(%(delivery_ids)s) and not rule_code = any(%(errored)s)
),

differing as (
    select
        delivery_id,
        rule_code,
        found_now.delivery_id is null as fails_newly
    from found_then
    full join found_now using (delivery_id, row_number, rule_code)
    where found_then.delivery_id is null or found_now.delivery_id is null
)

select
    differing.rule_code,
    delivery.dataset,
    delivery.provider_code,
    count(*) filter (where differing.fails_newly) as newly_failing,
    count(*) filter (where not differing.fails_newly) as newly_passing,
    count(distinct differing.delivery_id) as deliveries
from differing
inner join ops.deliveries as delivery on differing.delivery_id = delivery.delivery_id
group by differing.rule_code, delivery.dataset, delivery.provider_code
order by differing.rule_code, delivery.dataset, delivery.provider_code
