with found as (
    delete from ops.mail_matters
    where
        recipient = ''
        and kind = %(kind)s
        and provider_code = %(provider_code)s
        and period = %(period)s
        and about = %(about)s
    returning mail_id
)

delete from ops.mails
where
    state = 'no_contact'
    and mail_id in (select mail_id from found)
