"""What Airflow finds of AIM in the plugins folder: the operator's page in its menu; what is behind it is in `aim`."""

from airflow.plugins_manager import AirflowPlugin

from aim.orchestration.page.door import Door


class AimPage(AirflowPlugin):
    """The page at /aim/, and the entry in the menu that shows it within Airflow's own pages."""

    name = "aim_page"
    fastapi_apps = [{"app": Door(), "url_prefix": "/aim", "name": "AIM"}]  # noqa: RUF012
    external_views = [{"name": "AIM", "href": "aim/", "destination": "nav", "url_route": "aim"}]  # noqa: RUF012
