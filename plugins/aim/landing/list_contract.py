"""The columns of a list of findings by which it is read when it comes back: its own headings in both languages."""

from __future__ import annotations

from functools import cache

from aim.contracts.models import DatasetContract, FieldContract, FieldType, Grain, Text
from aim.language import say

DELIVERY, ROW, FIELD, RULE, REASON = "pateiktis", "eilute", "laukas", "taisykle", "priezastis"
_COLUMNS = {DELIVERY: "delivery", ROW: "row", FIELD: "field", RULE: "rule", REASON: "reason"}
"""Column -> the name its heading has in the catalogue."""
_NEEDED = (ROW, REASON)
"""The sheet of rows of an annotated copy has these two: a reason there is for all that is asked of its row."""


@cache
def list_contract() -> DatasetContract:
    """The list as a contract, so that it is read as any file is; other columns of it do not matter."""
    return DatasetContract(
        dataset="klaidos",
        title=_heading("what"),
        grain=_heading("row"),
        period=Grain.MONTH,
        fields=tuple(
            FieldContract(
                name=name,
                english=word,
                type=FieldType.TEXT,
                title=_heading(word),
                required=name in _NEEDED,
                key=name == ROW,
            )
            for name, word in _COLUMNS.items()
        ),
    )


def _heading(word: str) -> Text:
    return Text(lt=say(f"report.list_{word}", "lt"), en=say(f"report.list_{word}", "en"))
