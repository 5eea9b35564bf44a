-- What is due today and in the days after it: how much of it came already.
select
    due_on,
    dataset,
    period,
    count(*) filter (where status <> 'waived') as expected,
    count(*) filter (where status in ('on_time', 'late', 'confirmed_empty')) as accepted,
    count(*) filter (where status = 'rejected') as rejected
from ops.obligations
where due_on between %(today)s and %(until)s
group by due_on, dataset, period
order by due_on, dataset, period
