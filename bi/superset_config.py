"""Superset's settings, found by it through SUPERSET_CONFIG_PATH; what differs by installation is in the environment.

`aim bi up` sets: AIM_BI_HOME (folder with Superset's own state), AIM_BI_ROLES (file role -> password of the warehouse),
and, where Superset's own tables are not to be the SQLite file in that folder, AIM_BI_METADATA (an SQLAlchemy address).
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy.engine.url import URL

HOME = Path(os.environ["AIM_BI_HOME"])
SECRET_KEY = (HOME / "secret_key").read_text("utf-8").strip()
SQLALCHEMY_DATABASE_URI = os.environ.get("AIM_BI_METADATA") or f"sqlite:///{HOME / 'superset.db'}"
# Superset ships known defaults for these; unused here, and yet nobody else may know them.
GUEST_TOKEN_JWT_SECRET = hashlib.sha256(f"guest {SECRET_KEY}".encode()).hexdigest()
GLOBAL_ASYNC_QUERIES_JWT_SECRET = hashlib.sha256(f"async {SECRET_KEY}".encode()).hexdigest()

READER = "aim_bi"
MUNICIPAL = "aim_sav_"


def connect_as_its_reader(
    address: URL, options: dict[str, Any], username: str | None, _security_manager: object, _source: object
) -> tuple[URL, dict[str, Any]]:
    """Who asks Postgres: a municipality's account as its own role, everybody else as the reader of what is published.

    So row security holds in charts, in SQL Lab and in whatever else Superset sends. Only the address that names the
    reader without a password is ours; a database that somebody else registered keeps its own.
    """
    if address.username != READER or address.password:
        return address, options
    role = username if username is not None and username.startswith(MUNICIPAL) else READER
    passwords = json.loads(Path(os.environ["AIM_BI_ROLES"]).read_text("utf-8"))
    # KeyError where the role is gone: an account without its role asks nothing, as nobody else either.
    # What a municipality reads of core is put on record, which a read-only transaction could not; it may write nothing.
    read_only = "-c default_transaction_read_only=on " if role == READER else ""
    arguments = {
        **options.get("connect_args", {}),
        "application_name": "superset",
        "options": f"{read_only}-c statement_timeout=60000",
    }
    return address.set(username=role, password=passwords[role]), {**options, "connect_args": arguments}


DB_CONNECTION_MUTATOR = connect_as_its_reader

# Nothing that one account was shown is kept for another: rows differ by account, and `marts` answers quickly.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
RESULTS_BACKEND = None

FEATURE_FLAGS = {
    "ALERT_REPORTS": False,
    "DYNAMIC_PLUGINS": False,
    "EMBEDDABLE_CHARTS": False,
    "ENABLE_JAVASCRIPT_CONTROLS": False,
    # A query is what stands there: nothing is put into it from an account or an address bar.
    "ENABLE_TEMPLATE_PROCESSING": False,
    "THUMBNAILS": False,
}
RATELIMIT_ENABLED = True
# A dashboard asks for all its charts at once.
RATELIMIT_APPLICATION = "300 per second"
AUTH_RATE_LIMIT = "30 per minute"
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        # The templates of the tile map and the cards are compiled in the browser.
        "script-src": ["'self'", "'strict-dynamic'", "'unsafe-eval'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
# What our templates (bi/templates/) need beyond plain text.
HTML_SANITIZATION_SCHEMA_EXTENSIONS = {"attributes": {"*": ["className", "style", "title"]}}

APP_NAME = "AIM rodikliai"
THEME_DEFAULT = {
    "token": {
        "brandAppName": APP_NAME,
        "brandLogoAlt": APP_NAME,
        "brandLogoUrl": "/static/assets/images/superset-logo-horiz.png",
        "brandLogoHeight": "24px",
        "brandLogoMargin": "18px 0",
        "brandLogoHref": "/dashboard/list/",
        "colorPrimary": "#1f5f8b",
        "colorLink": "#1f5f8b",
        "fontUrls": [],
    },
    "algorithm": "default",
}
THEME_DARK = None
# Superset has no Lithuanian interface; its numbers are written the Lithuanian way.
D3_FORMAT = {"decimal": ",", "thousands": "\u00a0", "grouping": [3], "currency": ["", "\u00a0€"]}
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "aimValueAndCoverage",
        "label": "AIM: reikšmė ir aprėptis",
        "description": "",
        "isDefault": False,
        "colors": ["#1f5f8b", "#d5dce2"],
    },
    {
        "id": "aimCompared",
        "label": "AIM: kelios kreivės",
        "description": "",
        "isDefault": True,
        "colors": ["#7a9e3a", "#1f5f8b", "#8d7bb5", "#c2571a", "#e0a12e", "#5b6770"],
    },
]
