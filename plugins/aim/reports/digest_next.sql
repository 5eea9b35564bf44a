-- Files that providers in a municipality are to deliver, by day.
select
    due_on,
    count(*) as files
from ops.obligations
where
    municipality_code = %(municipality)s
    and due_on > %(today)s
    and due_on <= %(until)s
    and status in ('not_due', 'rejected')
group by due_on
order by due_on
