"""Where a table comes from that a mapping has made: what fills each item, and which record each row was made of."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators.finding import SourceColumn, SourceRow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from validators.source import StructureFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One reading of one file, which made the rows from `first` on. `columns`: what fills each item in them."""

    file: str
    first: int
    columns: Mapping[str, SourceColumn]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """One table. The passes that made rows stand in the order of their rows.

    `source_rows`: which rows of the files some rows of the table were made of; None where they are the same.
    """

    passes: tuple[Pass, ...]
    source_rows: Callable[[Collection[int]], Mapping[int, int]] | None = None

    def columns(self, item: str) -> tuple[SourceColumn, ...]:
        """What fills an item: one thing in one pass, and not always the same in all of them."""
        return tuple(dict.fromkeys(made.columns.get(item) or nothing(item) for made in self.passes))

    def filled_from(self, file: str, column: str) -> tuple[SourceColumn, ...]:
        """The items that a column of a file fills."""
        filled = dict.fromkeys(f for made in self.passes if made.file == file for f in made.columns.values())
        return tuple(found for found in filled if found.column == column)

    def place(self, row: int, source_row: int, items: Iterable[str]) -> SourceRow:
        """The record that a row was made of, with what fills the items there."""
        made = self.passes[bisect_right([made.first for made in self.passes], row) - 1]
        columns = tuple(made.columns.get(item) or nothing(item) for item in items)
        return SourceRow(file=made.file, row=source_row, columns=columns)


def nothing(item: str) -> SourceColumn:
    """An item that a mapping does not fill."""
    return SourceColumn(data_item=item, filled_with="nothing", file=None, column=None)


def columns_of_items(table: str, items: Iterable[str], origins: Mapping[str, Origins]) -> tuple[SourceColumn, ...]:
    """What fills the items that a finding on a table names; nothing is said of a table that no mapping made."""
    return tuple(found for item in items for found in _of_item(table, item, origins))


def _of_item(table: str, item: str, origins: Mapping[str, Origins]) -> Iterator[SourceColumn]:
    """An item of another table bears its name: `person.birth_date`."""
    other, dot, name = item.partition(".")
    origin = origins.get(other if dot else table)
    for found in origin.columns(name if dot else item) if origin else ():
        yield found.model_copy(update={"data_item": item})


def columns_of_fault(fault: StructureFault, origins: Mapping[str, Origins]) -> tuple[SourceColumn, ...]:
    """What the columns at fault fill, in every table: a fault of a file is told once, with one of its tables."""
    return tuple(found for column in fault.columns for found in _filled(fault, column, origins))


def _filled(fault: StructureFault, column: str, origins: Mapping[str, Origins]) -> list[SourceColumn]:
    filled = [
        found if table == fault.table else found.model_copy(update={"data_item": f"{table}.{found.data_item}"})
        for table, origin in origins.items()
        for found in origin.filled_from(fault.file, column)
    ]
    return filled or [SourceColumn(data_item=None, filled_with="column", file=fault.file, column=column)]


def row_of_fault(fault: StructureFault, row: int, origins: Mapping[str, Origins]) -> SourceRow | None:
    """The row of a file that is at fault; None where the table has the rows of that file."""
    origin = origins.get(fault.table)
    if origin is None or origin.source_rows is None or not fault.file:
        return None
    return SourceRow(file=fault.file, row=row, columns=())
