{{
    config(
        materialized='incremental',
        incremental_strategy='pinned_loads',
        on_schema_change='fail',
        post_hook=[
            "{{ record_held_loads('pagalbos_planai') }}",
            "{{ follow_moved_cases('due_on') }}"
        ]
    )
}}

with measures as (
    select * from {{ ref('stg_pagalbos_planai') }}
    {{ where_not_held('pagalbos_planai') }}
),

final as (
    select
        measures.load_id,
        measures.row_number,
        measures.delivery_id,
        measures.provider_code,
        measures.plan_number,
        measures.measure_number,
        measures.period,
        measures.period_start,
        measures.period_end,
        measures.case_number,
        places.municipality_code,
        measures.drawn_up_on,
        measures.service_code,
        measures.due_on,
        measures.state,
        measures.done_on,
        measures.reviewed_on
    from measures
    {{ place_of_case('measures', 'due_on') }}
)

select * from final
