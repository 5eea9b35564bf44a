{# Among the facts, for those that take their municipality from a case. #}
{{ config(schema='intermediate') }}

with cases as (
    select
        provider_code,
        case_number,
        period_start,
        child_id,
        birth_month,
        sex,
        municipality_code,
        opened_on,
        closed_on,
        row(child_id, birth_month, sex, municipality_code, opened_on, closed_on)::text as said
    from {{ ref('fct_case') }}
),

compared as (
    select
        cases.*,
        lag(said) over slices_of_case as said_before
    from cases
    window slices_of_case as (partition by provider_code, case_number order by period_start)
),

-- Slices that follow each other and say the same are one span.
spans as (
    select
        compared.*,
        lead(period_start) over spans_of_case as next_start
    from compared
    where
        said_before is null
        or said_before <> said
    window spans_of_case as (partition by provider_code, case_number order by period_start)
),

final as (
    select
        provider_code,
        case_number,
        period_start,
        child_id,
        birth_month,
        sex,
        municipality_code,
        opened_on,
        closed_on,
        -- A day that no slice holds takes the latest earlier one; one before them all takes the first.
        case when said_before is null then '-infinity'::date else period_start end as speaks_from,
        coalesce(next_start, 'infinity'::date) as speaks_until
    from spans
)

select * from final
