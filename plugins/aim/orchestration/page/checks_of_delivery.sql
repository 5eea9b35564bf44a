-- How many checks of a delivery came out how.
select
    status,
    count(*) as checks
from quality.check_results
where is_current and delivery_id = %(delivery_id)s
group by status
order by status
