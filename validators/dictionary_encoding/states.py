"""The states of the columns of a file in one thread that encodes it."""

from __future__ import annotations

import ctypes
import secrets
from typing import TYPE_CHECKING, Final

from validators.dictionary_encoding.arrow_stream import Values
from validators.dictionary_encoding.blocks import Block, TextPlaces, checked
from validators.dictionary_encoding.library import LEFT_OUT, NUMBERED, PADDING, TEXT, VALUE, Column, loaded
from validators.dictionary_encoding.memory import Laid, memory

if TYPE_CHECKING:
    from collections.abc import Sequence

#: distinct values of a column, the blank one counted, at most; and bytes of those that are longer than 16
MOST: Final = 1 << 16
LONGER: Final = 1 << 20
#: slots that a column begins with
FEWEST_SLOTS: Final = 256


class States:
    """The states of all columns, and the memory that a block of text is read into. `kinds`: see `library`."""

    def __init__(self, kinds: Sequence[int], room: int, seeds: tuple[int, int] | None = None) -> None:
        self.kinds = tuple(kinds)
        self.seeds = seeds or (secrets.randbits(64) | 1, secrets.randbits(64) | 1)
        self.room = room
        # a line end may be added to a block
        self.input = memory(room + 2 + PADDING)
        self.columns = (Column * len(kinds))()
        #: column → the new number of each of its numbers
        self._renumbered: dict[int, ctypes.Array[ctypes.c_uint16]] = {}
        self._lay_out()

    def _lay_out(self) -> None:
        laid = Laid()
        sizes = 2 * max(4 * MOST, FEWEST_SLOTS), VALUE * MOST, LONGER + PADDING
        asked = (place for place, kind in enumerate(self.kinds) if kind != LEFT_OUT)
        places = {place: [laid.add(size) for size in sizes] for place in asked}
        self._held = memory(laid.size)
        for column, kind in zip(self.columns, self.kinds, strict=True):
            column.kind, column.shaped = kind, kind == TEXT
            column.count, column.most, column.mask = 1, MOST, FEWEST_SLOTS - 1
            column.longer_most, column.seeds[:] = LONGER, self.seeds
        for place, offsets in places.items():
            column = self.columns[place]
            column.slots, column.values, column.longer = (self._held.address + offset for offset in offsets)

    def another(self) -> States:
        """New states of the same kinds, for another thread."""
        return States(self.kinds, self.room, self.seeds)

    def encode(self, length: int, rows: int, delimiter: str, new_line: str) -> Block | None:
        """Encode the block that was read, of so many bytes and records; None where it is not strict."""
        block = self._block(length, rows)
        done = loaded().plusmds_encode(
            self.input.address, length, ord(delimiter), len(new_line), len(self.kinds), self.columns, rows
        )
        return block if done == rows else None

    def _block(self, length: int, rows: int) -> Block:
        laid, bits = Laid(), rows // 8 + 1
        numbers = {place: laid.add(2 * rows) for place, kind in enumerate(self.kinds) if kind != LEFT_OUT}
        sizes = bits, 4 * (rows + 1), length + PADDING, bits, 8 * rows
        text = {
            place: TextPlaces(*(laid.add(size) for size in sizes))
            for place, kind in enumerate(self.kinds)
            if kind == TEXT
        }
        held = memory(laid.size)
        for place, offset in numbers.items():
            self.columns[place].numbers = held.address + offset
        for place, at in text.items():
            column, base = self.columns[place], held.address
            column.present, column.ends, column.text = base + at.present, base + at.ends, base + at.text
            column.whole, column.wholes = base + at.whole, base + at.wholes
        return Block(rows, held, numbers, text)

    def has_numbers(self, place: int) -> bool:
        """Whether the values of a column, or the shapes of its texts, are numbered."""
        column = self.columns[place]
        return column.kind == NUMBERED or (column.kind == TEXT and bool(column.shaped))

    def merge(self, other: States) -> None:
        """Number the values of another thread too, which learns the numbers."""
        for place in range(len(self.kinds)):
            if self.has_numbers(place) and other.has_numbers(place):
                theirs = other.columns[place]
                numbers = (ctypes.c_uint16 * theirs.count)()
                loaded().plusmds_merge(ctypes.byref(self.columns[place]), ctypes.byref(theirs), numbers)
                other._renumbered[place] = numbers
            else:
                self.columns[place].shaped = 0

    def renumber(self, block: Block) -> None:
        """Give what a block of these states has the numbers that it was merged under."""
        for place, numbers in self._renumbered.items():
            at = block.held.address + block.numbers[place]
            checked(loaded().plusmds_renumber(at, block.rows, numbers, len(numbers)))

    def distinct(self, place: int) -> Values:
        """What the numbers of a column stand for: text, the blank one first."""
        column, laid = self.columns[place], Laid()
        present, ends = laid.add(column.count // 8 + 1), laid.add(4 * (column.count + 1))
        text = laid.add(16 * column.count + column.longer_used + PADDING)
        held = memory(laid.size)
        loaded().plusmds_values(ctypes.byref(column), held.address + text, held.address + ends)
        held.view(present, ends - present)[:] = b"\xfe" + b"\xff" * (ends - present - 1)
        base = held.address
        return Values("u", column.count, (base + present, base + ends, base + text), held)
