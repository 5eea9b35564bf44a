select
    delivery_id,
    count(distinct row_number) as rows_quarantined
from quality.row_issues
where out and delivery_id in (select batch.delivery_id from quality.batch as batch)
group by delivery_id
