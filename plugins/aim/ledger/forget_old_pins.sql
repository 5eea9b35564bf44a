delete from ops.run_slices
where
    run_id < %(run_id)s - 14
    and run_id not in (select run_id from ops.releases)
