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

-- A period that only the slices of a register bring about is not one of P01 or P02.
select
    pairings.special_code as indicator_code,
    general.measure,
    count(*) as values_that_differ
from general
inner join pairings
    on
        general.indicator_code = pairings.general_code
        and general.breakdown = pairings.breakdown
        and general.breakdown_value = 'yes'
left join special
    on
        pairings.special_code = special.indicator_code
        and general.measure = special.measure
        and general.period_grain = special.period_grain
        and general.period_start = special.period_start
        and general.territory_code = special.territory_code
where (general.numerator, general.denominator) is distinct from (special.numerator, special.denominator)
group by pairings.special_code, general.measure
