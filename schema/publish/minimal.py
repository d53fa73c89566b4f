"""The minimal submission: a few rows a table that conform, to paste, to load and to start from."""

from __future__ import annotations

import csv
import functools
from pathlib import Path
from typing import TYPE_CHECKING

from schema.tables import TABLES

if TYPE_CHECKING:
    from schema.example import Row

FOLDER = Path(__file__).parent / "minimal"


def minimal_files(version: str) -> dict[str, str]:
    """The CSV text of each table."""
    return {table: (FOLDER / f"{table}.csv").read_text("utf-8").replace("{version}", version) for table in TABLES}


@functools.cache
def minimal_submission(version: str) -> dict[str, list[Row]]:
    """The rows of each table; a blank cell is None."""
    return {table: _rows(text) for table, text in minimal_files(version).items()}


def _rows(text: str) -> list[Row]:
    return [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(text.splitlines())]
