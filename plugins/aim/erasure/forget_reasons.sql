-- Reasons given for these rows, in whatever file they stood when it was given: a reason may say whom it is about.
delete from quality.reasons as given
where
    (given.delivery_id = %(delivery_id)s and given.row_number = any(%(row_numbers)s))
    or (
        given.provider_code = %(provider_code)s
        and given.dataset = %(dataset)s
        and given.row_hash = any(%(row_hashes)s)
    )
    or exists (
        select from quality.row_issues as issue
        where
            issue.of_delivery = %(delivery_id)s
            and issue.row_number = any(%(row_numbers)s)
            and issue.delivery_id = given.delivery_id
            and issue.row_number = given.row_number
            and issue.rule_code = given.rule_code
            and issue.field = given.field
    )
