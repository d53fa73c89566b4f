"""Plain Python reading of CSV in strict form: record by record, from any place at which one starts."""

from __future__ import annotations

import csv
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from validators.readers.census import Mark, Marks

# The module's own limit of 131,072 characters is below the longest value that a submission may hold.
csv.field_size_limit(1 << 30)


def raw_records(file: BinaryIO) -> Iterator[bytes]:
    """Records as bytes, line end and all. In strict form a record ends where its quotation marks are even."""
    for line in file:
        record = line
        while record.count(b'"') & 1:
            more = file.readline()
            if not more:
                break
            record += more
        yield record


def values_of(record: bytes, delimiter: str) -> list[str]:
    """The values of one record."""
    return next(csv.reader((record.decode("utf-8-sig"),), delimiter=delimiter), [])


def all_values(file: BinaryIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every record of a file with the line on which it starts; blank lines are none."""
    reader = csv.reader((line.decode() for line in file), delimiter=delimiter)
    line = 1
    for values in reader:
        if values:
            yield line, values
        line = reader.line_num + 1


def by_mark(rows: Iterable[int], marks: Marks) -> Iterator[tuple[Mark, list[int]]]:
    """Ascending rows grouped by the place from which they are best read."""
    for place, group in groupby(rows, marks.before):
        if place is not None:
            yield place, list(group)


def parts_with(file: BinaryIO, rows: Iterable[int], marks: Marks) -> Iterator[tuple[bytes, int, list[int]]]:
    """The parts of a file that hold some of ascending rows: each with the row with which it begins, and those rows."""
    ends = {one.offset: other.offset for one, other in pairwise(marks.marks)}
    for mark, wanted in by_mark(rows, marks):
        file.seek(mark.offset)
        end = ends.get(mark.offset)
        yield file.read() if end is None else file.read(end - mark.offset), mark.row, wanted
