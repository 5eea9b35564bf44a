"""What a contract may say: strict models of provider kinds, datasets and rules; unknown keys are errors."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
RuleCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-\d{3}$")]


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Strict):
    """The same words in both languages."""

    lt: str
    en: str


class PluralLt(Strict):
    """Lithuanian forms: 1 eilutė, 2 eilutės, 10 eilučių."""

    one: str
    few: str
    other: str


class PluralEn(Strict):
    """English forms: 1 row, 10 rows."""

    one: str
    other: str


class PluralText(Strict):
    """A message that counts rows as `{n}` in both languages."""

    lt: PluralLt
    en: PluralEn

    def forms(self, lang: str) -> dict[str, str]:
        """CLDR form name -> text."""
        return (self.lt if lang == "lt" else self.en).model_dump()


class Grain(StrEnum):
    """How long a period of delivery is."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    SCHOOL_YEAR = "school_year"


class FieldType(StrEnum):
    """What a cell holds (datasets.md, section 3)."""

    PERSONAL_CODE = "asmens_kodas"
    LEGAL_CODE = "imones_kodas"
    MUNICIPALITY = "sav"
    DATE = "date"
    MONTH = "month"
    INT = "int"
    DECIMAL = "decimal"
    BOOL = "bool"
    CODE = "code"
    TEXT = "text"


POSTGRES_TYPE: dict[FieldType, str] = {
    FieldType.LEGAL_CODE: "text",
    FieldType.MUNICIPALITY: "text",
    FieldType.DATE: "date",
    FieldType.MONTH: "date",
    FieldType.INT: "integer",
    FieldType.DECIMAL: "numeric",
    FieldType.BOOL: "boolean",
    FieldType.CODE: "text",
    FieldType.TEXT: "text",
}
"""Column type of each field type in `staging`; a personal code has none, it becomes PERSON_COLUMNS."""

PERSON_COLUMNS: dict[str, str] = {
    "vaiko_id": "uuid",
    "gimimo_menuo": "date",
    "lytis": "text",
    "_temporary_code": "boolean",
}
"""What a personal code becomes at landing."""

TEMPORARY_NUMBER = "laikinas_nr"
"""Optional column for children who have no code yet; read beside a personal code, never stored."""


class DateRole(StrEnum):
    """What a date says, for the rules all dates share."""

    START = "start"
    EVENT = "event"
    END = "end"


class FieldContract(Strict):
    """One field of a dataset, under its Lithuanian name."""

    name: Name
    english: Name
    type: FieldType
    title: Text
    required: bool = False
    key: bool = False
    length: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    code_list: Name | None = None
    date_role: DateRole | None = None
    not_before: Name | None = None
    aliases: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if (self.type is FieldType.CODE) != (self.code_list is not None):
            raise ValueError(f"{self.name}: a code names its code_list, and only a code does")
        if (self.type is FieldType.DATE) != (self.date_role is not None):
            raise ValueError(f"{self.name}: a date says its date_role, and only a date does")
        if self.length is not None and self.type is not FieldType.TEXT:
            raise ValueError(f"{self.name}: only a text has a length")
        if (self.minimum is not None or self.maximum is not None) and self.type not in (
            FieldType.INT,
            FieldType.DECIMAL,
        ):
            raise ValueError(f"{self.name}: only a number has a minimum or maximum")
        if self.not_before is not None and self.date_role is not DateRole.END:
            raise ValueError(f"{self.name}: only an end date has not_before")
        return self

    @property
    def column(self) -> str:
        """The staging column that tells whether the field is filled."""
        return "vaiko_id" if self.type is FieldType.PERSONAL_CODE else self.name


class ReadyDay(Strict):
    """From which day of the period's (last) year a slice may come."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)


class DatasetContract(Strict):
    """One dataset: its grain, its period and its fields."""

    dataset: Name
    title: Text
    grain: Text
    period: Grain
    ready: ReadyDay | None = None
    territory: Literal["row", "case", "provider"] = "row"
    max_age: int = 17
    judged_after: tuple[Name, ...] = ()
    fields: tuple[FieldContract, ...]

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        names = [field.name for field in self.fields]
        english = [field.english for field in self.fields]
        for kind, values in (("name", names), ("english name", english)):
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"{self.dataset}: {kind} used twice: {', '.join(twice)}")
        if not self.key:
            raise ValueError(f"{self.dataset}: no field is part of the key")
        for field in self.fields:
            if field.not_before is not None and field.not_before not in names:
                raise ValueError(f"{self.dataset}.{field.name}: not_before names no field")
        return self

    @property
    def key(self) -> tuple[FieldContract, ...]:
        """The fields that are unique together within a delivery."""
        return tuple(field for field in self.fields if field.key)

    def field(self, name: str) -> FieldContract:
        """The field of that Lithuanian name; KeyError where there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    @property
    def has_person(self) -> bool:
        """Whether rows are about persons known by code."""
        return any(field.type is FieldType.PERSONAL_CODE for field in self.fields)

    def staging_columns(self) -> dict[str, str]:
        """Landed columns and their Postgres types, in order, technical ones left out."""
        columns: dict[str, str] = {}
        for field in self.fields:
            if field.type is FieldType.PERSONAL_CODE:
                columns |= PERSON_COLUMNS
            else:
                columns[field.name] = POSTGRES_TYPE[field.type]
        return columns


class DueAfterEnd(Strict):
    """Due on a day of the n-th month after the period's end."""

    months_after_end: int = Field(default=1, ge=1)
    day: int = Field(ge=1, le=31)


class DueInYear(Strict):
    """Due on a calendar day of the year in which the period ends."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)


class Obligation(Strict):
    """What a provider of a kind delivers, and by when; a due day off work moves to the next working day."""

    dataset: Name
    due: DueAfterEnd | DueInYear
    except_months: tuple[int, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None


class ProviderKind(Strict):
    """A kind of provider and all that each of that kind owes."""

    kind: Name
    title: Text
    level: Literal["municipality", "national"]
    delivers: tuple[Obligation, ...]


class Severity(StrEnum):
    """`error` takes the row out, `query` asks, `file` rejects the delivery."""

    ERROR = "error"
    QUERY = "query"
    FILE = "file"


class Scope(StrEnum):
    """How far a rule looks."""

    CELL = "cell"
    ROW = "row"
    SECTION = "section"
    FILE = "file"
    HISTORY = "history"
    CROSS_DATASET = "cross_dataset"
    CROSS_PROVIDER = "cross_provider"


class Dimension(StrEnum):
    """Which part of quality a rule speaks of (methodology, section 5)."""

    COMPLETENESS = "completeness"
    CONFORMANCE = "conformance"
    CONSISTENCY = "consistency"
    PLAUSIBILITY = "plausibility"


class ForEach(StrEnum):
    """The fields a common rule is repeated for."""

    REQUIRED = "required"
    TYPED = "typed"
    CODED = "coded"
    RANGED = "ranged"
    LIMITED_TEXT = "limited_text"
    PERSONAL_CODE = "personal_code"
    MUNICIPALITY = "municipality"
    DATE = "date"
    START_DATE = "start_date"
    END_DATE = "end_date"
    KEY = "key"
    ROW = "row"


class Lookup(Strict):
    """Other rows a rule looks at, joined from the left to each row by `join_on`.

    `sql` is a select; `{batch}` in it stands for the rows being judged.
    """

    join_on: tuple[Name, ...]
    sql: str


class Example(Strict):
    """Two specimens of the rule, as cells of a provider's file: rows that keep it, rows that break it.

    Fields left out take the dataset's own plain specimen. A cell `*` of a coded field stands for every code of its
    list, one row each (two of them go together, the shorter list from the beginning again); the field `*` is a cell
    beyond the last column. `fails_rows` are the data rows (from 1) of `fails` that must be found, by default all.
    """

    dataset: Name | None = None
    passes: tuple[dict[str, str], ...]
    fails: tuple[dict[str, str], ...]
    fails_rows: tuple[int, ...] | None = None


class Rule(Strict):
    """One rule, declared once: what must hold, how to say it, how to mend it, what it looks like.

    `applies` and `holds` are SQL conditions over a staging row; a row the rule does not apply to is not counted.
    """

    code: RuleCode
    severity: Severity
    scope: Scope
    dimension: Dimension
    responsibility: Literal["provider", "operator"] = "provider"
    fields: tuple[Name, ...] = ()
    for_each: ForEach | None = None
    applies: str = "true"
    holds: str
    uses: tuple[Name, ...] = ()
    waits_for: Name | None = None
    message: PluralText
    why: Text
    fix: Text
    example: Example
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _reach_agrees(self) -> Self:
        if (self.severity is Severity.FILE) and self.scope is not Scope.FILE:
            raise ValueError(f"{self.code}: a rule that rejects the file has scope file")
        if (self.for_each is None) and not self.fields and self.scope is not Scope.FILE:
            raise ValueError(f"{self.code}: names no field")
        return self


class RuleSet(Strict):
    """The rules of a dataset (or, in `_all`, of every dataset), with the lookups they share.

    `specimen` is one plain row that keeps every rule, as cells of a provider's file, of the period named; `setting`
    are rows of other datasets (dataset -> rows) of the same provider and period that the specimens need beside them.

    `grid` is for a dataset whose files hold a row for every combination of some fields: field -> `municipalities` or
    a range `0-17`. An example's rows then take the place of the specimen in the whole table, which is the specimen's
    row over and over. `period_before` are the cells in which the table of the period before differs from it; that
    table is delivered and accepted beforehand.
    """

    dataset: Name | Literal["_all"]
    period: str | None = None
    specimen: dict[str, str] = {}
    setting: dict[str, tuple[dict[str, str], ...]] = {}
    grid: dict[Name, Annotated[str, StringConstraints(pattern=r"^(municipalities|\d+-\d+)$")]] = {}
    period_before: dict[str, str] = {}
    lookups: dict[Name, Lookup] = {}
    rules: tuple[Rule, ...]
