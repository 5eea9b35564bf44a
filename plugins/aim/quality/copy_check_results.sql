copy quality.check_results (
    run_id, delivery_id, rule_code, status, severity, responsibility, dimension, scope, checked, failed, reason
) from stdin
