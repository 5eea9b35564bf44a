"""The providers' handbook behind the operator's page: written when somebody first asks for it, anew each day."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from aim.clock import Clock
from aim.handbook.site import write_handbook
from aim.handbook.sources import Sources
from aim.orchestration.page.names import Lang
from aim.settings import Settings


def handbook_file(settings: Settings, lang: Lang, name: str) -> Path | None:
    """A page or template of the handbook; None where it has none of that name. Raises what writing it does."""
    folder = _handbook(settings) / lang
    # Of its own files only: whatever else `name` may say leads nowhere.
    return next((file for file in folder.iterdir() if file.name == name), None)


def _handbook(settings: Settings) -> Path:
    sources = Sources.read(settings, Clock.at().today)
    kept = settings.home / "handbook"
    current = kept / f"{sources.today}-{sources.contracts.version}"
    if not current.exists():
        kept.mkdir(parents=True, exist_ok=True)
        former = list(kept.iterdir())
        fresh = Path(tempfile.mkdtemp(prefix=".", dir=kept))
        write_handbook(fresh, sources, back="../")
        try:
            fresh.replace(current)
        except OSError:
            # Somebody else asked in the same moment.
            shutil.rmtree(fresh)
        for one in former:
            if one != current:
                shutil.rmtree(one, ignore_errors=True)
    return current
