-- What a rule looks at and its dimension are in score_checks, though it may say that they count in no part.
-- Asked with the collection: depends_on: {{ ref('int_collected_slices') }}
with results as (
    select distinct
        scope,
        dimension
    from {{ ref('fct_check_result') }}
    where scope is not null
),

score_checks as (
    select * from {{ ref('score_checks') }}
)

select
    results.scope,
    results.dimension
from results
left join score_checks
    on
        results.scope = score_checks.scope
        and results.dimension = score_checks.dimension
where score_checks.scope is null
