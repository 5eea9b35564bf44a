-- noqa: disable=AM04
-- Whatever columns the dataset has: the view is looked at by name.
create temporary view rows_to_judge as
select *
from {landed_rows}
where not _duplicate
