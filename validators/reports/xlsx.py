"""The report as a workbook: read with a filter, handed on, worked through record by record.

Text is written as text: no cell can become a formula, leading zeros stay, what hides is shown by number. The same
report gives the same bytes.
"""

from __future__ import annotations

import re
from copy import copy
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from validators.reports.formulas import begins_formula
from validators.reports.plain import plain
from validators.reports.sheet import Address, Listing, Prose
from validators.reports.sheet_of_records import records
from validators.reports.sheets_of_findings import by_rule, mend_first, rules_run
from validators.reports.sheets_of_prose import about, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from openpyxl.cell import Cell as WorkbookCell
    from openpyxl.styles.cell_style import StyleArray

    from validators.report import Report
    from validators.reports import Look
    from validators.reports.sheet import Cell, Sheet

    #: openpyxl's types do not know what its write-only sheets have
    WriteOnly = Any

#: rows that a sheet can hold
MOST_ROWS = 1_048_576
LONGEST_TEXT = 4000

#: what a spreadsheet program reads as an escaped character, `_x000D_`
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_DARK_BLUE, _WHITE = "FF003087", "FFFFFFFF"
_FACE = "Calibri"
#: height of a line, and the most that a row may have, in points
_LINE, _HIGHEST = 15, 405


def write(report: Report, look: Look) -> bytes:
    """The workbook."""
    book = Workbook(write_only=True)
    book.properties.title = "PLUS-MDS conformance report"
    book.properties.creator = "PLUS-MDS"
    book.properties.created = book.properties.modified = report.created_at.replace(tzinfo=None)
    for sheet in chain.from_iterable(map(split, sheets(report, look))):
        _put(book, sheet)
    return _packed(book)


def sheets(report: Report, look: Look) -> Iterator[Sheet]:
    """The sheets in the order in which they stand."""
    yield summary(report)
    yield mend_first(report)
    yield by_rule(report, look)
    yield records(report)
    yield rules_run(report)
    yield about(report)


def split(sheet: Sheet, most: int | None = None) -> Iterator[Sheet]:
    """The sheet, or as many as its rows need; each that is continued says so above its headings."""
    if isinstance(sheet, Prose):
        yield sheet
        return
    room = (most or MOST_ROWS) - len(sheet.notes) - 2  # a note that it goes on, and the headings
    parts = [sheet.rows[start : start + room] for start in range(0, len(sheet.rows), room)] or [sheet.rows]
    for number, rows in enumerate(parts, start=1):
        name = sheet.name if number == 1 else f"{sheet.name} {number}"
        goes_on = (f"Continues on the sheet {sheet.name} {number + 1}.",) if number < len(parts) else ()
        yield Listing(name, (*goes_on, *sheet.notes), sheet.columns, rows)


def _put(book: Workbook, sheet: Sheet) -> None:
    made = book.create_sheet(sheet.name)
    pen = _Pen(made)
    if isinstance(sheet, Prose):
        _put_prose(made, sheet, pen)
    else:
        _put_listing(made, sheet, pen)
    made.close()


def _put_prose(made: WriteOnly, sheet: Prose, pen: _Pen) -> None:
    _set_widths(made, sheet.widths)
    made.freeze_panes = "A2" if sheet.frozen else None
    text = pen.wrapped if sheet.wrapped else pen.line
    for block in sheet.blocks:
        pen.put([block.title], pen.title)
        if block.headings:
            pen.put(block.headings, pen.heading, sheet.widths)
        if block.filtered:
            made.auto_filter.ref = _area(pen.rows, len(block.headings), len(block.rows))
        for row in block.rows:
            pen.put(row, text, sheet.widths if sheet.wrapped else ())
        pen.put([], text)


def _put_listing(made: WriteOnly, sheet: Listing, pen: _Pen) -> None:
    _set_widths(made, [column.width for column in sheet.columns])
    head = len(sheet.notes) + 1
    made.freeze_panes = f"A{head + 1}"
    made.print_title_rows = f"{head}:{head}"
    made.auto_filter.ref = _area(head, len(sheet.columns), len(sheet.rows))
    for note in sheet.notes:
        pen.put([note], pen.line)
    widths = [column.width for column in sheet.columns]
    pen.put([column.heading for column in sheet.columns], pen.heading, widths)
    for row in sheet.rows:
        pen.put(row, pen.wrapped, widths)


def _area(head: int, columns: int, rows: int) -> str:
    """A line of headings with the rows below it."""
    return f"A{head}:{get_column_letter(columns)}{head + rows}"


def _set_widths(made: WriteOnly, widths: Iterable[int]) -> None:
    for number, width in enumerate(widths, start=1):
        made.column_dimensions[get_column_letter(number)].width = width
    made.page_setup.orientation = "landscape"
    made.page_setup.fitToHeight = 0
    made.sheet_properties.pageSetUpPr.fitToPage = True


class _Pen:
    """Writes cells in the few styles that there are. A style is made once: made for each cell it costs most of all."""

    def __init__(self, sheet: WriteOnly) -> None:
        self._sheet = sheet
        self.rows = 0
        top, wrapped = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)
        self.line = self._style("@", alignment=top)
        self.wrapped = self._style("@", alignment=wrapped)
        self.title = self._style("@", font=Font(name=_FACE, bold=True, size=12))
        fill = PatternFill("solid", fgColor=_DARK_BLUE)
        self.heading = self._style("@", font=Font(name=_FACE, bold=True, color=_WHITE), fill=fill, alignment=wrapped)
        self._count = self._style("#,##0", alignment=top)
        self._share = self._style("0.0%", alignment=top)

    def _style(self, number_format: str, **parts: Any) -> StyleArray:
        cell = WriteOnlyCell(self._sheet)
        cell.number_format = number_format
        for name, part in parts.items():
            setattr(cell, name, part)
        return cell._style

    def put(self, row: Sequence[Cell], text: StyleArray, widths: Sequence[int] = ()) -> None:
        """Append a row, as high as its longest text needs in the widths given: not every program works that out."""
        self.rows += 1
        self._sheet.row_dimensions[self.rows].height = _height(row, widths)
        self._sheet.append([self.cell(cell, text) for cell in row])

    def cell(self, content: Cell, text: StyleArray) -> WorkbookCell | None:
        """A cell for whatever it is; nothing where there is nothing."""
        if isinstance(content, str):
            return self.text(content, text)
        if content is None:
            return None
        made = WriteOnlyCell(self._sheet, content)
        made._style = self._share if isinstance(content, float) else self._count
        return made

    def text(self, content: str, style: StyleArray) -> WorkbookCell:
        """A cell that stays text, also when somebody edits it."""
        made = WriteOnlyCell(self._sheet)
        shown = _ESCAPE.sub("_x005F_", plain(content, LONGEST_TEXT))
        made.value, made.data_type = shown, "s"
        made._style = style
        if isinstance(content, Address):
            made.hyperlink = str(content)
        if begins_formula(shown):
            made._style = copy(style)
            made.quotePrefix = True
        return made


def _height(row: Sequence[Cell], widths: Sequence[int]) -> float:
    texts = ((len(cell), width) for cell, width in zip(row, widths, strict=False) if isinstance(cell, str))
    lines = max((-(-length // width) for length, width in texts), default=1)
    return min(max(lines, 1) * _LINE, _HIGHEST)


class _Archive(ZipFile):
    """A zip whose entries bear no clock and no machine."""

    def writestr(self, entry: Any, data: Any, *_: Any, **__: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Add an entry, as of the oldest day that a zip can say."""
        made = ZipInfo(str(entry))
        made.compress_type, made.create_system, made.external_attr = ZIP_DEFLATED, 3, 0o600 << 16
        super().writestr(made, data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Add a file in the same way."""
        self.writestr(arcname, Path(filename).read_bytes())


def _packed(book: Workbook) -> bytes:
    packed = BytesIO()
    ExcelWriter(book, _Archive(packed, "w", ZIP_DEFLATED)).save()
    return packed.getvalue()
