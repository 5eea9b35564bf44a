copy quality.check_results (
    run_id, delivery_id, rule_code, status, severity, responsibility, dimension, checked, failed, reason
) from stdin
