-- noqa: disable=AM04
-- Whatever columns the dataset has: the view is looked at by name.
create temporary view kept_rows as
select landed.*
from pg_temp.rows_to_judge as landed
where
    not exists (
        select from quality.row_issues as issue
        where
            issue.out
            and issue.delivery_id = landed.delivery_id
            and issue.row_number = landed.row_number
    )
