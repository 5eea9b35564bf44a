-- Of each key what the latest letter said that gave it, of letters written on an earlier day than `before`.
with earlier as (
    select mail_id
    from ops.mails
    where clock_date < %(before)s
)

select distinct on (given.key)
    given.key,
    given.value
from ops.mail_matters as matters
inner join earlier on matters.mail_id = earlier.mail_id
inner join lateral jsonb_each(matters.told) as given (key, value) on true
where matters.provider_code = %(provider_code)s
order by given.key asc, matters.mail_id desc
