{%-
    set facts_about_children = [
        ref('fct_activity_attendance'),
        ref('fct_care_episode'),
        ref('fct_case'),
        ref('fct_disability'),
        ref('fct_out_of_education'),
        ref('fct_risk_family'),
        ref('fct_school_absence'),
        ref('fct_service_delivery'),
        ref('fct_social_risk_status'),
        ref('fct_special_needs'),
        ref('fct_violence_event'),
    ]
-%}

-- A child's rows nearly all say the same of it: they are made few before they are put in order.
with words as (
    {% for fact in facts_about_children %}
        select
            child_id,
            birth_month,
            sex,
            has_temporary_code,
            max(period_end) as last_said,
            max(load_id) as last_load
        from {{ fact }}
        where child_id is not null
        group by child_id, birth_month, sex, has_temporary_code
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
),

final as (
    select distinct on (child_id)
        child_id,
        birth_month,
        sex,
        has_temporary_code
    from words
    order by
        child_id asc, last_said desc, last_load desc, birth_month asc, sex asc, has_temporary_code asc
)

select * from final
