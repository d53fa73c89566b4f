"""What an engine reads: one table of a submission, complete, with row and line of every record."""

from __future__ import annotations

import abc
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from schema.dataset import Dataset
    from validators.dictionary_encoding.blocks import Encoded

Key = bytes
Record = dict[str, str | None]
Severity = Literal["error", "warning", "info"]
Action = Literal["file", "record", "none"]

#: the first two columns of a scan file that carries its own row and line numbers
ROW_COLUMNS = ("_row", "_line")
#: the mark of what a JSON file holds and a text file cannot: an empty text, or a value of another type
JSON_MARK = "\ufdd0"
JSON_EMPTY = JSON_MARK + "empty"


@dataclass(frozen=True, slots=True)
class TableShape:
    """What a reader has to know of a table. `defaulted` are items whose absent column has a meaning of its own."""

    name: str
    number: str
    items: tuple[str, ...]
    mandatory: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    integer_items: tuple[str, ...] = ()
    list_items: tuple[str, ...] = ()
    defaulted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StructureFault:
    """Something wrong with the file rather than with a value: one cause, its exact count, a few of its places.

    `check` is the end of the derived rule id: `PMD001.` + `file.short_lines`. `row` and `line` are those of the first
    place. `received` never holds a value of the data; it may hold names of columns. `count` counts records, or columns,
    or lines, as `received` says. Of a file that a mapping reads, `file` is the name and `columns` are those at fault.
    `unread`: private names of columns of the scan file that are no items → their names as received.
    """

    check: str
    table: str
    kind: str
    received: str
    expected: str
    suggestion: str
    severity: Severity
    action: Action
    row: int | None = None
    line: int | None = None
    items: tuple[str, ...] = ()
    count: int = 1
    sample_rows: tuple[tuple[int, int | None], ...] = ()
    file: str = ""
    columns: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Census:
    """An independent count of the records.

    `records` is what scanning the scan file must give; `refused` records are in the file as received and not in the
    scan file. Where `simple` is false the file must not be scanned in place, and `records` counts as far as it went.
    """

    records: int
    refused: int = 0
    simple: bool = True
    reason: str = ""

    @property
    def received(self) -> int:
        """Records of the file as received: the highest row."""
        return self.records + self.refused


@dataclass(frozen=True, slots=True)
class Digest:
    """What a file is known by. `key` is 32 bytes that follow from the content and cannot be had from `sha256`."""

    sha256: str
    key: Key


@dataclass(kw_only=True)
class Source(abc.ABC):
    """One table. `columns` names the data columns of the scan file in order: items of the table, or private names
    (`_ignored_3`) for columns that are none. Row is the ordinal of the record from 1, refused ones counted; line is
    the physical line on which it starts (None where the format has no lines).

    `in_place`: the scan file is the file as received and may be scanned while the census still runs. Where that is
    false on a source whose census is not simple, nothing but `repaired()` can be scanned.
    """

    table: str
    name: str
    format: str
    bytes: int
    scan_path: Path
    columns: tuple[str, ...]
    digest: Callable[[], Digest] = field(repr=False)
    shape: TableShape | None = None
    scan_kind: Literal["csv", "parquet"] = "csv"
    delimiter: str = ","
    new_line: str = "\n"
    explicit_rows: bool = False
    in_place: bool = False
    faults: tuple[StructureFault, ...] = ()

    @property
    def sha256(self) -> str:
        """SHA-256 of the file as received, in hexadecimal. Waits until the file has been read once."""
        return self.digest().sha256

    @property
    def key_digest(self) -> Key:
        """What row keys are made with. Waits until the file has been read once."""
        return self.digest().key

    @cached_property
    def items(self) -> tuple[str, ...]:
        """The keys of a record: all items of the table, or every column where no table is known."""
        return self.shape.items if self.shape else self.columns

    @abc.abstractmethod
    def census(self) -> Census:
        """The independent count; waits for it. Raises InputError where the file is over a limit."""

    @abc.abstractmethod
    def repaired(self) -> Source:
        """The same records in a scan file that is strictly well formed; itself where it is one already.

        Its faults are the whole list, those of `self` among them.
        """

    @abc.abstractmethod
    def records(self) -> Iterator[tuple[int, int | None, Record]]:
        """Every record in plain Python: row, line, item → text as received (None: empty)."""

    @abc.abstractmethod
    def fetch(self, rows: Collection[int]) -> dict[int, tuple[int | None, Record]]:
        """The records of a few rows in one pass; rows that are refused or not there are left out."""

    def encode(self, threads: int) -> None:
        """Begin to encode the items of the file, where that can be done, with so many threads."""
        del threads

    def encoded(self) -> Encoded | None:
        """The encoded file, once, where `encode` has begun with it; None where it has to be scanned."""
        return None

    def copy_rows(self, rows: Iterable[int], path: Path) -> bool:
        """Copy ascending rows of the scan file, under its first line, into another file; False: it cannot."""
        del rows, path
        return False

    @abc.abstractmethod
    def line_numbers(self, rows: Iterable[int]) -> Iterator[int | None]:
        """The line of each row; `rows` ascend. Streams."""

    @abc.abstractmethod
    def relation(self) -> str:
        """The scan file as a FROM item of DuckDB: `_row` and `_line` where explicit, then `columns`, all text."""

    def filled(self, columns: Collection[str]) -> frozenset[str]:
        """Those of the private columns in which some record has more than spaces; reads until all are found.

        A column that is not in the scan file counts as filled.
        """
        sought = set(self.columns).intersection(columns)
        for _, _, record in replace(self, shape=None).records() if sought else ():
            sought -= {name for name in sought if (record[name] or "").strip()}
            if not sought:
                break
        return frozenset(columns) - sought

    def fault_rows(self) -> Iterator[tuple[str, str, int, int | None]]:
        """Every place of every fault that concerns records: check, kind, row, line, in file order."""
        return iter(())

    def close(self) -> None:  # noqa: B027  most sources have nothing to stop
        """Stop what still reads the file."""

    def record(self, values: Sequence[str | None]) -> Record:
        """One record out of the values of a line of the scan file."""
        record: Record = dict.fromkeys(self.items)
        for place, name in self._kept:
            record[name] = values[place] or None
        return record

    @cached_property
    def _kept(self) -> tuple[tuple[int, str], ...]:
        items = frozenset(self.items)
        return tuple((place, name) for place, name in enumerate(self.columns) if name in items)


def shapes_of(dataset: Dataset) -> dict[str, TableShape]:
    """What readers have to know of each table."""
    return {
        name: TableShape(
            name=name,
            number=table.number,
            items=table.item_names,
            mandatory=tuple(i.name for i in table.items if i.mandation == "M"),
            required=tuple(i.name for i in table.items if i.mandation == "R"),
            integer_items=tuple(i.name for i in table.items if i.data_type.kind == "integer"),
            list_items=tuple(i.name for i in table.items if i.data_type.kind == "list"),
            defaulted=tuple(i.name for i in table.items if i.column_absent),
        )
        for name, table in dataset.tables.items()
    }
