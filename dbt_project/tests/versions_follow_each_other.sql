-- A day has one version of an indicator's definition: spans are half-open and follow each other without gap or overlap.
with versions as (
    select
        indicator_code,
        definition_version,
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by indicator_code
            order by valid_from nulls first
        ) as next_from,
        row_number() over (
            partition by indicator_code
            order by valid_from nulls first
        ) as place
    from {{ ref('indicator_versions') }}
)

select
    indicator_code,
    definition_version
from versions
where
    valid_to is distinct from next_from
    or (place > 1 and valid_from is null)
