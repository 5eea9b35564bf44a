with asked as (
    select mail_id
    from ops.mails
    where run_id = %(run_id)s::bigint or mail_id = any(%(mail_ids)s::bigint[])
)

select
    matters.kind,
    count(*) as told
from ops.mail_matters as matters
inner join asked on matters.mail_id = asked.mail_id
where matters.recipient <> ''
group by matters.kind
order by matters.kind
