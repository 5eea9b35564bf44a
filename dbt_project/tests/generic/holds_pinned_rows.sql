{#
    Counted from the expected side: of each pinned delivery of the dataset the model holds as many rows as the
    ledger says were loaded, and it holds rows of no other. An empty table does not pass. Of one that retention has
    taken the rows of, none.
#}
{% test holds_pinned_rows(model, dataset) %}
    with pinned as (
        select
            slices.load_id,
            case when deliveries.retired_at is null then deliveries.rows_loaded else 0 end as rows_loaded
        from {{ source('ops', 'run_slices') }} as slices
        inner join {{ source('ops', 'deliveries') }} as deliveries on slices.delivery_id = deliveries.delivery_id
        where
            slices.run_id = {{ var('run_id') }}
            and slices.dataset = '{{ dataset }}'
    ),

    held as (
        select
            load_id,
            count(*) as rows_held
        from {{ model }}
        group by load_id
    )

    select
        coalesce(pinned.load_id, held.load_id) as load_id,
        pinned.rows_loaded,
        held.rows_held
    from pinned
    full join held on pinned.load_id = held.load_id
    where
        pinned.load_id is null
        or coalesce(pinned.rows_loaded, 0) <> coalesce(held.rows_held, 0)
{% endtest %}
