"""The census of a CSV file: one pass that proves it well formed, and counts its records without DuckDB.

The proof rests on a skeleton: a block without anything but separators, line ends, quotation marks and NUL. In a well
formed file, what stands outside quotation marks is the skeleton of one line over and over. One comparison of memory
then says that every line has the right number of values, that no line is blank, that all end alike, and how many there
are. A block with quotation marks is also held against the strict form by a regular expression.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Callable

#: bytes read at once: what a core keeps in its cache
BLOCK: Final = 128 << 10
#: bytes of a record from which the scan file has to be made anew: DuckDB's longest line is 2,000,000
LONGEST_RECORD: Final = 1_800_000


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to start reading from: the block that begins at `offset` begins with record `row`, or within it."""

    offset: int
    row: int
    inside: bool


@dataclass(slots=True)
class Marks:
    """Places in ascending order."""

    marks: list[Mark] = field(default_factory=list)
    _rows: list[int] = field(default_factory=list)

    def add(self, mark: Mark) -> None:
        """Remember a place, unless it lies within a quoted value."""
        if not mark.inside:
            self.marks.append(mark)
            self._rows.append(mark.row)

    def before(self, row: int) -> Mark | None:
        """The last place at or before the start of a record; None where nothing is there to be read."""
        return self.marks[max(bisect_right(self._rows, row) - 1, 0)] if self.marks else None


class StrictQuotes:
    """Whether every quotation mark of a block opens a value, closes one, or is one of two within a value."""

    def __init__(self, mark: bytes) -> None:
        form = {b"m": re.escape(mark)}
        self._closing = re.compile(rb'[^"]*+"(?=[%(m)b\r\n"])' % form)
        self._values = re.compile(rb'(?:(?:[^"]*+(?<=[%(m)b\n]))?+"[^"]*+"(?=[%(m)b\r\n"]))*+[^"]*+' % form)
        self._open = re.compile(rb'(?:(?:(?<=[%(m)b\n"])|\A)"[^"]*+)?\Z' % form)

    def holds(self, block: bytes, *, inside: bool) -> bool:
        """`block` ends with a line feed. `inside`: it begins within a value, else at the start of a line."""
        start = 0
        if inside:
            closing = self._closing.match(block)
            if closing is None:
                return b'"' not in block
            start = closing.end()
        values = self._values.match(block, start)
        return values is not None and self._open.match(block, values.end()) is not None


class AllQuoted:
    """The short way for blocks in which every value stands between quotation marks, on one line, as many exports do.

    `","` becomes NUL; what is left of a line is then one mark, NULs, one mark. Where that holds for every line, and
    every line begins and ends with its mark, no other quotation mark is in the block.
    """

    def __init__(self, mark: bytes, width: int, end: bytes) -> None:
        self._between = b'"%b"' % mark
        self._line = b'"%b"%b' % (b"\0" * (width - 1), end)
        self._lines = self._line * 64
        self._outer = b'"%b"' % end
        self._dropped = bytes(set(range(256)) - {*b'\0"\r\n'})

    def lines(self, block: bytes) -> int:
        """How many lines the block has; 0 where it is not of this form."""
        if not block.startswith(b'"') or not block.endswith(self._outer[:-1]) or b"\0" in block:
            return 0
        skeleton = block.replace(self._between, b"\0").translate(None, self._dropped)
        count, rest = divmod(len(skeleton), len(self._line))
        while len(self._lines) < len(skeleton):
            self._lines *= 2
        whole = not rest and self._lines.startswith(skeleton) and block.count(self._outer) == count - 1
        return count if whole else 0


def block_size(max_cell_bytes: int) -> int:
    """Bytes to read at once. Small against the longest cell: one that is longer covers whole blocks."""
    return max(1, min(BLOCK, max_cell_bytes // 8))


class Tally:
    """Takes the file block by block; every block but the last ends with a line feed.

    `fault` says why the file is not simple, and stays empty as long as it may be. Quotation marks are read strictly,
    as RFC 4180 has them.
    """

    def __init__(self, width: int, delimiter: str, new_line: str, max_cell_bytes: int) -> None:
        mark = delimiter.encode()
        self.block = block_size(max_cell_bytes)
        self.fault = ""
        self.multiline = False
        self.marks = Marks()
        self._line = mark * (width - 1) + new_line.encode()
        self._lines = self._line * 2
        self._last_line = width - 1
        self._end = new_line.encode()
        self._dropped = bytes(set(range(256)) - {*mark, *b'\n\r"\0'})
        self._strict = StrictQuotes(mark)
        self._all_quoted = AllQuoted(mark, width, self._end)
        self._text = codecs.getincrementaldecoder("utf-8")()
        self._cut_character = False
        self._seen = 0
        self._offset = 0
        self._inside = False
        self._longest_cell = max_cell_bytes // 2
        self._quiet = 0
        self._endless = 0

    @property
    def lines(self) -> int:
        """Records so far, the column names among them."""
        return -(-self._seen // len(self._line))

    def take(self, block: bytes, *, last: bool) -> None:
        """Count one block."""
        self.marks.add(Mark(self._offset, self._seen // len(self._line), self._inside))
        while last and block.endswith(self._end * 2):
            block = block[: -len(self._end)]  # blank lines at the end of a file are no records
        self._offset += len(block)
        self._check_text(block, last=last)
        outside = self._outside(block, last=last)
        if not self.fault:
            self._count(outside, unended=last and not block.endswith(b"\n"))
            self._check_lengths(outside, len(block))

    def _check_text(self, block: bytes, *, last: bool) -> None:
        if self._cut_character or not block.isascii():
            try:
                self._text.decode(block, final=last)
            except UnicodeDecodeError:
                self.fault = "text that is not UTF-8"
            self._cut_character = bool(self._text.getstate()[0])

    def _outside(self, block: bytes, *, last: bool) -> bytes:
        """The skeleton of what stands outside quotation marks."""
        skeleton = block.translate(None, self._dropped)
        if not self._inside and b'"' not in skeleton:
            return skeleton
        if not self._inside and (lines := self._all_quoted.lines(block)):
            return self._line * lines
        if not self._strict.holds(block if block.endswith(b"\n") else block + b"\n", inside=self._inside):
            self.fault = "a quotation mark at a place where none belongs"
        begun = 1 if self._inside else 0
        parts = (b"\n" * begun + skeleton).replace(b'""', b"").split(b'"')
        self._check_quoted(parts[1 - begun :: 2])
        self._inside = (len(parts) - 1 + begun) % 2 == 1
        if last and self._inside:
            self.fault = "a quotation mark that is not closed"
        return b"".join(parts[begun::2])

    def _check_quoted(self, parts: list[bytes]) -> None:
        lines = [part for part in parts if b"\n" in part]
        self.multiline = self.multiline or bool(lines)
        if any(b"\0" in part for part in parts):
            self.fault = "a NUL character"
        if any(b"\n" + self._line in part for part in lines):
            self.fault = "whole lines of the table between two quotation marks"

    def _count(self, outside: bytes, *, unended: bool) -> None:
        phase = self._seen % len(self._line)
        while len(self._lines) < phase + len(outside):
            self._lines *= 2
        self._seen += len(outside)
        whole = self._seen % len(self._line) == (self._last_line if unended else 0)
        if not (whole or self._inside) or not self._lines.startswith(outside, phase):
            self.fault = "a line that is blank, ends otherwise or has not as many values as there are columns"

    def _check_lengths(self, outside: bytes, size: int) -> None:
        self._quiet = 0 if outside else self._quiet + size
        self._endless = 0 if b"\n" in outside else self._endless + size
        if self._quiet >= self._longest_cell or self._endless >= LONGEST_RECORD - 4 * self.block:
            self.fault = "a value or a record that is very long"


def take_census(file: BinaryIO, tally: Tally, see: Callable[[bytes], object]) -> None:
    """Count a whole file; `see` is shown every block as it is read, the rest of a file that is not simple too."""
    carry, block = b"", file.read(tally.block)
    while block and not tally.fault:
        see(block)
        following = file.read(tally.block)
        data = carry + block if carry else block
        cut = len(data) if not following else data.rfind(b"\n") + 1
        if cut:
            tally.take(data[:cut], last=not following)
        else:
            tally.fault = "a line that is very long"
        carry, block = data[cut:], following
    while block:
        see(block)
        block = file.read(tally.block)
