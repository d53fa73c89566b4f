"""Parquet: scanned where it lies, each column turned into the text that a CSV file would hold."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import duckdb

from validators.errors import InputError
from validators.readers.columns import match_columns, own_names, shown
from validators.readers.faults import fault
from validators.readers.scan import scan_name, text
from validators.readers.staging import StagedSource, StageWriter
from validators.source import Census, Record, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from validators.readers.opening import Opening
    from validators.source import StructureFault, TableShape

MEMORY: Final = "1GB"
ROWS: Final = 10_000
INTEGERS: Final = re.compile("U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")
NUMBERS: Final = re.compile(r"FLOAT|DOUBLE|DECIMAL.*")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: its name there, its type there, and the name that it has here."""

    stored: str
    type: str
    name: str

    def expression(self) -> str | None:
        """The column as text in SQL; None for a type that has no plain text."""
        stored = identifier(self.stored)
        written = f"CAST({stored} AS VARCHAR)"
        if self.type == "VARCHAR" or self.type.startswith("ENUM"):
            return f"nullif({written}, '')"
        if self.type == "VARCHAR[]":
            return f"nullif(array_to_string({stored}, '|'), '')"
        if self.type in {"DATE", "BOOLEAN", "UUID"} or INTEGERS.fullmatch(self.type):
            return written
        if NUMBERS.fullmatch(self.type):
            return f"regexp_replace({written}, '\\.0+$', '')"
        if self.type == "TIMESTAMP WITH TIME ZONE":
            return f"replace(CAST(make_timestamp(epoch_us({stored})) AS VARCHAR), ' ', 'T') || '+00:00'"
        if self.type.startswith("TIMESTAMP"):
            return f"regexp_replace(replace({written}, ' ', 'T'), 'T00:00:00$', '')"
        return None

    @property
    def kind(self) -> str:
        """What it holds, where that is not text or a date."""
        if INTEGERS.fullmatch(self.type):
            return "whole numbers"
        if NUMBERS.fullmatch(self.type):
            return "numbers"
        return "true or false" if self.type == "BOOLEAN" else ""


@dataclass(kw_only=True)
class ParquetSource(Source):
    """A Parquet file, scanned in place; its rows number themselves."""

    opening: Opening = field(repr=False)
    selected: str
    counted: int
    #: private name → a column that is no item
    unread: Mapping[str, Column] = field(default_factory=dict)

    def census(self) -> Census:
        """The count that the file itself keeps."""
        return Census(self.counted)

    def relation(self) -> str:
        """A subquery: row, no line, and each column as text."""
        return f"({self.selected})"

    def repaired(self) -> Source:
        """The records in a scan file; what cannot be read to its end is no submission."""
        return self._repaired

    @cached_property
    def _repaired(self) -> StagedSource:
        with StageWriter(self.opening.staged(self.table), self.columns) as out:
            for row, *values in self._rows(self.selected):
                out.add(row, None, [(value or "").encode() for value in values[1:]])
        return StagedSource(
            table=self.table,
            name=self.name,
            format=self.format,
            bytes=self.bytes,
            scan_path=out.path,
            columns=self.columns,
            digest=self.digest,
            shape=self.shape,
            faults=self.faults,
            marks=out.marks,
            counted=Census(out.records),
        )

    def records(self) -> Iterator[tuple[int, int | None, Record]]:
        """Every record, in the order of the file."""
        for row, *values in self._rows(f"{self.selected} ORDER BY file_row_number"):
            yield row, None, self.record(values[1:])

    def filled(self, columns: Collection[str]) -> frozenset[str]:
        """Those of the columns that no record holds in which some row has more than spaces."""
        asked = [name for name in columns if name in self.unread]
        values = (f"CAST({identifier(self.unread[name].stored)} AS VARCHAR)" for name in asked)
        counts = ", ".join(f"count(nullif(trim({value}), ''))" for value in values)
        with closing(connection(self.scan_path)) as database:
            query = f"SELECT {counts or 0} FROM read_parquet({text(str(self.scan_path))})"
            (found,) = _fetched(database, query, self.name)
        return frozenset(columns) - {name for name, count in zip(asked, found, strict=False) if not count}

    def fetch(self, rows: Collection[int]) -> dict[int, tuple[int | None, Record]]:
        """The records of a few rows."""
        wanted = ", ".join(str(row - 1) for row in sorted(set(rows))) or "-1"
        found = self._rows(f"{self.selected} WHERE file_row_number IN ({wanted})")
        return {row: (None, self.record(values[1:])) for row, *values in found}

    def line_numbers(self, rows: Iterable[int]) -> Iterator[int | None]:
        """There are no lines."""
        return (None for _ in rows)

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        with closing(connection(self.scan_path)) as database:
            yield from _fetched(database, query, self.name)


def identifier(name: str) -> str:
    """A name of SQL."""
    return '"' + name.replace('"', '""') + '"'


def connection(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection of its own that may read one file: what a crafted file does to it, it does to nothing else."""
    database = duckdb.connect(config={"threads": 2, "memory_limit": MEMORY})
    for statement in (
        f"SET allowed_paths = [{text(str(path))}]",
        "SET enable_external_access = false",
        "SET disabled_optimizers = 'in_clause'",
        "SET lock_configuration = true",
    ):
        database.execute(statement)
    return database


def _fetched(database: duckdb.DuckDBPyConnection, query: str, name: str) -> Iterator[tuple[Any, ...]]:
    try:
        cursor = database.execute(query)
        while rows := cursor.fetchmany(ROWS):
            yield from rows
    except duckdb.Error:  # its text quotes what is in the file
        raise InputError(
            f"{name}: the Parquet file is cut off or damaged, or written in an uncommon way. Write it anew."
        ) from None


def read(opening: Opening) -> Iterator[Source]:
    """Open a Parquet file: its columns and its count of rows are read."""
    table = opening.only_table
    shape = opening.shape(table)
    path = scan_name(opening.path, opening.workdir, table)
    scan = f"read_parquet({text(str(path))}, file_row_number = true)"
    with closing(connection(path)) as database:
        described = list(_fetched(database, f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {scan}", opening.name))
        ((rows,),) = _fetched(database, f"SELECT count(*) FROM {scan}", opening.name)
    _check_size(opening, len(described), rows)
    names = [row[0] for row in described]
    matched = match_columns(names, shape) if shape else own_names(names, table)
    items = frozenset(shape.items if shape else matched.names)
    found = [Column(row[0], row[1], name) for row, name in zip(described, matched.names, strict=True)]
    columns = [column for column in found if column.name in items and _readable(column, shape)]
    texts = [f"{column.expression()} AS {identifier(column.name)}" for column in columns]
    selected = ", ".join(["file_row_number + 1 AS _row", "CAST(NULL AS BIGINT) AS _line", *texts])
    empty = () if rows else (fault("no_records", table),)
    yield ParquetSource(
        table=table,
        name=opening.name,
        format="parquet",
        bytes=opening.bytes,
        scan_path=path,
        scan_kind="parquet",
        columns=tuple(column.name for column in columns),
        digest=opening.digesting().result,
        shape=shape,
        explicit_rows=True,
        in_place=True,
        faults=(*opening.faults, *matched.faults, *_type_faults(found, shape, table), *empty),
        opening=opening,
        selected=f"SELECT {selected} FROM {scan}",
        counted=rows,
        unread={column.name: column for column in found if column.name not in items},
    )


def _check_size(opening: Opening, columns: int, rows: int) -> None:
    limits = opening.limits
    if columns > limits.max_columns:
        raise opening.refused(
            f"it has {columns:,} columns, and at most {limits.max_columns:,} are read. "
            "Send the columns of the data set alone."
        )
    if limits.max_rows is not None and rows > limits.max_rows:
        raise opening.refused(f"it has more than {limits.max_rows:,} records.")


def _readable(column: Column, shape: TableShape | None) -> bool:
    lists = shape.list_items if shape else (column.name,)
    return column.expression() is not None and (column.type != "VARCHAR[]" or column.name in lists)


def _type_faults(columns: list[Column], shape: TableShape | None, table: str) -> Iterator[StructureFault]:
    if shape is None:
        return
    known = [column for column in columns if column.name in shape.items]
    nested = [column for column in known if not _readable(column, shape)]
    if nested:
        items = tuple(column.name for column in nested)
        what = f"nested or binary values in the columns {shown(items)}"
        yield fault("nested_column", table, items=items, count=len(items), what=what)
    for kind in ("whole numbers", "numbers", "true or false"):
        items = tuple(column.name for column in known if column.kind == kind and not _whole(column, shape))
        if items:
            yield fault(
                "column_type", table, items=items, count=len(items), what=f"{kind} in the columns {shown(items)}"
            )


def _whole(column: Column, shape: TableShape) -> bool:
    return column.name in shape.integer_items and column.kind != "true or false"
