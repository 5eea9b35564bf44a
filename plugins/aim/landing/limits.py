"""How much of a provider's file landing takes in: every bound in one place."""

BATCH_BYTES = 8 * 1024 * 1024
"""Text read, canonicalised and loaded at a time: keeps memory flat whatever the file's size."""

BATCH_ROWS = 50_000
"""Rows at a time where rows are read one by one: workbooks, and text with quotes that need care."""

HEADER_SEARCH_ROWS = 50
"""Title rows above the header, at most."""

HEAD_BYTES = 256 * 1024
"""How much of a text file is searched for the header."""

MAX_TEXT_BYTES = 8 * 1024**3
"""Unpacked size of a text file: a hundred times the greatest delivery of ten years."""

MAX_WORKBOOK_BYTES = 64 * 1024**2
"""Size of a spreadsheet file as it lies in the inbox."""

MAX_WORKBOOK_UNPACKED_BYTES = 512 * 1024**2
"""Size of what is packed inside a spreadsheet: a sheet is read whole."""

MAX_SHEET_CELLS = 30_000_000
"""Cells between the first and the last of a sheet: a million rows of 26 columns."""

MAX_NAME_LENGTH = 60
"""Characters of a provider's own column name that are kept in the reading notes."""

REMEMBERED_CELLS = 200_000
"""Different cells of a column whose reading is remembered, and children whose key is."""
