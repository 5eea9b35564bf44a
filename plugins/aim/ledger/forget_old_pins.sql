delete from ops.run_slices
where
    run_id < %(run_id)s - %(nights)s
    and run_id not in (select run_id from ops.releases)
