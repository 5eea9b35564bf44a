with cases as (
    select * from {{ ref('fct_case') }}
),

ordered as (
    select
        cases.*,
        lag(period_start) over slices_of_case as former_start,
        lead(period_start) over slices_of_case as next_start
    from cases
    window slices_of_case as (partition by provider_code, case_number order by period_start)
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
        -- A day that no slice holds takes the latest earlier one; one before them all takes the first.
        case when former_start is null then '-infinity'::date else period_start end as speaks_from,
        coalesce(next_start, 'infinity'::date) as speaks_until
    from ordered
)

select * from final
