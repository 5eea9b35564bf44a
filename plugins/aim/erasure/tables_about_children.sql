-- What is built from landed rows and names a child, or a case of one.
select
    tables.table_schema,
    tables.table_name,
    bool_or(columns.column_name = 'child_id') as has_child,
    count(*) filter (where columns.column_name in ('provider_code', 'case_number')) = 2 as has_case
from information_schema.tables as tables
inner join information_schema.columns as columns
    on
        tables.table_schema = columns.table_schema
        and tables.table_name = columns.table_name
where
    tables.table_schema in ('core', 'intermediate', 'marts')
    and tables.table_type = 'BASE TABLE'
group by tables.table_schema, tables.table_name
having
    bool_or(columns.column_name = 'child_id')
    or count(*) filter (where columns.column_name in ('provider_code', 'case_number')) = 2
order by tables.table_schema, tables.table_name
