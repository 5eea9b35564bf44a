{#
    dbt-postgres declares a contract's key before the rows come, and each row then finds its place in the index: three
    to seven times the work of an index made at once. Here the key comes after the rows, in the same transaction.
#}
{% macro postgres__create_table_as(temporary, relation, sql) %}
    {% if temporary or not config.get('contract').enforced %}
    create {{ 'temporary' if temporary }} table {{ relation }} as
    {{ sql }};
    {% else %}
    create table {{ relation }} (
        {{ adapter.render_raw_columns_constraints(raw_columns=model['columns']) | join(', ') }}
    ) {{ get_assert_columns_equivalent(sql) }};

    insert into {{ relation }} ({{ adapter.dispatch('get_column_names', 'dbt')() }})
    {{ get_select_subquery(sql) }};

    {% for key in adapter.render_raw_model_constraints(raw_constraints=model['constraints']) %}
    alter table {{ relation }} add {{ key }};
    {% endfor %}
    {% endif %}
{% endmacro %}
