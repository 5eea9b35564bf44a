"""The rows of a provider's own file, every column of it, as they were before anything was understood."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field

import polars as pl

from aim.contracts.file_names import WORKBOOK_FORMATS
from aim.contracts.models import DatasetContract
from aim.landing import archive
from aim.landing.encoding import encoding_of
from aim.landing.header import Header
from aim.landing.number_cell import NUMBER_CELL
from aim.landing.packing import unpacked
from aim.landing.raw_rows import ROW_NUMBER, column_names
from aim.landing.secret import Secret
from aim.landing.text_files import read_text
from aim.landing.workbooks import SheetReader
from aim.settings import Settings


@dataclass(frozen=True)
class OwnFile:
    """A file being read. rows: number in the file and its cells, as many as the header has; missing ones are None."""

    header: Header
    rows: Iterator[tuple[int, tuple[str | None, ...]]] = field(repr=False)


@contextmanager
def own_file(
    settings: Settings,
    secret: Secret,
    archive_name: str,
    form: tuple[str, str | None],
    contract: DatasetContract,
) -> Iterator[OwnFile]:
    """Read an original of the archive, opened in memory, by its format and packing and the contract it was landed by.

    Raises FileNotFoundError where it was erased, pyrage.DecryptError where no key fits, RejectionError where it cannot
    be read (also while rows are).
    """
    limits = settings.limits
    with (
        ExitStack() as stack,
        archive.original(settings.archive, secret.identities, archive_name) as original,
    ):
        content = original.read()
        if form[0] in WORKBOOK_FORMATS:
            with unpacked(lambda: io.BytesIO(content), form[1], limits.workbook_bytes, limits.expansion) as stream:
                book = stream.read()
            sheets = stack.enter_context(closing(SheetReader(limits)))
            header, read = sheets.read(book, contract, take_spoilt=True)
            batches: Iterator[pl.DataFrame] = stack.enter_context(closing(read))
        else:
            with unpacked(lambda: io.BytesIO(content), form[1], limits.unpacked_bytes, limits.expansion) as stream:
                codec = encoding_of(stream)
            text = stack.enter_context(
                unpacked(lambda: io.BytesIO(content), form[1], limits.unpacked_bytes, limits.expansion)
            )
            header, _, batches = read_text(text, codec, contract, limits, take_spoilt=True)
        yield OwnFile(header, _rows(batches, len(header.fields)))


def _rows(batches: Iterator[pl.DataFrame], width: int) -> Iterator[tuple[int, tuple[str | None, ...]]]:
    cells = [_as_seen(name) for name in column_names(width)]
    for batch in batches:
        for number, *row in batch.select(ROW_NUMBER, *cells).iter_rows():
            yield number, tuple(row)


def _as_seen(name: str) -> pl.Expr:
    """A cell as its provider sees it: of a spreadsheet's number neither our mark nor a `.0`."""
    cell = pl.col(name)
    is_number = cell.str.starts_with(NUMBER_CELL)
    return (
        pl.when(is_number).then(cell.str.strip_prefix(NUMBER_CELL).str.strip_suffix(".0")).otherwise(cell).alias(name)
    )
