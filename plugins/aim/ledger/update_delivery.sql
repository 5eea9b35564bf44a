update ops.deliveries
set
    verdict = %(verdict)s,
    version = %(version)s,
    accepted_as = %(accepted_as)s,
    reason_code = %(reason_code)s,
    reason_detail = %(reason_detail)s,
    load_id = %(load_id)s,
    rows_loaded = %(rows_loaded)s,
    rows_quarantined = %(rows_quarantined)s,
    rows_duplicate = %(rows_duplicate)s,
    needs_judging = false,
    judged_under = %(judged_under)s,
    judged_at = now()
where delivery_id = %(delivery_id)s
