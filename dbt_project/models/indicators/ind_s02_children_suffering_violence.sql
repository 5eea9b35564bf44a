with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'S02'
),

events as (
    select * from {{ ref('fct_violence_event') }}
),

months as (
    select * from {{ ref('int_period_months') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

population as (
    select * from {{ ref('int_population_mean') }}
),

latest_slices as (
    select
        provider_code,
        report_number,
        max(period_start) as period_start
    from events
    group by provider_code, report_number
),

-- A report met in several slices counts once, whole with all its rows, as its latest slice has it.
confirmed as (
    select
        events.provider_code,
        events.report_number,
        events.child_id,
        events.municipality_code,
        events.sex,
        {{ child_traits() }},
        date_trunc('month', events.happened_on)::date as month_start,
        events.is_witness
    from events
    inner join latest_slices
        on
            events.provider_code = latest_slices.provider_code
            and events.report_number = latest_slices.report_number
            and events.period_start = latest_slices.period_start
    {{ parameter('child_max_age', 'events.happened_on') }}
    {{ join_child_traits('events', 'happened_on') }}
    where
        events.finding = 'TAIP'
        and {{ is_child_on('events.birth_month', 'events.happened_on') }}
),

counted as (
    select
        months.period_grain,
        months.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        count(distinct confirmed.child_id) filter (where not confirmed.is_witness) as children,
        count(distinct confirmed.child_id) as with_witnesses,
        count(
            distinct case
                when not confirmed.is_witness then row(confirmed.provider_code, confirmed.report_number)::text
            end
        ) as events
    from confirmed
    inner join months on confirmed.month_start = months.month_start
    inner join territories on confirmed.municipality_code = territories.municipality_code
    {{ child_breakdowns('confirmed') }}
    group by
        months.period_grain,
        months.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
),

measured as (
    select
        counted.period_grain,
        counted.period_start,
        counted.territory_code,
        counted.breakdown,
        counted.breakdown_value,
        measures.measure,
        measures.numerator
    from counted
    cross join lateral (
        values
        ('main', counted.children),
        ('events', counted.events),
        ('with_witnesses', counted.with_witnesses)
    ) as measures (measure, numerator)
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
        population.children::numeric as denominator,
        coalesce(population.is_estimated, false) as is_estimated
    from expected
    left join measured
        on
            expected.measure = measured.measure
            and expected.period_grain = measured.period_grain
            and expected.period_start = measured.period_start
            and expected.territory_code = measured.territory_code
            and expected.breakdown = measured.breakdown
            and expected.breakdown_value = measured.breakdown_value
    left join population
        on
            expected.measure <> 'events'
            and extract(year from expected.period_start) = population.flow_year
            and expected.territory_code = population.territory_code
            and expected.breakdown = population.breakdown
            and expected.breakdown_value = population.breakdown_value
)

select * from final
