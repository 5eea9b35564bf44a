{# What is published now of one indicator, or of all, every code with its Lithuanian and English label. #}
{% macro published_values(indicator_code=none) %}
{% if indicator_code %}
{{ config(post_hook="{{ comment_from_card('" ~ indicator_code ~ "') }}") }}
{% endif %}
with published as (
    select * from {{ source('marts', 'indicator_values') }}
    where
        known_to is null
        {%- if indicator_code %}
        and indicator_code = '{{ indicator_code }}'
        {%- endif %}
),

indicators as (
    select * from {{ ref('marts_dim_indicator') }}
),

periods as (
    select * from {{ ref('marts_dim_period') }}
),

territories as (
    select * from {{ ref('marts_dim_territory') }}
),

breakdowns as (
    select * from {{ ref('marts_dim_breakdown') }}
),

-- Two of them, not one met twice: a reader who leaves the labels out is then spared the joins.
observed as (
    select * from {{ ref('marts_dim_value_status') }}
    where status = 'obs_status'
),

confidential as (
    select * from {{ ref('marts_dim_value_status') }}
    where status = 'conf_status'
),

final as (
    select
        published.indicator_code,
        indicators.name_lt as indicator_lt,
        indicators.name_en as indicator_en,
        published.measure,
        indicators.measure_lt,
        indicators.measure_en,
        published.definition_version,
        published.period_grain,
        published.period_start,
        published.period_end,
        periods.period,
        periods.label_lt as period_lt,
        periods.label_en as period_en,
        published.territory_level,
        published.territory_code,
        territories.name_lt as territory_lt,
        territories.name_en as territory_en,
        territories.county_code,
        published.breakdown,
        breakdowns.breakdown_lt,
        breakdowns.breakdown_en,
        published.breakdown_value,
        breakdowns.value_lt as breakdown_value_lt,
        breakdowns.value_en as breakdown_value_en,
        published.numerator,
        published.denominator,
        published.value,
        published.unit,
        indicators.unit_lt,
        indicators.unit_en,
        published.coverage_pct,
        published.obs_status,
        observed.label_lt as obs_status_lt,
        observed.label_en as obs_status_en,
        published.conf_status,
        confidential.label_lt as conf_status_lt,
        confidential.label_en as conf_status_en,
        published.released_in,
        published.known_from
    from published
    left join indicators
        on
            published.indicator_code = indicators.indicator_code
            and published.measure = indicators.measure
            and published.definition_version = indicators.definition_version
    left join periods
        on
            published.period_grain = periods.period_grain
            and published.period_start = periods.period_start
    left join territories on published.territory_code = territories.territory_code
    left join breakdowns
        on
            published.breakdown = breakdowns.breakdown
            and published.breakdown_value = breakdowns.breakdown_value
    left join observed on published.obs_status = observed.code
    left join confidential on published.conf_status = confidential.code
)

select * from final
{% endmacro %}
