-- What was found in these rows; of a row that was missing from a later file too.
delete from quality.row_issues as issue
where
    (
        (issue.delivery_id = %(delivery_id)s and issue.of_delivery is null)
        or issue.of_delivery = %(delivery_id)s
    )
    and issue.row_number = any(%(row_numbers)s)
