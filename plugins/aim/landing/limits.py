"""How landing portions its work. What may be taken in at all is a setting: `aim.settings.Limits`."""

BATCH_BYTES = 8 * 1024 * 1024
"""Text read, canonicalised and loaded at a time: keeps memory flat whatever the file's size."""

BATCH_ROWS = 50_000
"""Rows at a time where rows are read one by one: text with quotes that need care."""

SHEET_ROWS = 20_000
"""Rows of a sheet at a time: while one portion is loaded, the next is read."""

BATCH_CELLS = 2_000_000
"""Cells of a sheet at a time, where it is wide."""

BATCH_LINES = 250_000
"""Lines of text at a time: a batch of blank lines has millions, and each is a row at first."""

HEADER_SEARCH_ROWS = 50
"""Title rows above the header, at most."""

HEAD_BYTES = 256 * 1024
"""How much of a text file is searched for the header."""

SEARCHED_SHEETS = 50
"""Sheets of a workbook that are searched for the header."""

SHEET_SECONDS = 120
"""How long a workbook may keep us waiting for its next rows."""

UNPACKED_UNSUSPECTED_BYTES = 64 * 1024**2
"""Up to here no one asks how much a file expands."""

MAX_NAME_LENGTH = 60
"""Characters of a provider's own column name that are kept in the reading notes."""

MAX_FILE_NAME_LENGTH = 200
"""Characters of a file's name that are kept."""

REMEMBERED_CELLS = 200_000
"""Different cells of a column whose reading is remembered, and children whose key is."""

REMEMBERED_LETTERS = 200
"""Longer cells are read each time: remembered, they would be gigabytes."""
