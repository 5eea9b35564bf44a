{# Named by its layer: of the seeds it reads, some are below no model of it, and dbt would leave it out. #}
{{ config(tags=['indicators']) }}

-- The reference files of the indicators name each other's codes, and nothing an indicator needs is left out.
with indicators as (
    select indicator_code from {{ ref('indicators') }}
),

measures as (
    select * from {{ ref('indicator_measures') }}
),

versions as (
    select * from {{ ref('indicator_versions') }}
),

breakdown_values as (
    select * from {{ ref('dim_breakdown') }}
),

used_parameters as (
    select * from {{ ref('indicator_parameters') }}
),

parameters as (
    select * from {{ ref('stg_parameters') }}
),

units as (
    select * from {{ ref('units') }}
),

lists as (
    select code from {{ ref('code_lists') }}
    where list = 'card_list'
),

grains as (
    select * from {{ ref('indicator_grains') }}
),

used_breakdowns as (
    select * from {{ ref('indicator_breakdowns') }}
),

named_values as (
    select * from {{ ref('indicator_breakdown_values') }}
),

datasets as (
    select * from {{ ref('indicator_datasets') }}
),

faults as (
    select
        indicators.indicator_code as named,
        'indicator without a version, a main measure, a grain or a total' as fault
    from indicators
    where
        not exists (
            select from versions
            where indicators.indicator_code = versions.indicator_code
        )
        or not exists (
            select from measures
            where
                indicators.indicator_code = measures.indicator_code
                and measures.measure = 'main'
        )
        or not exists (
            select from grains
            where indicators.indicator_code = grains.indicator_code
        )
        or not exists (
            select from used_breakdowns
            where
                indicators.indicator_code = used_breakdowns.indicator_code
                and used_breakdowns.breakdown = 'total'
        )
    union all
    select
        measures.indicator_code || ' ' || measures.measure as named,
        'measure of an unknown version, unit, grain or parameter' as fault
    from measures
    left join versions
        on
            measures.indicator_code = versions.indicator_code
            and measures.definition_version = versions.definition_version
    left join units on measures.unit = units.unit
    left join parameters on measures.least_denominator = parameters.parameter
    left join grains
        on
            measures.indicator_code = grains.indicator_code
            and measures.only_grain = grains.period_grain
    where
        versions.indicator_code is null
        or units.unit is null
        or (measures.least_denominator is not null and parameters.parameter is null)
        or (measures.only_grain is not null and grains.period_grain is null)
        or (measures.denominator_kind = 'none') <> (measures.denominator_en is null)
    union all
    select
        measures.indicator_code || ' ' || measures.measure as named,
        'denominator from reference data, and no such dataset is named' as fault
    from measures
    where
        measures.denominator_kind in ('population', 'pupils')
        and not exists (
            select from datasets
            where
                measures.indicator_code = datasets.indicator_code
                and measures.definition_version = datasets.definition_version
                and datasets.role = 'denominator'
        )
    union all
    select
        used_breakdowns.indicator_code || ' ' || used_breakdowns.breakdown as named,
        'unknown breakdown' as fault
    from used_breakdowns
    left join breakdown_values on used_breakdowns.breakdown = breakdown_values.breakdown
    where breakdown_values.breakdown is null
    union all
    select
        named_values.indicator_code || ' ' || named_values.breakdown || ' ' || named_values.breakdown_value as named,
        'unknown value of a breakdown' as fault
    from named_values
    left join breakdown_values
        on
            named_values.breakdown = breakdown_values.breakdown
            and named_values.breakdown_value = breakdown_values.breakdown_value
    where breakdown_values.breakdown is null
    union all
    select
        used_parameters.indicator_code || ' ' || used_parameters.parameter as named,
        'unknown parameter, or one whose unit has no words' as fault
    from used_parameters
    left join parameters on used_parameters.parameter = parameters.parameter
    left join units on parameters.unit = units.unit
    left join lists on used_parameters.parameter = lists.code
    where
        units.unit is null
        and lists.code is null
    union all
    select
        datasets.indicator_code || ' ' || datasets.dataset as named,
        'dataset of an unknown measure, role or way to count' as fault
    from datasets
    left join measures
        on
            datasets.indicator_code = measures.indicator_code
            and datasets.definition_version = measures.definition_version
            and datasets.measure = measures.measure
    where
        (datasets.measure is not null and measures.measure is null)
        or datasets.role not in ('numerator', 'denominator')
        or datasets.counted_where not in ('overlap', 'end')
)

select
    named,
    fault
from faults
