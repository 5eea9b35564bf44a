with offences as (
    select * from {{ ref('stg_nepilnameciu_veikos') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        age,
        sex,
        offence_group,
        period,
        period_start,
        period_end,
        municipality_code,
        acts,
        persons
    from offences
)

select * from final
