{{ config(schema='intermediate') }}

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

with words as (
    {% for fact in facts_about_children %}
        select
            child_id,
            municipality_code,
            birth_month,
            sex,
            has_temporary_code,
            max(period_end) as last_said,
            max(load_id) as last_load
        from {{ fact }}
        where child_id is not null
        group by child_id, municipality_code, birth_month, sex, has_temporary_code
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
),

final as (
    select
        child_id,
        municipality_code,
        birth_month,
        sex,
        has_temporary_code,
        max(last_said) as last_said,
        max(last_load) as last_load
    from words
    group by child_id, municipality_code, birth_month, sex, has_temporary_code
)

select * from final
