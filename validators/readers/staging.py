"""The scan file that a reader makes: strictly well formed CSV with `_row` and `_line` first, and the source on it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, Self

from validators.errors import InputError
from validators.readers.census import Mark, Marks
from validators.readers.rows import all_values, by_mark, raw_records, values_of
from validators.readers.scan import csv_relation
from validators.readers.values import written
from validators.source import ROW_COLUMNS, Census, Record, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from validators.readers.faults import FaultLog

#: bytes after which lines are written out, and the place remembered
PART: Final = 128 << 10


class StageWriter:
    """Writes a scan file. Rows ascend; refused records have no line in it.

    `most` bytes are written: short lines of a file with many columns could otherwise fill the disk with separators.
    """

    def __init__(self, path: Path, columns: Sequence[str], delimiter: str = ",", most: int | None = None) -> None:
        self.path = path
        self.marks = Marks()
        self.records = 0
        self._mark = delimiter.encode()
        self._most = most
        self._file: BinaryIO = path.open("wb")
        self._held: list[bytes] = []
        self._held_bytes = 0
        names = [on_one_line(name).encode("utf-8", "replace") for name in (*ROW_COLUMNS, *columns)]
        self._offset = self._file.write(written(names, self._mark) + b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write out what is held, and close the file."""
        if not self._file.closed:
            with self._file:
                self.flush()

    def add(self, row: int, line: int | None, values: list[bytes]) -> None:
        """One record; an empty value is a missing one."""
        self.add_line(row, line, written(values, self._mark))

    def add_line(self, row: int, line: int | None, values: bytes) -> None:
        """One record whose values are in strict form already."""
        if not self._held:
            self.marks.add(Mark(self._offset, row, inside=False))
        text = b"%d%b%b%b%b\n" % (row, self._mark, b"" if line is None else b"%d" % line, self._mark, values)
        self._held.append(text)
        self._held_bytes += len(text)
        self.records += 1
        if self._held_bytes >= PART:
            self.flush()

    def add_lines(self, row: int, line: int, lines: list[bytes]) -> None:
        """Records in strict form, one a line, numbered on from `row` and `line`."""
        self.flush()
        self.marks.add(Mark(self._offset, row, inside=False))
        mark, count = self._mark, len(lines)
        numbered = zip(range(row, row + count), range(line, line + count), lines, strict=True)
        self._offset += self._file.write(
            b"".join([b"%d%b%d%b%b\n" % (r, mark, n, mark, text) for r, n, text in numbered])
        )
        self.records += count

    def flush(self) -> None:
        """Write out what is held."""
        self._offset += self._file.write(b"".join(self._held))
        self._held.clear()
        self._held_bytes = 0
        if self._most is not None and self._offset > self._most:
            raise InputError(
                f"{self.path.name.partition('.')[0]}: nearly all lines of the file have far fewer values than there "
                "are column names. Check the separator, and that the first line belongs to the file."
            )


def on_one_line(name: str) -> str:
    """A column name without line breaks: by one within quotation marks DuckDB would cut the whole file into lines."""
    return name.replace("\r", " ").replace("\n", " ")


@dataclass(kw_only=True)
class StagedSource(Source):
    """A table in a scan file that a reader has made."""

    marks: Marks
    counted: Census
    log: FaultLog | None = None
    explicit_rows: bool = True

    def census(self) -> Census:
        """The count that the writer kept."""
        return self.counted

    def repaired(self) -> Source:
        """Itself: it is well formed as made."""
        return self

    def relation(self) -> str:
        """The scan file, with its numbers as integers."""
        return csv_relation(self.scan_path, (*ROW_COLUMNS, *self.columns), self.delimiter, integers=2)

    def records(self) -> Iterator[tuple[int, int | None, Record]]:
        """Every record of the scan file."""
        with self.scan_path.open("rb") as file:
            for at, (_, values) in enumerate(all_values(file, self.delimiter)):
                if at:
                    yield int(values[0]), int(values[1]) if values[1] else None, self.record(values[2:])

    def fetch(self, rows: Collection[int]) -> dict[int, tuple[int | None, Record]]:
        """The records of a few rows."""
        found = self.fetch_values(rows)
        return {row: (int(values[1]) if values[1] else None, self.record(values[2:])) for row, values in found}

    def fetch_values(self, rows: Collection[int]) -> Iterator[tuple[int, list[str]]]:
        """A few rows with the values of their lines, row and line first."""
        for mark, wanted in by_mark(sorted(set(rows)), self.marks):
            sought = frozenset(wanted)
            for row, record in self._numbered(mark.offset):
                if row in sought:
                    yield row, values_of(record, self.delimiter)
                if row >= wanted[-1]:
                    break

    def line_numbers(self, rows: Iterable[int]) -> Iterator[int | None]:
        """The lines of ascending rows; None for a row that is refused."""
        known = self._numbered(self.marks.marks[0].offset) if self.marks.marks else iter(())
        at, record = 0, b""
        for row in rows:
            while at < row:
                at, record = next(known, (sys.maxsize, b""))
            line = record.split(self.delimiter.encode(), 2)[1] if at == row else b""
            yield int(line) if line else None

    def fault_rows(self) -> Iterator[tuple[str, str, int, int | None]]:
        """Every place of every fault of the records."""
        return self.log.places() if self.log else iter(())

    def _numbered(self, offset: int) -> Iterator[tuple[int, bytes]]:
        mark = self.delimiter.encode()
        with self.scan_path.open("rb") as file:
            file.seek(offset)
            for record in raw_records(file):
                yield int(record[: record.index(mark)]), record
