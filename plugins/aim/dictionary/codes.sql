-- Every code that published values bear: its list, what it belongs to within that, and its labels.
select
    'territory' as list,
    territory_level as belongs_to,
    territory_code as code,
    name_lt as label_lt,
    name_en as label_en,
    row_number() over (
        order by territory_level desc, territory_code collate "C"
    ) as place
from marts.dim_territory
union all
select
    'breakdown' as list,
    breakdown as belongs_to,
    breakdown_value as code,
    value_lt as label_lt,
    value_en as label_en,
    row_number() over (
        order by breakdown_order, value_order
    ) as place
from marts.dim_breakdown
union all
select
    status as list,
    status as belongs_to,
    code,
    label_lt,
    label_en,
    status_order as place
from marts.dim_value_status
union all
select
    'score_part' as list,
    'score_part' as belongs_to,
    part as code,
    label_lt,
    label_en,
    part_order as place
from marts.dim_score_part
order by list, place
