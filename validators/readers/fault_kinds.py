"""The closed list of structural faults: what was received, what was expected, what mends it.

A text may use {records}, {lines}, {cells} or {columns} (how many, with the noun), {size} (of what was seen, from least
to most), and whatever the reader gives beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from validators.source import Action, Severity


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One way in which a file, a column or a record can be at fault."""

    check: str
    severity: Severity
    action: Action
    received: str
    expected: str
    suggestion: str


ONE_TEXT = "UTF-8, one line a record, values separated by commas"
AS_TEXT = "Send it as text: format the column as text before the data are pasted, or export CSV from the system."

FAULT_KINDS: Final[dict[str, FaultKind]] = {
    # the file
    "wrong_ending": FaultKind(
        "file.format", "warning", "none", "{what}", "{ending}, as the file name says",
        "It was read as {what}. Rename the file so that it ends in .{right}, or save it as {ending}.",
    ),
    "misnamed_file": FaultKind(
        "file.misnamed", "error", "none", "a file that is nearly named after the table", "{expected}",
        "Name it {expected}. It was not read, and nothing in it was checked.",
    ),
    "misnamed_sheet": FaultKind(
        "file.misnamed", "error", "none", "a sheet that is nearly named after the table", "{expected}",
        "Name the sheet {expected}. It was not read, and nothing in it was checked.",
    ),
    "empty_file": FaultKind(
        "file.empty", "error", "file", "a file without a single line", "a line with the column names, then the records",
        "Export the table again; where there is nothing to send, send the line of column names alone.",
    ),
    "no_records": FaultKind(
        "file.empty", "info", "none", "column names and no record", "one record a line",
        "Nothing needs mending where there is nothing to send.",
    ),
    "windows_1252": FaultKind(
        "file.encoding", "warning", "none", "text in Windows-1252, in {records}", "UTF-8",
        "It was read as Windows-1252. Export as UTF-8: names and labels with accents depend on it.",
    ),
    "mixed_encoding": FaultKind(
        "file.encoding", "error", "none", "bytes that are not UTF-8 in {records} of a UTF-8 file", "UTF-8",
        "Those bytes were read as Windows-1252. Find where the system joins texts of two encodings.",
    ),
    "utf_16": FaultKind(
        "file.encoding", "info", "none", "text in UTF-16", "UTF-8",
        "It was read as UTF-16. Export as UTF-8.",
    ),
    "broken_utf_16": FaultKind(
        "file.encoding", "error", "none", "characters that UTF-16 cannot hold, in {records}", "UTF-8",
        "They were replaced by the replacement character. Export as UTF-8.",
    ),
    "nul_character": FaultKind(
        "file.nul", "error", "none", "NUL characters in {records}", "text without control characters",
        "They were kept as part of their values. Find the field that the system fills up with them.",
    ),
    "delimiter": FaultKind(
        "file.delimiter", "info", "none", "values separated by {what}", "values separated by commas",
        "It was read with that separator. Export with commas.",
    ),
    "title_lines": FaultKind(
        "file.title_lines", "warning", "none", "{lines} above the column names", "column names in the first line",
        "They were passed over. Leave titles out of the export.",
    ),
    "mixed_line_ends": FaultKind(
        "file.line_ends", "info", "none", "{lines} that end otherwise than the rest", "one kind of line end",
        "They were read as line ends. Files from two systems joined into one end like this.",
    ),
    "carriage_return": FaultKind(
        "file.line_ends", "info", "none", "lines that end with a carriage return alone", "a line feed at line ends",
        "They were read as line ends. Export with line feeds.",
    ),
    "carriage_return_in_value": FaultKind(
        "file.line_ends", "warning", "none", "a carriage return within a value, in {records}",
        "line breaks within a value only between quotation marks",
        "It was kept as part of the value. Have the export put quotation marks around texts.",
    ),
    "blank_lines": FaultKind(
        "file.blank_lines", "info", "none", "{lines} without anything", ONE_TEXT,
        "They were passed over, and counted as lines.",
    ),
    "stray_quote": FaultKind(
        "file.quotes", "warning", "none",
        "a quotation mark within a value that does not begin with one, in {records}",
        'values that hold a quotation mark between quotation marks, and the mark doubled: "say ""yes"""',
        "The value was kept with its mark. Have the export put quotation marks around texts.",
    ),
    "space_outside_quotes": FaultKind(
        "file.quotes", "warning", "none", "spaces between a quotation mark and the separator, in {records}",
        "the quotation mark next to the separator",
        "The spaces were passed over. Leave them out of the export.",
    ),
    "text_after_quote": FaultKind(
        "file.quotes", "error", "none", "text behind a closing quotation mark, in {records}",
        'marks within a value doubled: "say ""yes"""',
        "The value was kept with its marks. Have the export double the marks within texts.",
    ),
    "unterminated_quote": FaultKind(
        "file.quotes", "error", "none", "a quotation mark that is opened and not closed, in {records}",
        "quotation marks in pairs",
        "The mark was read as part of the value, and reading went on at the next line. Look at the line named.",
    ),
    "short_line": FaultKind(
        "file.short_lines", "error", "none", "{size} values in {records}", "{width} values, one a column",
        "The last items were read as missing. A line break within a text that has no quotation marks looks like this.",
    ),
    "surplus_empty": FaultKind(
        "file.long_lines", "warning", "none", "separators behind the last value, in {records}",
        "{width} values, one a column",
        "The empty values were passed over. Have the export end each line with its last value.",
    ),
    "surplus_values": FaultKind(
        "file.long_lines", "error", "record", "{size} values in {records}", "{width} values, one a column",
        "Nobody can say which value belongs to which item, so the record was not read. "
        "A separator within a text that has no quotation marks looks like this.",
    ),
    "long_cell": FaultKind(
        "file.long_cells", "error", "record", "a value or a record that is too long, in {records}",
        "values of at most {limit} bytes, and records of at most 1,800,000",
        "The record was not read. A quotation mark that is never closed can look like this.",
    ),
    # JSON
    "not_json": FaultKind(
        "file.json", "error", "record", "{lines} that are not JSON", "one JSON object a line",
        "The record was not read. Look for a trailing comma, a missing quotation mark or a line break within a text.",
    ),
    "not_an_object": FaultKind(
        "file.json", "error", "record", "{records} that are no JSON object", "an object with one key a data item",
        "The record was not read.",
    ),
    "duplicate_key": FaultKind(
        "file.json", "error", "none", "a key that stands twice, in {records}", "each key once",
        "The last value was read, as JSON readers do.",
    ),
    "not_a_number": FaultKind(
        "file.json", "error", "none", "NaN or Infinity, which JSON does not know, in {records}", "null or a value",
        "Write null where there is no value.",
    ),
    "trailing_comma": FaultKind(
        "file.json", "error", "none", "a comma behind the last record", "no comma behind the last record",
        "It was passed over. Leave the comma out.",
    ),
    # the columns
    "missing_mandatory": FaultKind(
        "column.missing", "error", "none", "no column {what}", "a column for every mandatory item",
        "Add the column to the export. Without it no record can be used.",
    ),
    "missing_required": FaultKind(
        "column.missing", "warning", "none", "no column {what}", "a column for every required item",
        "Add the column to the export, and leave a cell blank where the value is not held.",
    ),
    "unknown_column": FaultKind(
        "column.unknown", "warning", "none", "{what}", "data items of the table alone",
        "They were not read: leave out what the data set does not ask for.",
    ),
    "identifying_column": FaultKind(
        "column.identifying", "warning", "none", "{what}", "no column that says who or where a person is",
        "They were not read, but they are in the file that was sent: take them out of the export.",
    ),
    "near_miss_column": FaultKind(
        "column.unknown", "error", "none", "{what}, which is nearly the name of an item", "{expected}",
        "{advice}. Until then the column is not read, and every row counts as blank there.",
    ),
    "misspelt_column": FaultKind(
        "column.misspelt", "warning", "none", "{what}", "{expected}",
        "It was read as that item. Spell column names as the data set does.",
    ),
    "duplicate_column": FaultKind(
        "column.duplicate", "error", "none", "more than one column {what}", "each column once",
        "The first was read. Leave the other out.",
    ),
    "unnamed_column": FaultKind(
        "column.unnamed", "warning", "none", "{columns} without a name", "a name above each column",
        "They were not read. Leave them out of the export.",
    ),
    "column_type": FaultKind(
        "column.type", "warning", "none", "{what}", "text",
        "It was read as text. Identifiers and codes are text: leading zeros are lost in a number.",
    ),
    "nested_column": FaultKind(
        "column.type", "error", "none", "{what}", "text",
        "The column was not read. Send one plain value a cell.",
    ),
    "unread_sheets": FaultKind(
        "file.ignored", "info", "none", "sheets that are not named after a table: {what}", "a sheet a table",
        "They were not read. Name a sheet as the table that it holds.",
    ),
    "number_cell": FaultKind(
        "column.spreadsheet", "warning", "none", "numbers in {cells} of an item that is text", "text",
        "It was read as text; leading zeros may be lost. " + AS_TEXT,
    ),
    "long_number": FaultKind(
        "column.spreadsheet", "error", "none", "numbers of more than 15 digits in {cells}", "text",
        "A spreadsheet keeps 15 digits: the last ones are lost. " + AS_TEXT,
    ),
    "error_cell": FaultKind(
        "column.spreadsheet", "error", "none", "a formula that failed, or was never worked out, in {cells}", "a value",
        "Mend the formula, or paste values in its place.",
    ),
    "boolean_cell": FaultKind(
        "column.spreadsheet", "warning", "none", "TRUE or FALSE in {cells}", "the code of the list",
        "It was read as the word. " + AS_TEXT,
    ),
}  # fmt: skip
