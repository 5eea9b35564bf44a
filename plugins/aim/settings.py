"""Where everything is: the settings of one installation, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

PROJECT_ROOT = Path(__file__).resolve().parents[2]
"""The checkout: holds dags/, expectations/ and dbt_project/ beside the package."""


class SettingsError(ValueError):
    """The environment asks for something that cannot be; the text is one sentence that says what to do."""


class Settings(BaseModel):
    """One installation. Paths are absolute; a None URL means the embedded server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path
    inbox: str
    warehouse_url: str | None
    metadata_url: str | None
    registry: Path
    reference: Path
    outbox: Path
    secret_file: Path
    lang: Literal["lt", "en"]
    smtp_url: str | None
    settle_seconds: int
    project_root: Path = PROJECT_ROOT

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from `environ` (default: the process's own), every one with a default under AIM_HOME.

        Raises SettingsError where a value is not one of those it may be.
        """
        env = os.environ if environ is None else environ
        home = Path(env.get("AIM_HOME") or Path.cwd() / ".aim").expanduser().absolute()
        lang = env.get("AIM_LANG") or "en"
        if lang not in ("lt", "en"):
            raise SettingsError(f"AIM_LANG is '{lang}': set it to lt or en.")
        settle = env.get("AIM_SETTLE_SECONDS") or "60"
        if not settle.isdigit():
            raise SettingsError("AIM_SETTLE_SECONDS must be a whole number of seconds, 60 for example.")
        seeds = PROJECT_ROOT / "dbt_project" / "seeds"
        return cls(
            home=home,
            inbox=env.get("AIM_INBOX") or str(home / "inbox"),
            warehouse_url=env.get("AIM_WAREHOUSE") or None,
            metadata_url=env.get("AIM_METADATA") or None,
            registry=Path(env.get("AIM_REGISTRY") or seeds / "registry" / "providers.csv").absolute(),
            reference=Path(env.get("AIM_REFERENCE") or seeds / "reference").absolute(),
            outbox=Path(env.get("AIM_OUTBOX") or home / "outbox").absolute(),
            secret_file=Path(env.get("AIM_SECRET_FILE") or home / "secret.json").absolute(),
            lang="lt" if lang == "lt" else "en",
            smtp_url=env.get("AIM_SMTP") or None,
            settle_seconds=int(settle),
        )

    @property
    def archive(self) -> Path:
        """Folder of the encrypted originals, apart from the warehouse."""
        return self.home / "archive"
