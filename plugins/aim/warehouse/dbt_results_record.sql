-- A test checks one promise; failed counts what breaks it.
insert into quality.check_results (
    run_id, delivery_id, rule_code, status, severity, responsibility, dimension, checked, failed, reason
) values (
    %(run_id)s, null, %(name)s, %(status)s, 'error', 'operator', 'consistency', 1, %(failed)s, %(reason)s
);
