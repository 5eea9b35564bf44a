-- P03 and P06 are P01, P04 and P07 are P02, of the children with a decision: numerators and denominators alike.
with special as (
    select * from {{ ref('ind_p03_risk_improved_disabled') }}
    union all
    select * from {{ ref('ind_p04_plans_implemented_disabled') }}
    union all
    select * from {{ ref('ind_p06_risk_improved_special_needs') }}
    union all
    select * from {{ ref('ind_p07_plans_implemented_special_needs') }}
),

general as (
    select * from {{ ref('ind_p01_risk_improved') }}
    union all
    select * from {{ ref('ind_p02_plans_implemented') }}
),

pairings as (
    select *
    from (
        values
        ('P03', 'P01', 'disability'),
        ('P04', 'P02', 'disability'),
        ('P06', 'P01', 'sen'),
        ('P07', 'P02', 'sen')
    ) as listed (special_code, general_code, breakdown)
)

select
    special.indicator_code,
    special.measure,
    count(*) as values_that_differ
from special
inner join pairings on special.indicator_code = pairings.special_code
inner join general
    on
        pairings.general_code = general.indicator_code
        and pairings.breakdown = general.breakdown
        and general.breakdown_value = 'yes'
        and special.measure = general.measure
        and special.period_grain = general.period_grain
        and special.period_start = general.period_start
        and special.territory_code = general.territory_code
where
    -- A period that only the slices of a register bring about is not one of P01 or P02.
    (general.numerator, general.denominator) <> (special.numerator, special.denominator)
group by special.indicator_code, special.measure
