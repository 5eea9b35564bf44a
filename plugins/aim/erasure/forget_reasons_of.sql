-- Reasons given in these deliveries, and those given later for a row that stood in one of them.
delete from quality.reasons as given
where
    given.delivery_id = any(%(delivery_ids)s)
    or exists (
        select from quality.row_issues as issue
        where
            issue.of_delivery = any(%(delivery_ids)s)
            and issue.delivery_id = given.delivery_id
            and issue.row_number = given.row_number
            and issue.rule_code = given.rule_code
            and issue.field = given.field
    )
