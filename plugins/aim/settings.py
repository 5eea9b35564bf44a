"""Where everything is: the settings of one installation, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

PROJECT_ROOT = Path(__file__).resolve().parents[2]
"""The checkout: holds dags/, expectations/ and dbt_project/ beside the package."""


class SettingsError(ValueError):
    """The environment asks for something that cannot be; the text is one sentence that says what to do."""


Count = Annotated[int, Field(gt=0)]


class Limits(BaseModel):
    """How much of a provider's file is taken in: what goes beyond is too_large, a cell too long is unreadable.

    Each is AIM_MAX_<NAME> in the environment.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_bytes: Count = 2 * 1024**3
    """Size of a file as it lies in the inbox."""
    unpacked_bytes: Count = 8 * 1024**3
    """Unpacked size of a text file: a hundred times the greatest delivery of ten years."""
    expansion: Count = 200
    """Times its packed size that a text may unpack to, beyond its first 64 MiB."""
    workbook_bytes: Count = 64 * 1024**2
    """Size of a spreadsheet file."""
    workbook_unpacked_bytes: Count = 512 * 1024**2
    """Size of what is packed inside a spreadsheet: a sheet is read whole."""
    workbook_memory_bytes: Annotated[int, Field(ge=512 * 1024**2)] = 2 * 1024**3
    """Address space of the process that reads spreadsheets."""
    sheet_cells: Count = 30_000_000
    """Cells between the first and the last of a sheet: a million rows of 28 columns."""
    columns: Count = 1_000
    """Columns of a header."""
    rows: Count = 20_000_000
    """Rows of a file."""
    line_bytes: Annotated[int, Field(ge=1024)] = 1024**2
    """One line of a text file, in UTF-8."""
    cell_length: Annotated[int, Field(gt=0, le=100_000)] = 32_767
    """Characters of one cell: as many as a spreadsheet holds."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Limits:
        """The limits, those of `env` before the defaults; SettingsError where one is no number it may be."""
        given = {name: env[key] for name in cls.model_fields if env.get(key := f"AIM_MAX_{name.upper()}")}
        try:
            return cls.model_validate(given)
        except ValidationError as wrong:
            name = str(wrong.errors()[0]["loc"][0])
            raise SettingsError(
                f"AIM_MAX_{name.upper()} must be a whole number within its bounds, "
                f"{cls.model_fields[name].default} for example."
            ) from None


class Settings(BaseModel):
    """One installation. Paths are absolute; a None URL means the embedded server. Shown without its URLs: they may
    hold passwords.

    is_production: mails go to whom they are addressed. Elsewhere by SMTP to those of mail_allow alone, an address or
    `@domain` each, in small letters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path
    inbox: str = Field(repr=False)
    warehouse_url: str | None = Field(repr=False)
    metadata_url: str | None = Field(repr=False)
    registry: Path
    reference: Path
    outbox: Path
    secret_file: Path
    lang: Literal["lt", "en"]
    smtp_url: str | None = Field(repr=False)
    is_production: bool = False
    mail_allow: tuple[str, ...] = ()
    settle_seconds: int
    limits: Limits = Limits()
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
        production = env.get("AIM_PRODUCTION") or "0"
        if production not in ("0", "1"):
            raise SettingsError("AIM_PRODUCTION is 1 where mails go to everybody they are addressed to, else 0.")
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
            is_production=production == "1",
            mail_allow=tuple(one.strip().lower() for one in env.get("AIM_MAIL_ALLOW", "").split(",") if one.strip()),
            settle_seconds=int(settle),
            limits=Limits.from_env(env),
        )

    @property
    def archive(self) -> Path:
        """Folder of the encrypted originals, apart from the warehouse."""
        return self.home / "archive"

    @property
    def reports(self) -> Path:
        """Folder of the reports written by hand, and of annotated copies."""
        return self.home / "reports"
