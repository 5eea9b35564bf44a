-- Every indicator, measure, period over, territory and breakdown value has its row in core.indicator_current.
with expected as (
    select * from {{ ref('int_expected_values') }}
),

present as (
    select * from {{ ref('indicator_current') }}
)

select
    expected.indicator_code,
    expected.measure,
    count(*) as missing_values
from expected
left join present
    on
        expected.indicator_code = present.indicator_code
        and expected.measure = present.measure
        and expected.definition_version = present.definition_version
        and expected.period_grain = present.period_grain
        and expected.period_start = present.period_start
        and expected.territory_code = present.territory_code
        and expected.breakdown = present.breakdown
        and expected.breakdown_value = present.breakdown_value
where present.indicator_code is null
group by expected.indicator_code, expected.measure
