delete from quality.code_counts
where delivery_id in (select batch.delivery_id from quality.batch as batch)
