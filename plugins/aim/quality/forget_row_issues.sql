delete from quality.row_issues
where delivery_id in (select batch.delivery_id from quality.batch as batch)
