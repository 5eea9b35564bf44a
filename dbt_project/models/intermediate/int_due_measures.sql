with measures as (
    select * from {{ ref('fct_plan_measure') }}
),

places as (
    select * from {{ ref('int_case_places') }}
),

-- A measure met in several slices counts once, as its latest slice has it.
latest as (
    select distinct on (provider_code, plan_number, measure_number)
        provider_code,
        plan_number,
        measure_number,
        case_number,
        due_on,
        state,
        done_on
    from measures
    order by provider_code asc, plan_number asc, measure_number asc, period_start desc
),

final as (
    select
        latest.provider_code,
        latest.plan_number,
        latest.measure_number,
        places.child_id,
        places.municipality_code,
        places.sex,
        {{ child_traits() }},
        latest.due_on,
        case latest.state
            when 'IVYKDYTA' then 1
            when 'IS_DALIES' then partly_done_weight.value
            else 0
        end as implemented,
        latest.state = 'IVYKDYTA'
        and coalesce(latest.done_on <= latest.due_on, false) as is_done_on_time
    from latest
    inner join places
        on
            latest.provider_code = places.provider_code
            and latest.case_number = places.case_number
            and places.speaks_from <= latest.due_on
            and places.speaks_until > latest.due_on
    {{ join_child_traits('latest', 'due_on', person='places') }}
    {{ parameter('child_max_age', 'latest.due_on') }}
    {{ parameter('partly_done_weight', 'latest.due_on') }}
    where
        latest.state <> 'ATSAUKTA'
        and {{ is_child_on('places.birth_month', 'latest.due_on') }}
)

select * from final
