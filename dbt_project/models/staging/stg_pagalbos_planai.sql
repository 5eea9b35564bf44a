with landed as (
    {{ landed_rows('pagalbos_planai') }}
),

final as (
    select
        {{ landing_columns() }},
        plano_nr as plan_number,
        priemones_nr as measure_number,
        atvejo_nr as case_number,
        sudarymo_data as drawn_up_on,
        priemone as measure,
        paslaugos_kodas as service_code,
        terminas as due_on,
        busena as state,
        ivykdymo_data as done_on,
        perziuros_data as reviewed_on
    from landed
)

select * from final
