delete from ops.reads
where read_at < now() - make_interval(days => %(days)s)
