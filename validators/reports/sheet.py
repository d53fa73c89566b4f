"""What a sheet of the workbook is made of. How it is written stands in `xlsx`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators.reports import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validators.finding import Shown


class Address(str):
    """A text that leads where it says: an address that `links` gave, never one that came in with the data."""

    __slots__ = ()


#: text, a count, a share (written as a percentage), or nothing
Cell = str | int | float | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and its width in characters."""

    heading: str
    width: int = 14


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a sheet of prose: a title, and lines of cells below headings where there are any.

    filtered: its rows can be filtered by their headings; a sheet can have one such block.
    """

    title: str
    rows: Sequence[Row]
    headings: tuple[str, ...] = ()
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    """A sheet that is read from the top, block by block. frozen: its first line stays in sight."""

    name: str
    widths: tuple[int, ...]
    blocks: Sequence[Block]
    wrapped: bool = False
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A sheet that is filtered and sorted: notes, one line of headings, rows."""

    name: str
    notes: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Sequence[Row]


Sheet = Prose | Listing


def figure(count: Shown | None) -> Cell:
    """A count as a number; as the other forms write it where it is none."""
    return count if isinstance(count, int) else words.number(count)


def share(rate: float | None) -> Cell:
    """A share as a number; as the other forms write it where it is none."""
    return float(rate) if rate is not None else words.percent(rate)
