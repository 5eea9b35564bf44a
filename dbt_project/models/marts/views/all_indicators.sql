with published as (
    {{ published_values() }}
),

indicators as (
    select * from {{ ref('marts_dim_indicator') }}
),

grains as (
    select * from {{ ref('marts_dim_period_grain') }}
),

final as (
    select
        published.*,
        grains.label_lt as period_grain_lt,
        grains.label_en as period_grain_en,
        grains.months as period_months,
        published.indicator_code || ' ' || published.indicator_lt as indicator_named_lt,
        published.indicator_code || ' ' || published.indicator_en as indicator_named_en,
        indicators.area,
        indicators.indicator_order,
        indicators.measure_order,
        case
            when published.conf_status = 'C' then 'C – neskelbiama'
            when published.value is null then '–'
            -- Thousands apart by a no-break space, the decimals by a comma.
            else translate(to_char(published.value, 'FM999G999G990D00'), ',.', ' ,')
        end as shown_lt,
        case
            when published.conf_status = 'C' then 'C – not published'
            when published.value is null then '–'
            else to_char(published.value, 'FM999G999G990D00')
        end as shown_en
    from published
    inner join indicators
        on
            published.indicator_code = indicators.indicator_code
            and published.measure = indicators.measure
            and published.definition_version = indicators.definition_version
    inner join grains on published.period_grain = grains.period_grain
)

select * from final
