with indicators as (
    select * from {{ ref('indicators') }}
),

-- What a card tells of lists is how they stand on its day: today, or the last day of a version that is over.
versions as (
    select
        *,
        coalesce(valid_from, '-infinity') as first_day,
        least({{ clock_date() }}, valid_to - 1) as card_day
    from {{ ref('indicator_versions') }}
),

measures as (
    select * from {{ ref('indicator_measures') }}
),

units as (
    select * from {{ ref('units') }}
),

used_parameters as (
    select * from {{ ref('indicator_parameters') }}
),

parameters as (
    select * from {{ ref('stg_parameters') }}
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

age_bands as (
    select * from {{ ref('age_bands') }}
),

services as (
    select * from {{ ref('service_catalogue') }}
),

basket as (
    select * from {{ ref('service_basket') }}
),

channels as (
    select * from {{ ref('channels') }}
    where is_automatic
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

-- Every value that a parameter has had under the version, the later ones with their first day.
values_of_versions as (
    select
        versions.indicator_code,
        versions.definition_version,
        parameters.parameter,
        parameters.label_lt,
        parameters.label_en,
        parameters.valid_from,
        -- A decimal comma in Lithuanian; the label of a level or weight says what its number is.
        concat_ws(
            ' ',
            case
                when parameters.value is null then parameters.value_text
                else replace(parameters.value_text, '.', ',')
            end,
            units.label_lt
        ) as value_lt,
        concat_ws(' ', parameters.value_text, units.label_en) as value_en,
        lag(parameters.valid_from) over values_of_parameter is null as is_first
    from versions
    inner join used_parameters on versions.indicator_code = used_parameters.indicator_code
    inner join parameters
        on
            used_parameters.parameter = parameters.parameter
            and parameters.valid_from <= versions.card_day
            and parameters.valid_until > versions.first_day
    inner join units on parameters.unit = units.unit
    window values_of_parameter as (
        partition by versions.indicator_code, versions.definition_version, parameters.parameter
        order by parameters.valid_from
    )
),

members as (
    select
        versions.indicator_code,
        versions.definition_version,
        'age_bands' as list,
        age_bands.first_age as place,
        code_lists.label_lt,
        code_lists.label_en
    from versions
    inner join age_bands
        on
            versions.card_day >= age_bands.valid_from
            and versions.card_day < coalesce(age_bands.valid_to, 'infinity')
    inner join code_lists
        on
            code_lists.list = 'age_band'
            and age_bands.age_band = code_lists.code
    union all
    select
        versions.indicator_code,
        versions.definition_version,
        'service_basket' as list,
        services."order" as place,
        services.label_lt,
        services.label_en
    from versions
    inner join basket
        on
            versions.card_day >= basket.valid_from
            and versions.card_day < coalesce(basket.valid_to, 'infinity')
    inner join services on basket.service_code = services.code
    union all
    select
        versions.indicator_code,
        versions.definition_version,
        'automatic_channels' as list,
        row_number() over (
            partition by versions.indicator_code, versions.definition_version
            order by channels.channel
        ) as place,
        channels.label_lt,
        channels.label_en
    from versions
    cross join channels
),

told as (
    select
        indicator_code,
        definition_version,
        parameter,
        label_lt || ': ' || string_agg(
            case when is_first then value_lt else 'nuo ' || valid_from || ' ' || value_lt end,
            ', '
            order by valid_from
        ) as told_lt,
        label_en || ': ' || string_agg(
            case when is_first then value_en else 'from ' || valid_from || ' ' || value_en end,
            ', '
            order by valid_from
        ) as told_en
    from values_of_versions
    group by indicator_code, definition_version, parameter, label_lt, label_en
    union all
    select
        members.indicator_code,
        members.definition_version,
        members.list as parameter,
        code_lists.label_lt || ': ' || string_agg(members.label_lt, ', ' order by members.place) as told_lt,
        code_lists.label_en || ': ' || string_agg(members.label_en, ', ' order by members.place) as told_en
    from members
    inner join used_parameters
        on
            members.indicator_code = used_parameters.indicator_code
            and members.list = used_parameters.parameter
    inner join code_lists
        on
            code_lists.list = 'card_list'
            and members.list = code_lists.code
    group by
        members.indicator_code,
        members.definition_version,
        members.list,
        code_lists.label_lt,
        code_lists.label_en
),

cards as (
    select
        indicator_code,
        definition_version,
        string_agg(told_lt, '; ' order by parameter) as parameters_lt,
        string_agg(told_en, '; ' order by parameter) as parameters_en
    from told
    group by indicator_code, definition_version
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
        case
            when own.measure is null then datasets.denominator_datasets
            else own.denominator_datasets
        end as denominator_datasets,
        cards.parameters_lt,
        cards.parameters_en,
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
    left join cards
        on
            measures.indicator_code = cards.indicator_code
            and measures.definition_version = cards.definition_version
)

select * from final
