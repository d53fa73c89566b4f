"""The streaming rewrite of a CSV file that cannot be scanned as it is.

Every physical line ends up in exactly one of: a record in the scan file, a record that is refused and reported, a blank
line, or the lines down to the column names. Well formed lines pass with a count of their separators or one match.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from validators.errors import InputError
from validators.readers.census import LONGEST_RECORD, AllQuoted
from validators.readers.encoding import UTF_16, text_of
from validators.readers.faults import fault
from validators.readers.values import BEHIND, Splitter, Values, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from validators.limits import Limits
    from validators.readers.faults import FaultLog
    from validators.readers.layout import Layout
    from validators.readers.staging import StageWriter
    from validators.source import StructureFault

#: bytes of lines that are looked through for the end of a quoted value
FURTHEST: Final = 16 << 20
#: bytes that may be looked through in vain, over those of the file so far, before values end with their line
PATIENCE: Final = 64 << 20
#: columns from which a line with just as many values, within a quoted value, is taken for a record of its own
SWALLOWED_WIDTH: Final = 6
REPLACEMENT: Final = "\ufffd".encode()


def whole_lines(blocks: Iterable[bytes], end: bytes, longest: int) -> Iterator[bytes]:
    """The file in parts that end with a line end, the last perhaps without. A line over `longest` bytes is cut."""
    carry, cutting = b"", False
    for block in blocks:
        cut = block.rfind(end) + 1
        if cut:
            yield carry + (block[block.index(end) : cut] if cutting else block[:cut])
            carry, cutting = block[cut:], False
        elif not cutting:
            carry += block
        if len(carry) > longest:
            carry, cutting = carry[: longest + 1], True
    if carry:
        yield carry


class Repair:
    """Rewrites one file into a scan file. `row` is that of the last record, `line` that of the next line."""

    def __init__(self, layout: Layout, out: StageWriter, log: FaultLog, limits: Limits) -> None:
        self.row = 0
        self.line = 1
        self._layout, self._out, self._log, self._limits = layout, out, log, limits
        self._mark = layout.delimiter.encode()
        self._separators = layout.width - 1
        self._end, self._other = (b"\r", b"\n") if layout.new_line == "\r" else (b"\n", b"\r")
        self._splitter = Splitter(self._mark, layout.width)
        self._all_quoted = AllQuoted(self._mark, layout.width, layout.new_line.encode())
        self._above = layout.lines_above
        self._waiting: deque[bytes] = deque()
        self._open = OpenRecord(self._splitter, self._end)
        self._looked_in_vain = 0
        self._taken = 0
        self._blank = 0
        self._blank_at_end = 0
        self._ended = 0
        self._ended_with_both = 0
        self._ended_with_other = 0
        self._saw_utf_8 = False

    def run(self, blocks: Iterable[bytes]) -> None:
        """Rewrite the whole file."""
        for part in whole_lines(blocks, self._end, LONGEST_RECORD):
            self._take(part)
        while self._open.lines:
            self._read_by_line()
            self._work_off()

    def _take(self, part: bytes) -> None:
        self._taken += len(part)
        lines = self._below_names(part)
        if not lines or (not self._open.lines and self._all_plain(lines, part)):
            return
        self._waiting.extend(lines)
        self._work_off()
        if self._limits.max_rows is not None and self.row > self._limits.max_rows:
            raise InputError(f"The table {self._log.table} has more than {self._limits.max_rows:,} records.")

    def _below_names(self, part: bytes) -> list[bytes]:
        lines = part.split(self._end)
        if not lines[-1]:
            lines.pop()
        elif self._layout.new_line == "\r\n":
            self._ended_with_both += 1  # the last line has no end: it is none that ends otherwise
        above = min(self._above, len(lines))
        self._above -= above
        self.line += above
        return lines[above:]

    def _all_plain(self, lines: list[bytes], part: bytes) -> bool:
        """Pass a whole part on if each of its lines is plainly well formed."""
        if b"\0" in part or len(part) > self._limits.max_cell_bytes:
            return False
        if b'"' in part and self._all_quoted.lines(part) != len(lines):
            return False
        if not part.isascii():
            try:
                part.decode()
            except UnicodeDecodeError:
                return False
            if self._layout.encoding in UTF_16 and REPLACEMENT in part:
                return False
        if self._other in part:
            lines = [self._body(line) for line in lines]
            if self._other in self._end.join(lines):
                return False
        mark, separators = self._mark, self._separators
        if b'"' not in part and (not separators or any(line.count(mark) != separators for line in lines)):
            return False
        self._not_at_end()
        self._out.add_lines(self.row + 1, self.line, lines)
        self._saw_utf_8 = self._saw_utf_8 or not part.isascii()
        self._ended += len(lines)
        self._ended_with_both += part.count(self._other)
        self.row += len(lines)
        self.line += len(lines)
        return True

    def _body(self, line: bytes) -> bytes:
        return line.removeprefix(b"\n") if self._end == b"\r" else line.removesuffix(b"\r")

    def _work_off(self) -> None:
        while self._waiting:
            if self._open.lines:
                self._go_on()
            else:
                self._one(self._waiting.popleft())

    def _one(self, line: bytes) -> None:
        """A line at which a record starts."""
        body = self._body(line)
        if len(body) > LONGEST_RECORD:
            self._refuse("long_cell", self._next_line(line))
        elif not body.strip(b" "):
            self._blank_at_end += 1
            self._next_line(line)
            return
        elif self._strict(body):
            self._saw_utf_8 = self._saw_utf_8 or not body.isascii()
            self.row += 1
            self._out.add_line(self.row, self._next_line(line), body)
        elif self._other not in body or not self._split_at_other(line, body):
            self._odd(line, body)
        self._not_at_end()

    def _not_at_end(self) -> None:
        """Blank lines behind the last record are not worth a word; those before this record are."""
        self._blank += self._blank_at_end
        self._blank_at_end = 0

    def _strict(self, body: bytes) -> bool:
        if len(body) > self._limits.max_cell_bytes or not self._splitter.strict.fullmatch(body):
            return False
        if body.isascii():
            return True
        try:
            body.decode()
        except UnicodeDecodeError:
            return False
        return not (self._layout.encoding in UTF_16 and REPLACEMENT in body)

    def _next_line(self, line: bytes) -> int:
        """Count a line that ends a record, or is blank."""
        self._ended += 1
        self._ended_with_both += len(line) != len(self._body(line))
        self.line += 1
        return self.line - 1

    def _split_at_other(self, line: bytes, body: bytes) -> bool:
        """Take the other character of a line end for one, where the whole line is no record with it."""
        values = self._splitter.split(body, by_line=True)
        pieces = body.split(self._other)
        if len(values.values) == self._separators + 1 and BEHIND not in values.odd:
            return False
        if any(piece.count(b'"') % 2 for piece in pieces):
            return False
        pieces[-1] += line[len(body) :] if self._end == b"\n" else b""
        self._ended_with_other += len(pieces) - 1
        self._ended -= len(pieces) - 1
        self._waiting.extendleft(reversed(pieces))
        return True

    def _odd(self, line: bytes, body: bytes) -> None:
        values = self._splitter.split(body)
        if values.open_at is None:
            self._deliver(values, self._next_line(line), body)
        elif self._looked_in_vain > PATIENCE + self._taken:
            self._deliver(self._splitter.split(body, by_line=True), self._next_line(line), body)
        else:
            lead = len(line) - len(body) if self._end == b"\r" else 0
            self._open.begin(line, line[lead + values.open_at :], values)

    def _go_on(self) -> None:
        """Lines of a record whose quoted value is still open."""
        while self._waiting:
            line = self._waiting.popleft()
            self._open.lines.append(line)
            self._open.size += len(line) + 1
            if self._swallowed(line) or self._open.size > FURTHEST:
                self._read_by_line()
                return
            if b'"' in line.replace(b'""', b""):
                self._close(self._open.closed(line, self._body(line)))
                return
            self._open.tail.append(line)

    def _swallowed(self, line: bytes) -> bool:
        wide = self._separators + 1 >= SWALLOWED_WIDTH
        return wide and b'"' not in line and line.count(self._mark) == self._separators

    def _close(self, values: Values | None) -> None:
        if values is None:  # another value opens where this one ends
            return
        if BEHIND in values.odd:
            self._read_by_line()
            return
        line, lines = self.line, self._open.lines
        self.line += len(lines) - 1
        self._open.lines = []
        self._next_line(lines[-1])
        self._deliver(values, line, None)

    def _read_by_line(self) -> None:
        """Read the first line of an open record by itself, and what came after it as lines of their own."""
        first, *rest = self._open.lines
        self._open.lines = []
        self._looked_in_vain += self._open.size
        self._waiting.extendleft(reversed(rest))
        body = self._body(first)
        self._deliver(self._splitter.split(body, by_line=True), self._next_line(first), body)

    def _refuse(self, kind: str, line: int, size: int | None = None) -> None:
        self.row += 1
        self._log.add(kind, self.row, line, size=size)

    def _deliver(self, found: Values, line: int, body: bytes | None) -> None:
        """A record that is not in strict form, or not of the right width."""
        values, width = found.values, self._separators + 1
        if self._too_long(values):
            self._refuse("long_cell", line)
            return
        surplus = values[width:]
        if any(surplus):
            self._refuse("surplus_values", line, len(values))
            return
        self.row += 1
        if surplus:
            self._log.add("surplus_empty", self.row, line)
        elif len(values) < width:
            self._log.add("short_line", self.row, line, size=len(values))
        for kind in sorted(found.odd):
            self._log.add(kind, self.row, line)
        if body is not None and any(self._other in outside for outside in body.split(b'"')[::2]):
            self._log.add("carriage_return_in_value", self.row, line)
        readable = self._readable(values[:width], line)
        self._out.add_line(self.row, line, written(readable, self._mark) + self._mark * (width - len(readable)))

    def _too_long(self, values: list[bytes]) -> bool:
        size = sum(map(len, values))
        if size > LONGEST_RECORD or max(map(len, values)) > self._limits.max_cell_bytes:
            return True
        return size > LONGEST_RECORD // 2 and len(written(values, self._mark)) > LONGEST_RECORD

    def _readable(self, values: list[bytes], line: int) -> list[bytes]:
        """The values in UTF-8; what is wrong with their characters is reported."""
        whole = b"".join(values)
        if b"\0" in whole:
            self._log.add("nul_character", self.row, line)
        if whole.isascii():
            return values
        if self._layout.encoding in UTF_16:
            if REPLACEMENT in whole:
                self._log.add("broken_utf_16", self.row, line)
            return values
        read = [text_of(value) for value in values]
        if any(wrong for _, wrong in read):
            self._log.add("mixed_encoding", self.row, line)
        else:
            self._saw_utf_8 = True
        return [text.encode() for text, _ in read]

    def faults(self) -> Iterator[StructureFault]:
        """What is wrong with the file as a whole, and then with its records."""
        table, layout = self._log.table, self._layout
        if not self._saw_utf_8:
            self._log.rename("mixed_encoding", "windows_1252")
        if layout.new_line == "\r":
            yield fault("carriage_return", table)
        alike = max(self._ended_with_both, self._ended - self._ended_with_both)
        otherwise = max(self._ended - alike, 0) + self._ended_with_other
        if otherwise:
            yield fault("mixed_line_ends", table, count=otherwise)
        if self._blank:
            yield fault("blank_lines", table, count=self._blank)
        if not self.row:
            yield fault("no_records", table)
        yield from self._log.faults(limit=f"{self._limits.max_cell_bytes:,}", width=str(layout.width))


class OpenRecord:
    """A record whose last value so far is opened and not closed: its lines, the values before it, and the value."""

    def __init__(self, splitter: Splitter, end: bytes) -> None:
        self.lines: list[bytes] = []
        self.tail: list[bytes] = []
        self.size = 0
        self._splitter, self._end = splitter, end
        self._values: list[bytes] = []
        self._odd: frozenset[str] = frozenset()

    def begin(self, line: bytes, tail: bytes, before: Values) -> None:
        """`line` opens a value, which begins with `tail`."""
        self.lines, self.tail, self.size = [line], [tail], len(line)
        self._values, self._odd = list(before.values), before.odd

    def closed(self, line: bytes, body: bytes) -> Values | None:
        """The record's values if its next line closes it; None if another value is open at the end of that line."""
        text = self._end.join([*self.tail, body])
        found = self._splitter.split(text)
        self._values += found.values
        self._odd |= found.odd
        if found.open_at is not None:
            self.tail = [text[found.open_at :] + (line[len(body) :] if self._end == b"\n" else b"")]
            return None
        return Values(self._values, self._odd)
