"""What is kept of an encoded file: blocks of rows, and what the numbers in them stand for."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators.dictionary_encoding.arrow_stream import Values
from validators.dictionary_encoding.library import loaded
from validators.dictionary_encoding.memory import memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from validators.dictionary_encoding.memory import Memory


@dataclass(frozen=True, slots=True)
class TextPlaces:
    """Where in a block the values of a column of text are: a bit a row that says whether there is one, where each ends,
    and the bytes; and the whole numbers that they are, with a bit for each that is one."""

    present: int
    ends: int
    text: int
    whole: int
    wholes: int


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of the file, in order. Column → the offsets in `held` of what is kept of it.

    `numbers` are 16 bits a row: of the value, or of the shape of a text.
    """

    rows: int
    held: Memory
    numbers: Mapping[int, int]
    text: Mapping[int, TextPlaces]

    def numbered(self, place: int, values: Values) -> Values:
        """A column of numbers, as what stands for each of them."""
        return Values("S", self.rows, (None, self.held.address + self.numbers[place]), self, values)

    def texts(self, place: int) -> Values:
        """A column of text."""
        at, base = self.text[place], self.held.address
        return Values("u", self.rows, (base + at.present, base + at.ends, base + at.text), self)

    def wholes(self, place: int) -> Values:
        """The whole numbers in a column of text: what is written as one is printed, with up to 18 digits."""
        at, base = self.text[place], self.held.address
        return Values("l", self.rows, (base + at.whole, base + at.wholes), self)

    def words(self, bits: Sequence[tuple[int, Values]]) -> Values:
        """A word of 32 bits for each row: those that belong to its numbers in some columns."""
        made = memory(4 * self.rows)
        for place, values in bits:
            numbers = self.held.address + self.numbers[place]
            checked(loaded().plusmds_set_bits(made.address, numbers, self.rows, values.buffers[1], values.length))
        return Values("I", self.rows, (None, made.address), made)


@dataclass(frozen=True, slots=True)
class Encoded:
    """All rows of a file. Columns are named by their place; those that were not asked for are left out.

    `distinct`: the values of a column by number, the blank one first. `shapes`: those of a column of text, where they
    are few: its values with every digit a 0, and every letter of ASCII an A or an a. `filled`: columns without a blank.
    """

    blocks: list[Block]
    distinct: Mapping[int, Values]
    shapes: Mapping[int, Values]
    filled: frozenset[int]

    @property
    def rows(self) -> int:
        """How many records there are."""
        return sum(block.rows for block in self.blocks)

    def taken(self) -> Iterator[Block]:
        """The blocks one after the other, and for the last time: each lives as long as somebody refers to it."""
        self.blocks.reverse()
        while self.blocks:
            yield self.blocks.pop()

    def counts(self, place: int) -> list[int]:
        """How many rows have each number of a column of numbers."""
        known = self.distinct[place].length
        rows = (ctypes.c_int64 * known)()
        for block in self.blocks:
            checked(loaded().plusmds_count(block.held.address + block.numbers[place], block.rows, rows, known))
        return list(rows)


def checked(fault: int) -> None:
    """A number that stands for nothing is a fault of this program."""
    if fault:
        raise AssertionError("a number of an encoded column stands for no value")
