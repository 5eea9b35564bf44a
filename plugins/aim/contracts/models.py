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

PERSON_TITLES: dict[str, Text] = {
    "vaiko_id": Text(lt="Vaiko raktas; asmens kodo saugykloje nėra", en="Opaque key of the child; no personal code"),
    "gimimo_menuo": Text(lt="Gimimo mėnesio pirma diena, iš asmens kodo", en="First day of the month of birth"),
    "lytis": Text(lt="Lytis (V, M), iš asmens kodo", en="Sex by the personal code: V male, M female"),
    "_temporary_code": Text(
        lt="Vaikas asmens kodo dar neturi", en="The child has no personal code yet and cannot be linked to others"
    ),
}
"""What each of those columns means."""

TEMPORARY_NUMBER = "laikinas_nr"
"""Optional column for children who have no code yet; read beside a personal code, never stored."""


class DateRole(StrEnum):
    """What a date says, for the rules all dates share."""

    START = "start"
    EVENT = "event"
    END = "end"


class FieldContract(Strict):
    """One field of a dataset, under its Lithuanian name. codes: as files may write a code -> the one of the list."""

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
    codes: dict[str, str] = {}

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if (self.type is FieldType.CODE) != (self.code_list is not None):
            raise ValueError(f"{self.name}: a code names its code_list, and only a code does")
        if self.codes and self.type is not FieldType.CODE:
            raise ValueError(f"{self.name}: only a code has other codes for its own")
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


class JudgedUnit(StrEnum):
    """What a rule is asked of: each row, each row of the provider's slice of the period before, the delivery."""

    ROW = "row"
    FORMER_ROW = "former_row"
    DELIVERY = "delivery"


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
    DELIVERY = "delivery"


class Lookup(Strict):
    """Other rows a rule looks at, joined from the left to each row (or delivery) by `join_on`.

    `sql` is a select; `{batch}` in it stands for the rows being judged, and where the rule compares `{kept}` for those
    not quarantined, `{former}` for those kept of the period before.
    """

    join_on: tuple[Name, ...]
    sql: str


class Example(Strict):
    """Two specimens of the rule, as cells of a provider's file: rows that keep it, rows that break it.

    Fields left out take the dataset's own plain specimen. A cell `*` of a coded field stands for every code of its
    list, one row each (two of them go together, the shorter list from the beginning again); the field `*` is a cell
    beyond the last column; the cell `#` of "50" makes fifty rows of one, in whose cells `{i}` counts from 1.
    `fails_rows` are the data rows (from 1) of `fails` that must be found, by default all; of a rule of former rows,
    those of the last table of `before`.

    What a rule that compares looks at: `before`, the rows of the provider's earlier periods, oldest first, the last
    being the period before (no rows: a nil return); `beside`, dataset -> rows of another provider's slice that holds
    the specimen's last day; `reference`, reference file -> rows it holds.
    """

    dataset: Name | None = None
    passes: tuple[dict[str, str], ...]
    fails: tuple[dict[str, str], ...]
    fails_rows: tuple[int, ...] | None = None
    before: tuple[tuple[dict[str, str], ...], ...] = ()
    beside: dict[Name, tuple[dict[str, str], ...]] = {}
    reference: dict[Name, tuple[dict[str, str], ...]] = {}


class Rule(Strict):
    """One rule, declared once: what must hold, how to say it, how to mend it, what it looks like.

    `applies` and `holds` are SQL conditions over a staging row; a row the rule does not apply to is not counted.

    A rule of scope `history` or `cross_provider` compares what is settled already: it asks and takes nothing out. One
    of scope `cross_provider` looks at the slices of `waits_for`, whoever delivered them, from the delivery's first day
    to `days_after` its last.
    """

    code: RuleCode
    severity: Severity
    scope: Scope
    of: JudgedUnit = JudgedUnit.ROW
    dimension: Dimension
    responsibility: Literal["provider", "operator"] = "provider"
    fields: tuple[Name, ...] = ()
    for_each: ForEach | None = None
    applies: str = "true"
    holds: str
    uses: tuple[Name, ...] = ()
    waits_for: Name | None = None
    days_after: int = Field(default=0, ge=0)
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
        if self.compares and self.severity is not Severity.QUERY:
            raise ValueError(f"{self.code}: a rule that compares is a query: it takes nothing out")
        if self.of is JudgedUnit.FORMER_ROW and self.scope is not Scope.HISTORY:
            raise ValueError(f"{self.code}: only a rule of scope history looks at rows of the period before")
        if self.of is JudgedUnit.DELIVERY and not self.compares and self.scope is not Scope.FILE:
            raise ValueError(f"{self.code}: a rule of a delivery as a whole has scope file, history or cross_provider")
        if self.scope is Scope.CROSS_PROVIDER and self.waits_for is None:
            raise ValueError(f"{self.code}: looks at other providers and names no dataset in waits_for")
        if self.days_after and self.scope is not Scope.CROSS_PROVIDER:
            raise ValueError(f"{self.code}: only a rule of scope cross_provider has days_after")
        if (self.for_each is None) and not self.fields and self.unit is not JudgedUnit.DELIVERY:
            raise ValueError(f"{self.code}: names no field")
        return self

    @property
    def unit(self) -> JudgedUnit:
        """What it is asked of; a rule of the scope file is asked of the delivery."""
        return JudgedUnit.DELIVERY if self.scope is Scope.FILE else self.of

    @property
    def compares(self) -> bool:
        """Whether it looks at earlier periods or other providers, and so is asked when all else is settled."""
        return self.scope in (Scope.HISTORY, Scope.CROSS_PROVIDER)


class RuleSet(Strict):
    """The rules of a dataset (or, in `_all`, of every dataset), with the lookups they share.

    `specimen` is one plain row that keeps every rule, as cells of a provider's file, of the period named; `setting`
    are rows of other datasets (dataset -> rows) of the same provider and period that the specimens need beside them.

    `grid` is for a dataset whose files hold a row for every combination of some fields: field -> `municipalities` or
    a range `0-17`. An example's rows then take the place of the specimen in the whole table, which is the specimen's
    row over and over.
    """

    dataset: Name | Literal["_all"]
    period: str | None = None
    specimen: dict[str, str] = {}
    setting: dict[str, tuple[dict[str, str], ...]] = {}
    grid: dict[Name, Annotated[str, StringConstraints(pattern=r"^(municipalities|\d+-\d+)$")]] = {}
    lookups: dict[Name, Lookup] = {}
    rules: tuple[Rule, ...]
