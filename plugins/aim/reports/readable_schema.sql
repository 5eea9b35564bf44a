-- In which schema this login reads the scorecards: `core` holds the counts, `marts` what is published.
select tables.schemaname
from pg_catalog.pg_tables as tables
where
    tables.schemaname in ('core', 'marts')
    and tables.tablename in ('provider_scorecard', 'collection_trend')
    and has_schema_privilege(tables.schemaname, 'usage')
    and has_table_privilege(tables.schemaname || '.' || tables.tablename, 'select')
group by tables.schemaname
having count(*) = 2
order by tables.schemaname
limit 1
