with indicators as (
    select * from {{ ref('indicators') }}
),

versions as (
    select * from {{ ref('indicator_versions') }}
),

measures as (
    select * from {{ ref('indicator_measures') }}
),

units as (
    select * from {{ ref('units') }}
),

datasets as (
    select
        indicator_code,
        definition_version,
        measure,
        string_agg(dataset, ', ' order by dataset) filter (where role = 'numerator') as source_datasets,
        string_agg(dataset, ', ' order by dataset) filter (where role = 'denominator') as denominator_datasets
    from {{ ref('indicator_datasets') }}
    group by indicator_code, definition_version, measure
),

parameters_in_force as (
    select parameters.*
    from {{ ref('stg_parameters') }} as parameters
    where
        parameters.valid_from <= {{ clock_date() }}
        and parameters.valid_until > {{ clock_date() }}
),

parameters as (
    select
        used.indicator_code,
        string_agg(
            in_force.label_lt || ': ' || in_force.value_text || ' ' || units.label_lt,
            '; '
            order by in_force.parameter
        ) as parameters_lt,
        string_agg(
            in_force.label_en || ': ' || in_force.value_text || ' ' || units.label_en,
            '; '
            order by in_force.parameter
        ) as parameters_en
    from {{ ref('indicator_parameters') }} as used
    inner join parameters_in_force as in_force on used.parameter = in_force.parameter
    inner join units on in_force.unit = units.unit
    group by used.indicator_code
),

final as (
    select
        measures.indicator_code,
        measures.measure,
        measures.definition_version,
        indicators.area,
        indicators.name_lt,
        indicators.name_en,
        measures.label_lt as measure_lt,
        measures.label_en as measure_en,
        measures.numerator_lt,
        measures.numerator_en,
        measures.denominator_lt,
        measures.denominator_en,
        measures.unit,
        units.label_lt as unit_lt,
        units.label_en as unit_en,
        measures.kind,
        coalesce(own.source_datasets, datasets.source_datasets, indicators.basis) as source_datasets,
        case when own.measure is null then datasets.denominator_datasets else own.denominator_datasets end
        as denominator_datasets,
        parameters.parameters_lt,
        parameters.parameters_en,
        versions.note_lt,
        versions.note_en,
        indicators."order" as indicator_order,
        measures."order" as measure_order,
        indicators.counts_persons,
        versions.is_break,
        versions.valid_from,
        versions.valid_to
    from measures
    inner join indicators on measures.indicator_code = indicators.indicator_code
    inner join versions
        on
            measures.indicator_code = versions.indicator_code
            and measures.definition_version = versions.definition_version
    inner join units on measures.unit = units.unit
    left join datasets
        on
            measures.indicator_code = datasets.indicator_code
            and measures.definition_version = datasets.definition_version
            and datasets.measure is null
    left join datasets as own
        on
            measures.indicator_code = own.indicator_code
            and measures.definition_version = own.definition_version
            and measures.measure = own.measure
    left join parameters on measures.indicator_code = parameters.indicator_code
)

select * from final
