with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'S11'
),

cases as (
    select * from {{ ref('int_assessed_cases') }}
    where assessment_number is not null
),

answers as (
    select * from {{ ref('fct_assessment_answer') }}
),

items as (
    select * from {{ ref('instrument_items') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

known_answers as (
    select
        answers.load_id,
        answers.assessment_number,
        answers.item,
        answers.level
    from answers
    {{ parameter('unknown_answer', 'answers.assessed_on') }}
    where answers.level <> unknown_answer.value
),

of_assessments as (
    select
        known_answers.load_id,
        known_answers.assessment_number,
        severe_level.valid_from,
        severe_level.valid_until,
        count(*) as answers,
        count(*) filter (where known_answers.level >= severe_level.value) as risks
    from known_answers
    inner join {{ ref('stg_parameters') }} as severe_level on severe_level.parameter = 'severe_level'
    group by
        known_answers.load_id,
        known_answers.assessment_number,
        severe_level.valid_from,
        severe_level.valid_until
),

-- Cases alike are counted first, which leaves few rows to spread over territories and breakdowns.
alike as (
    select
        cases.reference_date,
        cases.municipality_code,
        cases.sex,
        cases.age_band,
        cases.disability,
        cases.sen,
        sum(of_assessments.answers) as answers,
        sum(of_assessments.risks) as risks
    from cases
    inner join of_assessments
        on
            cases.assessment_load_id = of_assessments.load_id
            and cases.assessment_number = of_assessments.assessment_number
            and cases.reference_date >= of_assessments.valid_from
            and cases.reference_date < of_assessments.valid_until
    group by
        cases.reference_date,
        cases.municipality_code,
        cases.sex,
        cases.age_band,
        cases.disability,
        cases.sen
),

by_item as (
    select
        cases.reference_date,
        cases.municipality_code,
        known_answers.item,
        count(*) as answers,
        count(*) filter (where known_answers.level >= severe_level.value) as risks
    from cases
    inner join known_answers
        on
            cases.assessment_load_id = known_answers.load_id
            and cases.assessment_number = known_answers.assessment_number
    {{ parameter('severe_level', 'cases.reference_date') }}
    group by cases.reference_date, cases.municipality_code, known_answers.item
),

counted as (
    select
        alike.reference_date,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        sum(alike.answers) as answers,
        sum(alike.risks) as risks
    from alike
    inner join territories on alike.municipality_code = territories.municipality_code
    {{ child_breakdowns('alike') }}
    group by
        alike.reference_date,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
    union all
    select
        by_item.reference_date,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        sum(by_item.answers) as answers,
        sum(by_item.risks) as risks
    from by_item
    inner join items on by_item.item = items.item
    inner join territories on by_item.municipality_code = territories.municipality_code
    {{ each_of('breakdowns (breakdown, breakdown_value)', [
        "'item', by_item.item",
        "'domain', items.domain",
    ]) }}
    group by
        by_item.reference_date,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
),

-- On one day a child is of one sex, age band and so on in each of its cases.
children as (
    select distinct
        cases.reference_date,
        territories.territory_code,
        cases.child_id,
        cases.sex,
        cases.age_band,
        cases.disability,
        cases.sen
    from cases
    inner join territories on cases.municipality_code = territories.municipality_code
),

children_alike as (
    select
        reference_date,
        territory_code,
        sex,
        age_band,
        disability,
        sen,
        count(*) as children
    from children
    group by reference_date, territory_code, sex, age_band, disability, sen
),

assessed_children as (
    select
        children_alike.reference_date,
        children_alike.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        sum(children_alike.children) as children
    from children_alike
    {{ child_breakdowns('children_alike') }}
    group by
        children_alike.reference_date,
        children_alike.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
),

measured as (
    select
        counted.reference_date,
        counted.territory_code,
        counted.breakdown,
        counted.breakdown_value,
        measures.measure,
        counted.risks as numerator,
        counted.answers
    from counted
    cross join lateral (
        values
        ('main'),
        ('risks_per_child')
    ) as measures (measure)
),

final as (
    select
        expected.indicator_code,
        expected.measure,
        expected.period_grain,
        expected.period_start,
        expected.territory_level,
        expected.territory_code,
        expected.breakdown,
        expected.breakdown_value,
        coalesce(measured.numerator, 0)::numeric as numerator,
        case expected.measure
            when 'main' then coalesce(measured.answers, 0)
            else coalesce(assessed_children.children, 0)
        end::numeric as denominator,
        false as is_estimated
    from expected
    left join measured
        on
            expected.measure = measured.measure
            and expected.period_end = measured.reference_date
            and expected.territory_code = measured.territory_code
            and expected.breakdown = measured.breakdown
            and expected.breakdown_value = measured.breakdown_value
    -- Which items are at risk is asked of all children.
    left join assessed_children
        on
            expected.period_end = assessed_children.reference_date
            and expected.territory_code = assessed_children.territory_code
            and case when expected.breakdown in ('item', 'domain') then 'total' else expected.breakdown end
            = assessed_children.breakdown
            and case when expected.breakdown in ('item', 'domain') then 'total' else expected.breakdown_value end
            = assessed_children.breakdown_value
)

select * from final
