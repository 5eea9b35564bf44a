delete from quality.check_results
where delivery_id in (select batch.delivery_id from quality.batch as batch)
