"""Opening files for the tests of the readers, and scanning what they give with DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from validators.limits import Limits
from validators.source import TableShape
from validators.submission import open_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from validators.source import Record, Source, StructureFault

Rows = list[tuple[int, int | None, "Record"]]

ABC = TableShape("person", "001", ("a", "b", "c"), mandatory=("a",), required=("b",))


def opened(path: Path, shape: TableShape | None = ABC, limits: Limits | None = None) -> Source:
    """A file opened as one table, in a work folder of its own."""
    workdir = path.parent / f"{path.name}.work"
    workdir.mkdir()
    return open_table(path, workdir=workdir, shape=shape, limits=limits)


def csv_file(folder: Path, content: bytes, name: str = "person.csv") -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content)
    return path


def whole(source: Source) -> Source:
    """What an engine ends up with: the file in place, or rewritten."""
    return source if source.census().simple else source.repaired()


def scanned(source: Source, threads: int = 2) -> Rows:
    """What DuckDB reads, in the form of `records()`; the line is known only where the scan file holds it."""
    with duckdb.connect(config={"threads": threads}) as connection:
        rows = connection.execute(f"SELECT * FROM {source.relation()}").fetchall()
    if not source.explicit_rows:
        rows = [(at, None, *row) for at, row in enumerate(rows, 1)]
    return [(row, line, source.record(values)) for row, line, *values in rows]


def agrees(source: Source, threads: int = 2) -> Rows:
    """The records of a source, once DuckDB, the census, `fetch` and `line_numbers` have said the same of them."""
    records = list(source.records())
    found = scanned(source, threads)
    assert [(row, values) for row, _, values in found] == [(row, values) for row, _, values in records]
    assert source.census().records == len(records)
    rows = [row for row, _, _ in records]
    assert list(source.line_numbers(rows)) == [line for _, line, _ in records]
    assert source.fetch(rows) == {row: (line, values) for row, line, values in records}
    if source.explicit_rows:
        assert [line for _, line, _ in found] == [line for _, line, _ in records]
    return records


def kinds(source: Source) -> list[str]:
    """The faults by kind."""
    return [fault.kind for fault in source.faults]


def fault_of(source: Source, kind: str) -> StructureFault:
    """The one fault of a kind."""
    (found,) = [fault for fault in source.faults if fault.kind == kind]
    return found


def values(records: Rows) -> list[tuple[str | None, ...]]:
    """The values alone."""
    return [tuple(record.values()) for _, _, record in records]


def lines(rows: Sequence[str], names: str = "a,b,c") -> bytes:
    """A file of these lines."""
    return "".join(f"{row}\n" for row in (names, *rows)).encode()
