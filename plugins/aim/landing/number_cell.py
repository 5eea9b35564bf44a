"""How a spreadsheet's number is told from a text, from the sheet to the canonicaliser."""

NUMBER_CELL = "\x02"
"""Before the text of a spreadsheet's number, so that an identifier kept as a number is not taken for text."""
