select partitions.relname
from pg_class as partitions
where
    partitions.relnamespace = 'staging'::regnamespace
    and partitions.relispartition
    and partitions.relname in (
        select %(dataset)s || '_' || extract(year from batch.period_start)
        from quality.batch as batch
    )
