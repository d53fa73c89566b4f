"""How a CSV file is laid out: encoding, separator, line ends and column names, from its first block."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from validators.readers.columns import recognised
from validators.readers.encoding import UTF_16, encoding_of, text_of
from validators.readers.values import Splitter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from validators.source import TableShape

#: bytes of the file that are looked at; the line of column names has to end within them
HEAD: Final = 1 << 20
DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
#: lines above the column names that are passed over as titles
TITLES: Final = 20
#: lines that column names with line breaks may take
NAME_LINES: Final = 50
#: what stands before the first line end that is not between quotation marks
BEFORE_LINE_END: Final = re.compile(rb'(?:[^"\r\n]++|"[^"]*+")*+(?=[\r\n])')


@dataclass(frozen=True, slots=True)
class Layout:
    """What the first block tells. `lines_above` are the physical lines up to and with the column names."""

    encoding: str
    delimiter: str
    new_line: str
    names: tuple[str, ...]
    lines_above: int
    titles: int = 0
    on_first_line: bool = True

    @property
    def width(self) -> int:
        """Columns."""
        return len(self.names)

    @property
    def broken_names(self) -> bool:
        """Whether a column name goes over a line end: DuckDB takes the first that it sees for the file's own."""
        return any("\r" in name or "\n" in name for name in self.names)


@dataclass(frozen=True, slots=True)
class Heading:
    """One line read as column names."""

    names: tuple[str, ...]
    delimiter: str
    first: int
    after: int


def layout_of(head: bytes, shape: TableShape | None) -> Layout | None:
    """The layout of a file that begins with `head`; None where no line of it can be the column names.

    Lines are cut at the line end that the file uses first; column names are found among the first lines by the items
    of the table, or taken from the first line where the table is not known.
    """
    encoding = encoding_of(head)
    text = _utf_8(head, encoding)
    new_line = first_line_end(text)
    lines = text.split(b"\r" if new_line == "\r" else b"\n", TITLES + NAME_LINES + 5)
    delimiter, above = _named_delimiter(lines)
    found = _heading(lines, shape, delimiter, above)
    if found is None:
        return None
    titles = sum(bool(line.strip()) for line in lines[above : found.first])
    return Layout(encoding, found.delimiter, new_line, found.names, found.after, titles, found.first == 0)


def first_line_end(text: bytes) -> str:
    """How the first line ends, quoted names with line breaks passed over; a line feed where there is one line only."""
    before = BEFORE_LINE_END.match(text)
    start = before.end() if before else 0
    feed, carriage = text.find(b"\n", start), text.find(b"\r", start)
    if carriage == -1 or 0 <= feed < carriage:
        return "\n"
    return "\r\n" if feed == carriage + 1 else "\r"


def _utf_8(head: bytes, encoding: str) -> bytes:
    if encoding in UTF_16:
        text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
        return text.removeprefix("\ufeff").encode()
    return head.removeprefix(codecs.BOM_UTF8)


def _named_delimiter(lines: Sequence[bytes]) -> tuple[str | None, int]:
    """The separator that a first line `sep=;` names, as one spreadsheet writes it, and the lines that this takes."""
    first = lines[0].strip(b'"\r\n ')
    if first[:4].lower() == b"sep=" and len(first) <= 5:
        mark = first[4:].decode("ascii", "replace")
        return (mark if mark in DELIMITERS else None), 1
    return None, 0


def _heading(lines: Sequence[bytes], shape: TableShape | None, delimiter: str | None, above: int) -> Heading | None:
    headings = list(_headings(lines, shape, delimiter, above))
    if shape is None:
        return headings[0] if headings else None
    known = [recognised(heading.names, shape) for heading in headings]
    if known and known[0]:
        return headings[0]
    enough = min(2, len(shape.items))
    return next((heading for heading, count in zip(headings, known, strict=True) if count >= enough), None)


def _headings(lines: Sequence[bytes], shape: TableShape | None, delimiter: str | None, above: int) -> Iterator[Heading]:
    """Each of the first lines that is not blank, read as column names in the most telling way."""
    tried = [delimiter] if delimiter else list(DELIMITERS)
    for first in range(above, min(len(lines), above + TITLES + 1)):
        if lines[first].strip():
            readings = [_reading(lines, first, mark) for mark in tried]
            yield max(
                readings, key=lambda reading: (recognised(reading.names, shape) if shape else 0, len(reading.names))
            )


def _reading(lines: Sequence[bytes], first: int, delimiter: str) -> Heading:
    splitter = Splitter(delimiter.encode(), 1)
    for after in range(first + 1, min(len(lines), first + NAME_LINES) + 1):
        values = splitter.split(b"\n".join(lines[first:after]).strip(b"\r\n"))
        if values.open_at is None:
            return Heading(_names(values.values), delimiter, first, after)
    return Heading(
        _names(splitter.split(lines[first].strip(b"\r\n"), by_line=True).values), delimiter, first, first + 1
    )


def _names(values: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(text_of(value)[0] for value in values)
