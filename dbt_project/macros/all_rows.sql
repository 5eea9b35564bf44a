{#
    Every row anew, in the table that is there: what readers connect to is never dropped, not even for a moment.
    (dbt's table materialisation drops the former table with the views over it.)
#}
{% macro get_incremental_all_rows_sql(arg_dict) %}
    delete from {{ arg_dict['target_relation'] }};

    insert into {{ arg_dict['target_relation'] }} ({{ get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) }})
    select {{ get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) }}
    from {{ arg_dict['temp_relation'] }};
{% endmacro %}
