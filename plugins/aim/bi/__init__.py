"""The BI tool: dashboards declared in bi/, brought into Apache Superset, which runs in an environment of its own."""
