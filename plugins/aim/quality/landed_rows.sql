-- noqa: disable=AM04
-- Whatever columns the dataset has: the view is looked at by name.
create temporary view {landed_rows} as
select landed.*
from {staging} as landed
inner join quality.batch as delivery on landed.delivery_id = delivery.delivery_id
-- The bounds as constants let the planner leave out the other years' partitions.
where landed.period_start between {first} and {last}
