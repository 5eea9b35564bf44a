"""How a provider's file is named: `<dataset>_<provider>_<period>.<format>`, packed or not."""

from __future__ import annotations

from aim.contracts.calendar import Period

TEXT_FORMATS = ("csv", "txt", "tsv")
WORKBOOK_FORMATS = ("xlsx", "ods")
FORMATS = (*TEXT_FORMATS, *WORKBOOK_FORMATS)
PACKINGS = ("gz", "zip")
"""Put after the format: `.csv.gz`."""


def file_name(dataset: str, provider_code: str, period: Period, form: str) -> str:
    """The name under which the gate takes the slice: `atvejai_902330016_2018-10.csv`."""
    return f"{dataset}_{provider_code}_{period.text}.{form}"
