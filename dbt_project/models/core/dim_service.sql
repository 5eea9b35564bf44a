with catalogue as (
    select * from {{ ref('service_catalogue') }}
),

-- A service may leave the basket and come back: the latest span begun by the clock's date.
basket as (
    select distinct on (service_code) *
    from {{ ref('service_basket') }}
    where valid_from <= {{ clock_date() }}
    order by service_code asc, valid_from desc
),

final as (
    select
        catalogue.code as service_code,
        catalogue.label_lt,
        catalogue.label_en,
        catalogue."order" as service_order,
        basket.valid_from as basket_from,
        basket.valid_to as basket_to,
        basket.service_code is not null
        and coalesce(basket.valid_to, 'infinity') > {{ clock_date() }} as is_in_basket
    from catalogue
    left join basket on catalogue.code = basket.service_code
)

select * from final
