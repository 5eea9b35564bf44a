-- Questions not yet answered about deliveries that speak, one row a delivery and rule: of deliveries received since
-- `since`, and of those that were acknowledged and are asked something new.
with speaking as (
    select
        delivery_id,
        provider_code,
        dataset,
        period,
        received_at >= %(since)s as is_recent
    from ops.deliveries
    where verdict in ('accepted', 'accepted_with_findings')
)

select
    told.delivery_id,
    told.provider_code,
    told.dataset,
    told.period,
    issues.rule_code
from speaking as told
inner join quality.row_issues as issues on told.delivery_id = issues.delivery_id
where
    issues.rule_code = any(%(rules)s)
    and not issues.answered
    and (
        told.is_recent
        or exists (
            select from ops.mail_matters as matters
            where
                matters.kind = 'receipt'
                and matters.provider_code = told.provider_code
                and matters.about = told.delivery_id::text
        )
    )
group by told.delivery_id, told.provider_code, told.dataset, told.period, issues.rule_code
order by told.provider_code, told.dataset, told.period, told.delivery_id, issues.rule_code
