"""The formats that a table may arrive in: one format a file, imported when a file of it arrives."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from validators.readers.opening import Opening
    from validators.source import Source

#: format → the module whose `read` opens a file of it, and yields a source for each table in it
READERS: Final[dict[str, str]] = {
    "csv": "validators.readers.csv",
    "parquet": "validators.readers.parquet",
    "ndjson": "validators.readers.ndjson",
    "json": "validators.readers.json",
    "xlsx": "validators.readers.xlsx",
}


def reader(format_name: str) -> Callable[[Opening], Iterator[Source]]:
    """The reader of a format."""
    return importlib.import_module(READERS[format_name]).read
