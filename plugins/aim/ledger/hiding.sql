-- How many groups and years these rounds attacked, and how much is hidden of those that were released. What both rounds
-- of a night attacked counts as the later one left it: its cells are the earlier one's too.
with attacked as (
    select distinct on (attacked_with, attacked_year) *
    from ops.attacks
    where release_id = any(%(release_ids)s)
    order by attacked_with asc, attacked_year asc, release_id desc
)

select
    count(*) as attacked,
    coalesce(sum(cells) filter (where breaches = 0), 0)::bigint as cells,
    coalesce(sum(cells_hidden) filter (where breaches = 0), 0)::bigint as cells_hidden,
    coalesce(sum(counted) filter (where breaches = 0), 0)::float8 as counted,
    coalesce(sum(counted_hidden) filter (where breaches = 0), 0)::float8 as counted_hidden
from attacked
