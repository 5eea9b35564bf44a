"""A provider's own file as a workbook with what was found in it: it holds data of persons, so it is locked."""
