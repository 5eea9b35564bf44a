"""How a provider's file is named: `<dataset>_<provider>_<period>.<format>`, packed or not; and the list of findings."""

from __future__ import annotations

from aim.contracts.calendar import Period

TEXT_FORMATS = ("csv", "txt", "tsv")
WORKBOOK_FORMATS = ("xlsx", "ods")
FORMATS = (*TEXT_FORMATS, *WORKBOOK_FORMATS)
PACKINGS = ("gz", "zip")
"""Put after the format: `.csv.gz`."""
LIST_PREFIX = "klaidos"
"""A list of findings begins with it. No dataset's file can bear its name: the number of the delivery comes last."""


def file_name(dataset: str, provider_code: str, period: Period, form: str) -> str:
    """The name under which the gate takes the slice: `atvejai_902330016_2018-10.csv`."""
    return f"{dataset}_{provider_code}_{period.text}.{form}"


def list_name(dataset: str, provider_code: str, period: str, delivery_id: int, form: str) -> str:
    """What the list of a delivery's findings is called, the annotated copy too; under this name it is answered."""
    return f"{LIST_PREFIX}_{dataset}_{provider_code}_{period}_{delivery_id}.{form}"
