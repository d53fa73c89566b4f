"""Faults while they are collected: one for each cause, with its exact count and a few places."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from validators.readers.fault_kinds import FAULT_KINDS
from validators.source import StructureFault
from validators.tally import SAMPLES, sample_rank

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Place = tuple[int, int | None]
#: places of faults that are held before they are written out
HELD = 10_000


def counted(count: int) -> dict[str, str]:
    """How many, with each noun that a text may use."""
    one = count == 1
    return {noun: f"{count:,} {noun[:-1] if one else noun}" for noun in ("records", "lines", "cells", "columns")}


#: marks in the text of a kind that stand for a number of records, or of what stands in them
_COUNTS = ("{records}", "{lines}", "{cells}")


def counts_records(found: StructureFault) -> bool:
    """Whether a fault says how many records, lines or cells have it."""
    return any(mark in FAULT_KINDS[found.kind].received for mark in _COUNTS)


def without_number(found: StructureFault) -> StructureFault:
    """A fault that counts records, with no word of how many or which: "some records"."""
    received = found.received
    for noun, many in counted(found.count).items():
        received = received.replace(many, f"some {noun}")
    return replace(found, received=received, row=None, line=None, sample_rows=())


def fault(
    kind: str, table: str, *, items: tuple[str, ...] = (), count: int = 1, line: int | None = None, **words: str
) -> StructureFault:
    """A fault of the file or of a column, which has no rows of its own."""
    known = FAULT_KINDS[kind]
    words = {**counted(count), **words}
    return StructureFault(
        known.check, table, kind, known.received.format(**words), known.expected.format(**words),
        known.suggestion.format(**words), known.severity, known.action, line=line, items=items, count=count,
    )  # fmt: skip


@dataclass(slots=True)
class Gathered:
    """One cause so far."""

    first: Place
    count: int = 0
    low: int | None = None
    high: int | None = None
    places: list[Place] = field(default_factory=list)
    items: dict[str, None] = field(default_factory=dict)

    def add(self, place: Place, size: int | None, item: str | None) -> None:
        """Count one record, or one cell."""
        self.count += 1
        if item is not None:
            self.items[item] = None
        self.places.append(place)
        if len(self.places) > 64 * SAMPLES:
            self.places = self.spread()
        if size is not None:
            self.low = size if self.low is None else min(self.low, size)
            self.high = size if self.high is None else max(self.high, size)

    def size(self) -> str:
        """The sizes seen, from least to most."""
        return f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"

    def spread(self) -> list[Place]:
        """The places whose rows every engine would pick as samples."""
        return sorted(set(self.places), key=lambda place: sample_rank(place[0]))[:SAMPLES]


class FaultLog:
    """Collects the faults of records of one table; all places go to a file of their own, a few stay in memory."""

    def __init__(self, table: str, path: Path, **words: str) -> None:
        self.table = table
        self._path = path
        self._words = words
        self._gathered: dict[str, Gathered] = {}
        self._held: list[str] = []
        self._renamed: dict[str, str] = {}

    def rename(self, kind: str, name: str) -> None:
        """Call a cause by another name, now that the whole file is known."""
        self._renamed[kind] = name

    def add(self, kind: str, row: int, line: int | None, *, size: int | None = None, item: str | None = None) -> None:
        """One record at fault, or one cell where `item` is given. `size` is what {size} speaks of."""
        place = (row, line)
        if kind not in self._gathered:
            self._gathered[kind] = Gathered(place)
        self._gathered[kind].add(place, size, item)
        self._held.append(f"{kind} {row} {line or ''}\n")
        if len(self._held) >= HELD:
            self._write()

    def count(self, kind: str) -> int:
        """Records with this fault so far."""
        return self._gathered[kind].count if kind in self._gathered else 0

    def faults(self, **words: str) -> tuple[StructureFault, ...]:
        """One fault for each cause, in the order of the list of kinds."""
        return tuple(self._fault(kind, self._gathered[kind], words) for kind in FAULT_KINDS if kind in self._gathered)

    def _fault(self, kind: str, found: Gathered, words: dict[str, str]) -> StructureFault:
        kind = self._renamed.get(kind, kind)
        known = FAULT_KINDS[kind]
        texts = {**counted(found.count), "size": found.size(), **self._words, **words}
        return StructureFault(
            known.check,
            self.table,
            kind,
            known.received.format(**texts),
            known.expected.format(**texts),
            known.suggestion.format(**texts),
            known.severity,
            known.action,
            *found.first,
            tuple(found.items),
            found.count,
            tuple(sorted(found.spread())),
        )

    def _write(self) -> None:
        with self._path.open("a", encoding="ascii") as file:
            file.writelines(self._held)
        self._held.clear()

    def places(self) -> Iterator[tuple[str, str, int, int | None]]:
        """Every place: check, kind, row, line, in file order."""
        self._write()
        with self._path.open(encoding="ascii") as file:
            for text in file:
                written, row, line = text.rstrip("\n").split(" ")
                kind = self._renamed.get(written, written)
                yield FAULT_KINDS[kind].check, kind, int(row), int(line) if line else None
