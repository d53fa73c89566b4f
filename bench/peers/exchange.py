"""What every peer is given and has to answer. Standard library alone: it is imported in the environment of each peer.

A peer is run as `python with_NAME.py FILE SPECIFICATION ANSWER`, in a folder of its own.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Row = dict[str, str | None]


def given() -> tuple[Path, dict[str, Any]]:
    """The file to check, and what to check of it."""
    return Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf-8"))


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV; a blank cell is None."""
    with path.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            yield {name: value or None for name, value in row.items()}


class Tally:
    """Counts what was found: a fault is a column or a rule that a row breaks, once a row."""

    def __init__(self) -> None:
        self.rows = 0
        self.faulty_rows = 0
        self.faults: Counter[str] = Counter()

    def add(self, faults: Iterable[str]) -> None:
        """One row, and what is wrong with it."""
        self.rows += 1
        found = set(faults)
        self.faulty_rows += bool(found)
        self.faults.update(found)

    def add_pairs(self, rows: int, pairs: Iterable[tuple[int, str]]) -> None:
        """All rows at once: how many there are, and the number of a row with one of its faults, for each fault."""
        found = set(pairs)
        self.rows = rows
        self.faulty_rows = len({row for row, _ in found})
        self.faults.update(fault for _, fault in found)

    def answer(self) -> None:
        """Write what was found."""
        told = {"rows": self.rows, "faulty_rows": self.faulty_rows, "faults": self.faults}
        Path(sys.argv[3]).write_text(json.dumps(told), encoding="utf-8")
