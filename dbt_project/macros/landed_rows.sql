{# The rows of a dataset that speak in this run: of the pinned deliveries, neither duplicate nor quarantined. #}
{% macro landed_rows(dataset) %}
    select
        landed.*,
        slices.load_id,
        slices.municipality_code as provider_municipality_code
    from {{ source('staging', dataset) }} as landed
    inner join {{ source('ops', 'run_slices') }} as slices
        on
            landed.delivery_id = slices.delivery_id
            and landed.period_start = slices.period_start
    where
        slices.run_id = {{ var('run_id') }}
        and slices.dataset = '{{ dataset }}'
        and not landed._duplicate
        and not exists (
            select from {{ source('quality', 'row_issues') }} as issues
            where
                issues.out
                and issues.delivery_id = landed.delivery_id
                and issues.row_number = landed.row_number
        )
{% endmacro %}
