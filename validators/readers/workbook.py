"""What has to be known of a workbook before the library may open it.

The library holds a sheet as a full rectangle and ends the process where there is no memory for it, so one cell far out
would end the validator; it sets memory aside for as many texts as the workbook says that it has. It gives an empty text
for a formula that failed, takes a sheet that is cut off for a whole one, and lets a row that stands twice take the
place of the first. So every sheet is looked through here, and the library is given a copy that holds what was looked
through and nothing else.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import TYPE_CHECKING, BinaryIO, Final

from validators.errors import InputError
from validators.readers.unpack import Budget, Unpacking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from validators.limits import Limits

#: the parts of a workbook that hold its data
PARTS: Final = re.compile(r"\[Content_Types\]\.xml|_rels/.*|xl/(_rels/)?[^/]*\.(xml|rels)|xl/worksheets/[^/]*\.xml")
SHEETS: Final = re.compile(r"xl/worksheets/[^/]*\.xml")
BLOCK: Final = 1 << 20
#: bytes of the name of a tag
LONGEST_TAG: Final = 4096
SAVE_ANEW: Final = "Open it in a spreadsheet program, save it anew, and send it again."
#: bytes at the end of a sheet among which its last tag is sought
LONGEST_END: Final = 64 << 10
#: bytes that one cell may take in the file
LONGEST_CELL: Final = 8 << 20
CELL: Final = re.compile(rb"<(?:\w+:)?c[ />]")
PLACED: Final = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]{1,7})"')
TAG: Final = re.compile(rb"<(?:\w+:)?(row|c)\b([^>]*)>")
PLACE: Final = re.compile(rb'\sr\s*=\s*["\']([A-Za-z]*)([0-9]*)["\']')
FAILED: Final = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*\st="e"')
UNWORKED: Final = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^<]*+(?:</(?:\w+:)?f>))'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v\s*>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
ROW: Final = re.compile(rb'<(?:\w+:)?row\b[^>]*?\sr\s*=\s*["\']([0-9]+)')
COMMENTS: Final = rb"\s*+(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+"
SHEET_END: Final = re.compile(rb"(?:</(?:\w+:)?\w+sheet\s*>|<(?:\w+:)?\w+sheet\b[^<>]*/>)" + COMMENTS + rb"\Z")
#: the first tag of the part that holds the texts of the workbook, and any such tag
TEXTS: Final = re.compile(
    rb"\A((?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*\?>)?" + COMMENTS + rb")"
    rb"<((?:\w+:)?sst)(?:\s++[\w:.-]++\s*+=\s*+(?:\"[^\"]*\"|'[^']*'))*+\s*(/?)>"
)
TEXTS_AGAIN: Final = re.compile(rb"<(?!/)[^\s<>]*?\bsst[\s/>]")


@dataclass(slots=True)
class Sheet:
    """How far out the cells of a sheet lie, and which hold a formula without a result: (row, column) from 1.

    `ascending`: each row stands behind the one before it, and once.
    """

    rows: int = 0
    columns: int = 0
    failed: list[tuple[int, int]] = field(default_factory=list)
    ascending: bool = True
    _last: int = 0
    _row: int = 0
    _column: int = 0

    def look(self, part: bytes) -> None:
        """Look through whole cells."""
        self._see_rows([int(row) for row in ROW.findall(part)])
        places = PLACED.findall(part)
        if len(places) == len(CELL.findall(part)):
            self._reach(max((int(row) for row in {row for _, row in places}), default=0), _furthest(places))
        else:
            self._look_closely(part)
        if b't="e"' in part:
            self.failed += [(int(found[2]), column_number(found[1])) for found in FAILED.finditer(part)]
        if b"<f" in part or b":f" in part:
            self.failed += [(int(found[2]), column_number(found[1])) for found in UNWORKED.finditer(part)]

    def _see_rows(self, rows: list[int]) -> None:
        self.ascending = self.ascending and all(one < other for one, other in pairwise([self._last, *rows]))
        self._last = rows[-1] if rows else self._last

    def _reach(self, row: int, column: int) -> None:
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)

    def _look_closely(self, part: bytes) -> None:
        """Cells without a place of their own come behind the one before them."""
        for found in TAG.finditer(part):
            place = PLACE.search(b" " + found[2])
            letters, digits = (place[1], place[2]) if place else (b"", b"")
            if found[1] == b"row":
                self._row, self._column = int(digits or self._row + 1), 0
            else:
                self._column = column_number(letters.upper()) if letters else self._column + 1
                self._reach(int(digits or self._row), self._column)


def _furthest(places: list[tuple[bytes, bytes]]) -> int:
    return max((column_number(letters) for letters in {letters for letters, _ in places}), default=0)


def column_number(letters: bytes) -> int:
    """The number of a column from its letters: A is 1."""
    number = 0
    for letter in letters[:7]:
        number = number * 26 + letter - 64
    return number


def copy_workbook(path: Path, name: str, target: Path, limits: Limits) -> dict[str, Sheet]:
    """Copy the data of a workbook, looked through; what was found, by part of the workbook.

    Raises InputError where a sheet would not fit in memory, or the workbook is damaged or unpacks to too much.
    """
    sheets: dict[str, Sheet] = {}
    budget = Budget(limits)
    with Unpacking(name), zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w") as copy:
        members = [member for member in archive.infolist() if PARTS.fullmatch(member.filename)]
        if len({member.filename for member in members}) != len(members) or len(members) > limits.max_files:
            raise InputError(f"{name}: the workbook holds a part twice, or too many parts. Save it anew.")
        for member in members:
            with archive.open(member) as source, copy.open(member.filename, "w", force_zip64=True) as out:
                blocks = _blocks(source, name, budget, member)  # type: ignore[arg-type]  it reads bytes
                if SHEETS.fullmatch(member.filename):
                    sheets[member.filename] = sheet = Sheet()
                    blocks = _looked_through(blocks, sheet, name, limits)
                for block in _texts_uncounted(blocks, name):
                    out.write(block)
    return sheets


def _blocks(source: BinaryIO, name: str, budget: Budget, member: zipfile.ZipInfo) -> Iterator[bytes]:
    written = 0
    while block := source.read(BLOCK):
        written += len(block)
        budget.spend(name, len(block), written, member.compress_size)
        yield block


def _texts_uncounted(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """A part without the number of its texts, for which the library would set memory aside."""
    first = next(blocks, b"")
    if found := TEXTS.match(first):
        yield found.expand(rb"\1<\2\3>")
        first = first[found.end() :]
    carry = b""
    for block in chain((first,), blocks):
        data = carry + block
        if b"sst" in data and TEXTS_AGAIN.search(data):
            raise InputError(f"{name}: the workbook is damaged. {SAVE_ANEW}")
        yield block
        carry = data[data.rfind(b"<") :]
        carry = b"" if b">" in carry else carry[:LONGEST_TAG]


def _looked_through(blocks: Iterator[bytes], sheet: Sheet, name: str, limits: Limits) -> Iterator[bytes]:
    carry = b""
    for block in blocks:
        yield block
        data = carry + block
        cut = max(data.rfind(b"<c"), data.rfind(b":c"), data.rfind(b"<row"), data.rfind(b":row"))
        cut = data.rfind(b"<", 0, cut + 1) if cut > 0 else 0
        sheet.look(data[:cut])
        carry = data[max(cut, 0) :]
        _check_size(sheet, len(carry), name, limits)
    sheet.look(carry)
    _check_size(sheet, 0, name, limits)
    if not SHEET_END.search(carry[-LONGEST_END:]):
        raise InputError(f"{name}: a sheet of the workbook is cut off. {SAVE_ANEW}")
    if not sheet.ascending:
        raise InputError(f"{name}: a sheet holds a row twice, or its rows are out of order. {SAVE_ANEW}")


def _check_size(sheet: Sheet, cell: int, name: str, limits: Limits) -> None:
    if sheet.columns > limits.max_columns or sheet.rows * sheet.columns > limits.max_sheet_cells:
        raise InputError(
            f"{name}: a sheet reaches to row {sheet.rows:,}, column {sheet.columns:,}, which is more than is read. "
            "Delete what lies outside the table, or send CSV."
        )
    if cell > LONGEST_CELL:
        raise InputError(f"{name}: a cell of the workbook is longer than {LONGEST_CELL:,} bytes. Send CSV.")


def sheet_parts(path: Path) -> dict[str, str]:
    """Sheet name → the part of the workbook that holds it."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        rels = "xl/_rels/workbook.xml.rels"
        links = archive.read(rels).decode("utf-8", "replace") if rels in names else ""
    targets = {a.get("Id"): a.get("Target", "") for a in _attributes("Relationship", links)}
    found: dict[str, str] = {}
    for sheet in _attributes("sheet", book):
        target = targets.get(next((value for key, value in sheet.items() if key.endswith(":id")), ""), "")
        found[sheet.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _attributes(tag: str, text: str) -> Iterator[dict[str, str]]:
    import html

    for found in re.finditer(rf"<(?:\w+:)?{tag}\s([^>]*)>", text):
        pairs = re.findall(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", found[1])
        yield {key: html.unescape(one or other) for key, one, other in pairs}
