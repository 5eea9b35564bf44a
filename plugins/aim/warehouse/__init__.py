"""The database: the embedded server, connections, migrations, landed tables, running dbt."""
