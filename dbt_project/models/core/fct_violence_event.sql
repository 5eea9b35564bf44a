{{
    config(
        materialized='incremental',
        incremental_strategy='pinned_loads',
        on_schema_change='fail',
        post_hook="{{ record_held_loads('smurtas') }}"
    )
}}

with events as (
    select * from {{ ref('stg_smurtas') }}
    {{ where_not_held('smurtas') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        report_number,
        violence_kind,
        period,
        period_start,
        period_end,
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        municipality_code,
        happened_on,
        reported_on,
        finding,
        is_witness,
        perpetrator
    from events
)

select * from final
