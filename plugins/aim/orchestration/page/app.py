"""The routes of the page, and who may see them: whoever may see plugins in Airflow, and nobody who is not logged in.

Airflow asks nobody who calls a plugin's application: the dependency below does, for each route. FastAPI's own pages
about an application would stand outside it, and are off.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Annotated

import psycopg
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import requires_access_view
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from aim.contracts.load import ContractError
from aim.contracts.reference import ReferenceFileError
from aim.contracts.registry import RegistryError
from aim.language import say
from aim.orchestration.page.calendar import Asked, By, calendar_of
from aim.orchestration.page.delivery import delivery_of
from aim.orchestration.page.handbook_pages import handbook_file
from aim.orchestration.page.names import Lang, Names
from aim.orchestration.page.overview import overview_of
from aim.orchestration.page.provider import provider_of
from aim.orchestration.page.reading import reading
from aim.orchestration.page.releases import releases
from aim.orchestration.page.rendering import page
from aim.orchestration.status_told import COUNTS
from aim.settings import Settings, SettingsError
from aim.warehouse.embedded import ServerError
from aim.warehouse.migrate import MigrationError

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Nothing is kept by a browser, nothing comes from elsewhere, no script runs."""
_OUR_FAULTS = (
    SettingsError,
    ServerError,
    MigrationError,
    ContractError,
    RegistryError,
    ReferenceFileError,
    psycopg.Error,
)
_SHOWN = 30
"""Lines of a table of the overview; the calendar has the rest."""
_RULES_SHOWN = 10
_MONTH = r"^[12]\d{3}-(0[1-9]|1[0-2])$"

_log = logging.getLogger(__name__)
router = APIRouter()


def page_app() -> FastAPI:
    """The page as an application that asks of each request whether its user may see it."""
    app = FastAPI(
        title="AIM",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(requires_access_view(AccessView.PLUGINS))],
    )
    app.include_router(router)
    app.middleware("http")(_with_headers)
    app.exception_handler(StarletteHTTPException)(_refused)
    app.exception_handler(RequestValidationError)(_not_found)
    for fault in _OUR_FAULTS:
        app.exception_handler(fault)(_unreachable)
    return app


@router.get("/")
def start() -> Response:
    """To the page in the installation's language."""
    return RedirectResponse(f"{Settings.from_env().lang}/")


@router.get("/{lang}/")
def overview(lang: Lang) -> HTMLResponse:
    """What an operator asks in the morning."""
    settings = Settings.from_env()
    names = Names.read(settings, lang)
    with reading(settings) as connection:
        told = overview_of(connection, settings)
    if told is None:
        return HTMLResponse(page("before.html.j2", names, here=""))
    return HTMLResponse(
        page("overview.html.j2", names, here="", told=told, shown=_SHOWN, rules_shown=_RULES_SHOWN, counted=COUNTS)
    )


@router.get("/{lang}/calendar")
def calendar(
    lang: Lang,
    by: By = By.MUNICIPALITY,
    municipality: str = "",
    dataset: str = "",
    gaps: bool = False,
    until: Annotated[str, Query(pattern=f"^$|{_MONTH}")] = "",
) -> HTMLResponse:
    """Who delivered what, month by month."""
    settings = Settings.from_env()
    names = Names.read(settings, lang)
    asked = Asked(
        by=by, municipality=municipality or None, dataset=dataset or None, only_gaps=gaps, until=_month(until)
    )
    with reading(settings) as connection:
        told = calendar_of(connection, names, asked)
    return HTMLResponse(page("calendar.html.j2", names, here="calendar", told=told, by=By))


@router.get("/{lang}/provider/{code}")
def provider(lang: Lang, code: str, until: Annotated[str, Query(pattern=f"^$|{_MONTH}")] = "") -> HTMLResponse:
    """One provider."""
    settings = Settings.from_env()
    names = Names.read(settings, lang)
    with reading(settings) as connection:
        told = provider_of(connection, settings, names, code, _month(until))
    if told is None:
        raise HTTPException(404)
    return HTMLResponse(page("provider.html.j2", names, here=f"provider/{code}", up="../", told=told))


@router.get("/{lang}/delivery/{delivery_id}")
def delivery(lang: Lang, delivery_id: int) -> HTMLResponse:
    """One delivery with its findings."""
    settings = Settings.from_env()
    names = Names.read(settings, lang)
    with reading(settings) as connection:
        told = delivery_of(connection, delivery_id)
    if told is None:
        raise HTTPException(404)
    return HTMLResponse(page("delivery.html.j2", names, here=f"delivery/{delivery_id}", up="../", told=told))


@router.get("/{lang}/releases")
def released(lang: Lang) -> HTMLResponse:
    """What left the house."""
    settings = Settings.from_env()
    names = Names.read(settings, lang)
    with reading(settings) as connection:
        told = releases(connection)
    return HTMLResponse(page("releases.html.j2", names, here="releases", told=told))


@router.get("/{lang}/handbook/{name}")
def handbook(lang: Lang, name: str) -> FileResponse:
    """The catalogue of rules and the rest of the providers' handbook."""
    file = handbook_file(Settings.from_env(), lang, name)
    if file is None:
        raise HTTPException(404)
    return FileResponse(file, filename=None if file.suffix == ".html" else file.name)


def _month(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if text else None


async def _with_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    answer = await call_next(request)
    answer.headers.update(_HEADERS)
    return answer


def _refused(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, StarletteHTTPException) else 500
    key = {401: "refused_login", 403: "refused_right", 404: "refused_unknown"}.get(code, "refused_other")
    return _sentence(request, key, code)


def _not_found(request: Request, _error: Exception) -> Response:
    return _sentence(request, "refused_unknown", 404)


def _unreachable(request: Request, error: Exception) -> Response:
    # The words of our own errors name what to mend; those of Postgres may quote a value.
    _log.error("The page cannot be shown: %s", error.sqlstate if isinstance(error, psycopg.Error) else error)
    return _sentence(request, "refused_other", 503)


def _sentence(request: Request, key: str, code: int) -> Response:
    """One sentence in the language asked for; it tells nothing of the warehouse to whoever is refused."""
    parts = Path(request.url.path).parts
    lang: Lang = "en" if "en" in parts or ("lt" not in parts and Settings.from_env().lang == "en") else "lt"
    text = say(f"page.{key}", lang)
    return HTMLResponse(f'<!DOCTYPE html><html lang="{lang}"><meta charset="utf-8"><p>{text}</p>', code)
