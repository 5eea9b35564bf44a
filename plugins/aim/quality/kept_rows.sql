-- noqa: disable=AM04
-- Whatever columns the dataset has: the table is looked at by name. A table, since of a view the planner expects a row
-- or two, and joins what are hundreds of thousands row by row.
create temporary table kept_rows on commit drop as
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
