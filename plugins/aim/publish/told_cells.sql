-- The cells of the round whose number is told by what is about to be published: the attack looks at that, not at what
-- was meant. Without counts of zero: nobody asks whether they are told, but where a zero may be hidden.
with not_only_counts as (
    select quantity from round_cells
    where is_signed or may_hide_zero
    union
    select quantity from former_cells
    where is_signed or may_hide_zero
)

select distinct
    said.attacked_with,
    said.attacked_year,
    said.quantity,
    said.cell_period,
    said.territory_code,
    said.cell_breakdown,
    said.cell_value
from round_cells as said
inner join protected_values as published
    on
        said.indicator_code = published.indicator_code
        and said.measure = published.measure
        and said.period_grain = published.period_grain
        and said.period_start = published.period_start
        and said.territory_code = published.territory_code
        and said.breakdown = published.breakdown
        and said.breakdown_value = published.breakdown_value
where
    (said.number <> 0 or said.quantity in (select not_only_counts.quantity from not_only_counts))
    and (
        published.conf_status = 'F'
        or case said.part
            when 'numerator' then published.numerator is not null else published.denominator is not null
        end
    )
