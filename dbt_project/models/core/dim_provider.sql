with providers as (
    select * from {{ ref('providers') }}
),

final as (
    select
        teikejo_kodas as provider_code,
        pavadinimas as name,
        rusis as kind,
        sav_kodas as municipality_code,
        kalba as language,
        nuo as valid_from,
        iki as valid_to
    from providers
)

select * from final
