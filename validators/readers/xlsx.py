"""Excel workbooks: a sheet a table, each cell turned into the text that a CSV file would hold."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import python_calamine

from validators.readers.columns import match_columns, nearly, normal, own_names, recognised, shown
from validators.readers.faults import fault
from validators.readers.staging import StagedSource, StageWriter
from validators.readers.workbook import copy_workbook, sheet_parts
from validators.source import Census

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from validators.readers.faults import FaultLog
    from validators.readers.opening import Opening
    from validators.readers.workbook import Sheet
    from validators.source import Source, StructureFault, TableShape

#: rows above the column names that are passed over as titles
TITLES: Final = 20
#: a spreadsheet keeps 15 digits of a number
DIGITS: Final = 10**15


def read(opening: Opening) -> Iterator[Source]:
    """Open a workbook: every sheet that is named after a table is read into a scan file."""
    digest = opening.digesting()
    copy = opening.workdir / f"{opening.table or 'workbook'}.copy.xlsx"
    sheets = copy_workbook(opening.path, opening.name, copy, opening.limits)
    try:
        book = python_calamine.load_workbook(str(copy))
        parts = sheet_parts(copy)
        chosen = _chosen(opening, book.sheet_names)
        unread = [name for name in book.sheet_names if name not in chosen.values()]
        more = (*opening.faults, *(_misnamed(unread, opening, chosen) if opening.table is None else ()))
        for table, name in chosen.items():
            reading = SheetReading(opening, table, sheets.get(parts.get(name, "")))
            rows = book.get_sheet_by_name(name)
            faults = (*more, *reading.read(rows.iter_rows(), (rows.start or (0, 0))[1]))
            if unread:
                faults = (*faults, fault("unread_sheets", table, count=len(unread), what=shown(unread)))
            yield reading.source(digest.result, faults)
            more, unread = (), []
    except BaseException as error:
        if isinstance(error, python_calamine.CalamineError | KeyError) or type(error).__name__ == "PanicException":
            raise opening.refused("the workbook is damaged, or has a password. Save it anew, without one.") from error
        raise
    finally:
        copy.unlink(missing_ok=True)


def _misnamed(sheets: list[str], opening: Opening, chosen: Mapping[str, str]) -> Iterator[StructureFault]:
    """Sheets that are nearly named after a table that the workbook does not hold."""
    near = {nearly(name, opening.shapes) for name in sheets} - chosen.keys()
    yield from (fault("misnamed_sheet", table, expected=table) for table in opening.shapes if table in near)


def _chosen(opening: Opening, names: list[str]) -> dict[str, str]:
    """Table → sheet."""
    found: dict[str, str] = {}
    for name in names:
        table = normal(name)
        if table in opening.shapes and table in found:
            raise opening.refused(f"two sheets are named after the table {table}. Leave one out.")
        if table in opening.shapes:
            found[table] = name
    if not found and opening.table is not None and names:
        return {opening.table: names[0]}
    if not found:
        raise opening.refused(f"no sheet is named after a table. Expected {', '.join(opening.shapes)}.")
    return found


class SheetReading:
    """Reads one sheet."""

    def __init__(self, opening: Opening, table: str, sheet: Sheet | None) -> None:
        self.opening, self.table = opening, table
        self.shape: TableShape | None = opening.shape(table)
        self.log: FaultLog = opening.log(table)
        self.row = 0
        self.blank = 0
        self.columns: tuple[str, ...] = ()
        self._failed = frozenset(sheet.failed) if sheet else frozenset[tuple[int, int]]()
        self._unnamed: set[int] = set()
        self._out: StageWriter | None = None

    def read(self, rows: Iterator[list[Any]], first_column: int) -> Iterator[StructureFault]:
        """Read every row; the faults of the sheet as a whole, then those of its cells."""
        line, names, titles = self._names(rows)
        if not names:
            yield self.opening.empty(self.table)
        matched = match_columns(names, self.shape, line) if self.shape else own_names(names, self.table)
        self.columns = matched.names or ("_column_1",)
        with StageWriter(self.opening.staged(self.table), self.columns) as self._out:
            self._records(rows, line, [not name.strip() for name in names], first_column + 1)
        if titles:
            yield fault("title_lines", self.table, count=titles)
        yield from (found for found in matched.faults if found.kind != "unnamed_column")
        if self._unnamed:
            yield fault("unnamed_column", self.table, count=len(self._unnamed))
        if self.blank:
            yield fault("blank_lines", self.table, count=self.blank)
        if names and not self.row:
            yield fault("no_records", self.table)
        yield from self.log.faults(limit=f"{self.opening.limits.max_cell_bytes:,}")

    def _names(self, rows: Iterator[list[Any]]) -> tuple[int, list[str], int]:
        """The line of the column names, the names, and how many lines stand above that are not blank."""
        above: list[tuple[int, list[str]]] = []
        for line, cells in enumerate(rows, 1):
            names = [text if isinstance(text, str) else cell_text(text) for text in cells]
            if not any(name.strip() for name in names):
                continue
            above.append((line, names))
            if self.shape is None or recognised(names, self.shape):
                return line, names, len(above) - 1
            if len(above) > TITLES:
                break
        if above:
            raise self.opening.refused(
                f"none of the first rows of the sheet of {self.table} names its columns. "
                "The first row has to name the data items."
            )
        return 0, [], 0

    def _records(self, rows: Iterator[list[Any]], line: int, unnamed: list[bool], first_column: int) -> None:
        blank = 0
        for at, cells in self._to_last_formula(rows, line, len(unnamed)):
            if not any(cell != "" for cell in cells) and not self._failed_in(at, first_column, len(cells)):
                blank += 1
                continue
            self.blank += blank
            blank = 0
            self._record(at, cells, unnamed, first_column)

    def _to_last_formula(self, rows: Iterator[list[Any]], line: int, width: int) -> Iterator[tuple[int, list[Any]]]:
        """Every row with its line. Those behind the last value, which the library leaves out, may hold formulas."""
        at = line
        for at, cells in enumerate(rows, line + 1):
            yield at, cells
        last = max((row for row, _ in self._failed), default=0)
        yield from ((behind, [""] * width) for behind in range(at + 1, last + 1))

    def _failed_in(self, line: int, first: int, width: int) -> bool:
        return bool(self._failed) and any((line, first + at) in self._failed for at in range(width))

    def _record(self, line: int, cells: list[Any], unnamed: list[bool], first_column: int) -> None:
        self.row += 1
        limits = self.opening.limits
        if limits.max_rows is not None and self.row > limits.max_rows:
            raise self.opening.refused(f"it has more than {limits.max_rows:,} records.")
        values: list[bytes] = []
        for at, cell in enumerate(cells):
            if unnamed[at] and cell != "":
                self._unnamed.add(at)
            if self._failed and (line, first_column + at) in self._failed:
                self.log.add("error_cell", self.row, line, item=self.columns[at])
            if not isinstance(cell, str):
                self._note(cell, self.columns[at], line)
            values.append((cell if isinstance(cell, str) else cell_text(cell)).encode("utf-8", "replace"))
        if max(map(len, values)) > limits.max_cell_bytes or sum(map(len, values)) > 900_000:
            self.log.add("long_cell", self.row, line)
        elif self._out is not None:
            self._out.add(self.row, line, values)

    def _note(self, cell: Any, column: str, line: int) -> None:
        """Report a cell whose text may not be what was typed."""
        if self.shape is None or column not in self.shape.items:
            return
        if isinstance(cell, bool):
            self.log.add("boolean_cell", self.row, line, item=column)
        elif isinstance(cell, int | float) and abs(cell) >= DIGITS:
            self.log.add("long_number", self.row, line, item=column)
        elif isinstance(cell, int | float) and column not in self.shape.integer_items:
            self.log.add("number_cell", self.row, line, item=column)

    def source(self, digest: Any, faults: tuple[StructureFault, ...]) -> StagedSource:
        """The source, when the sheet has been read."""
        out = self._out
        if out is None:
            raise AssertionError
        return StagedSource(
            table=self.table,
            name=self.opening.name,
            format="xlsx",
            bytes=self.opening.bytes,
            scan_path=out.path,
            columns=self.columns,
            digest=digest,
            shape=self.shape,
            faults=faults,
            marks=out.marks,
            counted=Census(out.records, self.row - out.records),
            log=self.log,
        )


def cell_text(cell: Any) -> str:
    """A cell that is no text, as it is written in a text file: days as YYYY-MM-DD, whole numbers without a point."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return f"{Decimal(repr(cell)):.0f}"  # the digits that were stored, not those of the nearest binary number
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat()
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)
