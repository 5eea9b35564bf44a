-- A layer built again in the same run tells its results once; a later run's take the place of an earlier one's.
with again as (
    delete from quality.check_results
    where delivery_id is null and run_id = %(run_id)s and rule_code = any(%(names)s)
)

update quality.check_results
set is_current = false
where delivery_id is null and is_current and run_id <> %(run_id)s and rule_code = any(%(names)s);
