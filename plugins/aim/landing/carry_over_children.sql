-- Children known under an older key get their row under the newest: the same vaiko_id.
insert into identity.child_key (key_version, code_hmac, vaiko_id)
select
    %(version)s as key_version,
    substr(%(hmacs)s::bytea, place * %(bytes)s + 1, %(bytes)s) as code_hmac,
    former.vaiko_id
from generate_series(0, %(count)s - 1) as places (place)
inner join identity.child_key as former
    on
        former.key_version = %(former_version)s
        and former.code_hmac = substr(%(former_hmacs)s::bytea, place * %(bytes)s + 1, %(bytes)s)
order by place
on conflict do nothing
