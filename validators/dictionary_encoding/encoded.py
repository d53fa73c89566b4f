"""Encoding a CSV file: for each column the numbers of its values, or the values where nearly all are distinct."""

from __future__ import annotations

import ctypes
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

from validators.dictionary_encoding.blocks import Block, Encoded
from validators.dictionary_encoding.library import LEFT_OUT, NUMBERED, TEXT, library, loaded
from validators.dictionary_encoding.states import States

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from validators.dictionary_encoding.arrow_stream import Values
    from validators.dictionary_encoding.memory import Memory

#: bytes of text that are encoded together: its numbers fit into the cache of a core
BLOCK: Final = 4 << 20
#: from so many rows on the first block tells which columns are text: those with so large a share of distinct values
TELLING: Final = 4096
DISTINCT: Final = 0.75


#: what is raised where there is not enough of something: memory, threads, or the rest of a file
SHORT: Final = (MemoryError, OSError, RuntimeError)


class Stop(Protocol):
    """Asked whether to stop early."""

    def is_set(self) -> bool:
        """Whether to stop."""
        ...


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How a strict CSV file is written: how many columns, what stands between values, and how lines end."""

    width: int
    delimiter: str = ","
    new_line: str = "\n"


def encode(path: Path, form: CsvForm, asked: Collection[int], threads: int, stop: Stop | None = None) -> Encoded | None:
    """Encode the columns at the places `asked` of a CSV file whose first line has the names.

    None where there is no library or no memory, or where the file is not strict or cannot be read: all that is settled
    elsewhere too, where somebody can be told.
    """
    if library() is None:
        return None
    with suppress(*SHORT):
        return _encoded(path, form, asked, threads, stop)
    return None


def _encoded(path: Path, form: CsvForm, asked: Collection[int], threads: int, stop: Stop | None) -> Encoded | None:
    kinds = tuple(NUMBERED if place in asked else LEFT_OUT for place in range(form.width))
    for _ in range(len(asked) + 1):
        with path.open("rb", buffering=0) as file:
            run = _Run(file, form, stop)
            if not run.encode(kinds, threads):
                return None
        overfull = run.overfull()
        if not overfull:
            return run.result()
        kinds = tuple(TEXT if place in overfull else kind for place, kind in enumerate(run.kinds))
    return None


@dataclass
class _Run:
    """One pass over the file."""

    file: BinaryIO
    form: CsvForm
    stop: Stop | None
    #: by the order in which they stand in the file, with the states of the thread that encoded them
    blocks: dict[int, tuple[Block, States]] = field(default_factory=dict)
    states: list[States] = field(default_factory=list)
    failed: bool = False
    _carry: bytes = b""
    _ended: bool = False
    _taken: int = 0
    _reading: threading.Lock = field(default_factory=threading.Lock)

    @property
    def kinds(self) -> tuple[int, ...]:
        """What is made of each column."""
        return self.states[0].kinds

    def encode(self, kinds: tuple[int, ...], threads: int) -> bool:
        """Encode every block; False where one is not strict."""
        self._skip_names()
        first = States(kinds, BLOCK)
        taken = self._next(first)
        if taken is not None:
            first = self._told(first, *taken[1:])
        self.states = [first, *(first.another() for _ in range(threads - 1))]
        others = [threading.Thread(target=self._work, args=(states,), daemon=True) for states in self.states[1:]]
        started: list[threading.Thread] = []
        try:
            for thread in others:
                thread.start()
                started.append(thread)
            if taken is not None:
                self._encode(first, *taken)
                self._work(first)
        except BaseException:
            self.failed = True
            raise
        finally:
            for thread in started:
                thread.join()
        return not self.failed and len(self.blocks) == self._taken

    def _skip_names(self) -> None:
        names = b""
        while b"\n" not in names:
            more = self.file.read(BLOCK)
            if not more:
                self.failed = True
                return
            names += more
        self._carry = names[names.index(b"\n") + 1 :]

    def _told(self, states: States, length: int, rows: int) -> States:
        """The states to begin with, once the first block has told which columns are text."""
        if rows < TELLING:
            return states
        trial = states.another()
        trial.input.view(0, length)[:] = states.input.view(0, length)
        trial.encode(length, rows, self.form.delimiter, self.form.new_line)
        kinds = [
            TEXT if column.kind == NUMBERED and column.count > DISTINCT * rows else kind
            for column, kind in zip(trial.columns, states.kinds, strict=True)
        ]
        told = States(kinds, BLOCK)
        told.input.view(0, length)[:] = states.input.view(0, length)
        return told

    def _work(self, states: States) -> None:
        try:
            while (taken := self._next(states)) is not None:
                self._encode(states, *taken)
        except Exception:  # noqa: BLE001 - a block is missing, whatever the reason: the file is read in another way
            self.failed = True

    def _encode(self, states: States, number: int, length: int, rows: int) -> None:
        block = states.encode(length, rows, self.form.delimiter, self.form.new_line)
        if block is None:
            self.failed = True
        else:
            self.blocks[number] = block, states

    def _next(self, states: States) -> tuple[int, int, int] | None:
        """Read the next block into the memory of some states: its place among the blocks, its bytes and its rows."""
        with self._reading:
            if self._ended or self.failed or (self.stop is not None and self.stop.is_set()):
                self.failed = self.failed or not self._ended
                return None
            length = self._read(states.input)
            rows = ctypes.c_int64()
            whole = loaded().plusmds_whole(states.input.address, length, ctypes.byref(rows))
            self._carry = bytes(states.input.view(whole, length - whole))
            # a record that does not fit, or what is left at the end, stands behind a quotation mark that is not closed
            if self._carry and (self._ended or not whole):
                self.failed = True
            if not whole:
                return None
            self._taken += 1
            return self._taken - 1, whole, rows.value

    def _read(self, into: Memory) -> int:
        """The carried bytes and as many more as there are and fit."""
        have = len(self._carry)
        into.view(0, have)[:] = self._carry
        while have < BLOCK:
            more = self.file.readinto(into.view(have, BLOCK - have))  # type: ignore[attr-defined]  it is unbuffered
            if not more:
                self._ended = True
                return self._end(into, have)
            have += more
        return have

    def _end(self, into: Memory, have: int) -> int:
        """Give the last line its end, and take blank lines away from behind it: they are no records."""
        ending = self.form.new_line.encode()
        if have and into.held[have - 1] != ord("\n"):
            into.view(have, len(ending))[:] = ending
            return have + len(ending)
        while into.held[max(have - 2 * len(ending), 0) : have] == ending * 2:
            have -= len(ending)
        return have

    def overfull(self) -> frozenset[int]:
        """The columns with more distinct values than can be numbered. Makes the numbers of all threads the same."""
        merged = self.states[0]
        for other in self.states[1:]:
            merged.merge(other)
        for block, states in self.blocks.values():
            states.renumber(block)
        asked = [place for place, kind in enumerate(self.kinds) if kind == NUMBERED]
        return frozenset(place for place in asked if not all(states.has_numbers(place) for states in self.states))

    def result(self) -> Encoded:
        """What came of it."""
        blocks = [self.blocks[number][0] for number in sorted(self.blocks)]
        merged = self.states[0]
        found: dict[int, dict[int, Values]] = {NUMBERED: {}, TEXT: {}}
        for place, kind in enumerate(self.kinds):
            if merged.has_numbers(place):
                found[kind][place] = merged.distinct(place)
        asked = (place for place, kind in enumerate(self.kinds) if kind != LEFT_OUT)
        filled = frozenset(place for place in asked if not any(states.columns[place].blank for states in self.states))
        return Encoded(blocks, found[NUMBERED], found[TEXT], filled)
