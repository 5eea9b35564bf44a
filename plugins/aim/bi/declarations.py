"""What is declared in bi/: metrics, datasets, charts, dashboards, names of columns. Unknown keys are errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from aim.settings import SettingsError

Model = TypeVar("Model", bound=BaseModel)


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Metric(_Declared):
    """A number that charts compute: an SQL expression over the rows of a group."""

    title: str
    description: str
    sql: str
    format: str


class Dataset(_Declared):
    """What Superset reads: a table or view, or the query in datasets/<name>.sql; or, by `each`, one per indicator."""

    title: str = ""
    schema_name: Literal["marts", "core"]
    table: str | None = None
    each: Literal["indicator"] | None = None
    metrics: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _schema_is_a_word_of_pydantic(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {("schema_name" if key == "schema" else key): value for key, value in given.items()}


class Chart(_Declared):
    """One chart, or one per indicator. `viz` and `params` are Superset's own words."""

    dataset: str
    title: str
    viz: str
    description: str = ""
    each: Literal["indicator"] | None = None
    template: str | None = None
    columns: tuple[str, ...] = ()
    order: dict[str, Literal["asc", "desc"]] = {}
    filters: dict[str, str] = {}
    params: dict[str, Any] = {}


class Placed(_Declared):
    """A chart in a row: its width in twelfths of the page, its height in units of 8 pixels."""

    chart: str
    width: int
    height: int
    area: str | None = None
    filters: dict[str, str] = {}


class Section(_Declared):
    """A part of a dashboard from top to bottom: a title, a text, or a row of charts that breaks where it is full."""

    title: str | None = None
    text: str | None = None
    height: int = 0
    row: tuple[Placed, ...] = ()


class Filter(_Declared):
    """A choice above the dashboard: one value of a column, the first unless the reader chooses; `optional`: none.

    It holds for the charts named, or for all, and offers what is left by the filters it comes after, in the order of
    the metric `sort_by` of its dataset.
    """

    title: str
    dataset: str
    column: str
    charts: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    where: dict[str, str] = {}
    newest_first: bool = False
    sort_by: str | None = None
    optional: bool = False


class Dashboard(_Declared):
    """A page; its slug is the name of its file."""

    title: str
    description: str
    sections: tuple[Section, ...]
    filters: tuple[Filter, ...] = ()

    def placed(self) -> Iterator[Placed]:
        """Every chart of the page, from top to bottom."""
        for section in self.sections:
            yield from section.row


@dataclass(frozen=True)
class Declarations:
    """All of bi/, each kind by its name."""

    folder: Path
    metrics: dict[str, Metric]
    datasets: dict[str, Dataset]
    charts: dict[str, Chart]
    dashboards: dict[str, Dashboard]
    columns: dict[str, str]

    def text(self, *path: str) -> str:
        """The text of a file of bi/. Raises SettingsError where it is not there."""
        file = self.folder.joinpath(*path)
        try:
            return file.read_text("utf-8")
        except FileNotFoundError:
            raise SettingsError(f"A declaration of bi/ names {'/'.join(path)}, which is not there.") from None


def read_declarations(folder: Path) -> Declarations:
    """Read and check all declarations in `folder`. Raises SettingsError, which names the file and the word at fault."""
    declared = Declarations(
        folder=folder,
        metrics=_read(folder / "metrics.yml", Metric),
        datasets=_read(folder / "datasets.yml", Dataset),
        charts=_read(folder / "charts.yml", Chart),
        dashboards={
            file.stem: _parse(file, _load(file), Dashboard) for file in sorted(folder.glob("dashboards/*.yml"))
        },
        columns=_load(folder / "columns.yml"),
    )
    for problem in _unknown_names(declared):
        raise SettingsError(problem)
    return declared


def _unknown_names(declared: Declarations) -> Iterator[str]:
    for name, dataset in declared.datasets.items():
        for metric in set(dataset.metrics) - declared.metrics.keys():
            yield f"bi/datasets.yml: {name} names the metric {metric}, which is not declared."
    for name, chart in declared.charts.items():
        if chart.dataset not in declared.datasets:
            yield f"bi/charts.yml: {name} reads the dataset {chart.dataset}, which is not declared."
        elif chart.each != declared.datasets[chart.dataset].each:
            yield f"bi/charts.yml: {name} and its dataset {chart.dataset} must both be one per indicator, or neither."
    for slug, dashboard in declared.dashboards.items():
        charts = {placed.chart for placed in dashboard.placed()}
        titles = {one.title for one in dashboard.filters}
        wanted = charts.union(*(one.charts for one in dashboard.filters))
        for chart_name in wanted - declared.charts.keys():
            yield f"bi/dashboards/{slug}.yml names the chart {chart_name}, which is not declared."
        for one in dashboard.filters:
            if one.dataset not in declared.datasets:
                yield f"bi/dashboards/{slug}.yml: {one.title} reads the dataset {one.dataset}, which is not declared."
            elif one.sort_by is not None and one.sort_by not in declared.datasets[one.dataset].metrics:
                yield f"bi/dashboards/{slug}.yml: {one.dataset} does not offer {one.sort_by} to sort {one.title} by."
            for title in set(one.after) - titles:
                yield f"bi/dashboards/{slug}.yml: {one.title} comes after the filter {title}, which is not there."


def _load(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{file} is not there.") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{file} is no YAML: {' '.join(str(error).split())}") from None


def _read(file: Path, model: type[Model]) -> dict[str, Model]:
    return {name: _parse(file, given, model, name) for name, given in _load(file).items()}


def _parse(file: Path, given: Any, model: type[Model], name: str = "") -> Model:
    try:
        return model.model_validate(given)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(str(part) for part in (name, *first["loc"]) if part != "")
        raise SettingsError(f"bi/{file.name}: {where}: {first['msg']}.") from None
