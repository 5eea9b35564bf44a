{#
    An incremental fact holds exactly the loads pinned by the run. In one transaction: rows of loads no longer
    pinned go, rows of pinned loads not yet held come, and ops.fact_loads says what is held.
    dbt's own delete+insert leaves stale rows behind where a slice has become empty or was withdrawn.
#}
{% macro pinned_loads(dataset) %}
    select load_id
    from {{ source('ops', 'run_slices') }}
    where
        run_id = {{ var('run_id') }}
        and dataset = '{{ dataset }}'
{% endmacro %}


{% macro held_loads() %}
    select load_id
    from {{ source('ops', 'fact_loads') }}
    where model = '{{ this.identifier }}'
{% endmacro %}


{#
    Where clause of an incremental fact: only what it does not hold yet. The loads are asked for beforehand: Postgres
    takes a list of numbers down into the staging view and reads those deliveries alone, a subquery it does not.
#}
{% macro where_not_held(dataset) %}
    {% if execute and is_incremental() %}
    {% set not_held = run_query(pinned_loads(dataset) ~ ' except ' ~ held_loads()) %}
    where load_id = any('{ {{ not_held.columns[0].values() | join(', ') }} }'::bigint[])
    {% endif %}
{% endmacro %}


{% macro get_incremental_pinned_loads_sql(arg_dict) %}
    delete from {{ arg_dict['target_relation'] }}
    where
        load_id in (
            {{ held_loads() }}
            except
            select load_id
            from {{ source('ops', 'run_slices') }}
            where run_id = {{ var('run_id') }}
        )
        or load_id in (select load_id from {{ arg_dict['temp_relation'] }});

    insert into {{ arg_dict['target_relation'] }} ({{ get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) }})
    select {{ get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) }}
    from {{ arg_dict['temp_relation'] }};
{% endmacro %}


{# Post-hook of an incremental fact, in the transaction that changed it. #}
{% macro record_held_loads(dataset) %}
    {% if execute %}
    delete from {{ source('ops', 'fact_loads') }}
    where
        model = '{{ this.identifier }}'
        and load_id not in ({{ pinned_loads(dataset) }});

    insert into {{ source('ops', 'fact_loads') }} (model, load_id)
    select
        '{{ this.identifier }}',
        load_id
    from ({{ pinned_loads(dataset) }}) as pinned
    on conflict do nothing;
    {% endif %}
{% endmacro %}
