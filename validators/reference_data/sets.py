"""Sets of reference data as rules and measures use them: rows in memory, or files that are read where they lie."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from validators.areas import nation_of
from validators.reference_data.kinds import SETS

if TYPE_CHECKING:
    from validators.reference_data.manifest import Manifest

#: one row as rules read it: every value as text, days as YYYY-MM-DD
Row = Mapping[str, str | None]
#: the rows of a set; a StoredSet is one of them
Rows = Iterable[Row]

YES = frozenset({"yes", "y", "true", "1"})
#: postcode areas (the letters that a postcode begins with) of the United Kingdom and the Crown Dependencies that a
#: directory has to hold for a postcode that it does not hold to be unknown: 124, less a few
WHOLE_DIRECTORY = 120
ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Part:
    """One loaded file: what its manifest says, and where it lies."""

    manifest: Manifest
    path: Path


@dataclass(frozen=True)
class StoredSet:
    """A set that lies in Parquet files. Iterating gives its rows as text; engines read the files themselves."""

    name: str
    parts: tuple[Part, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files."""
        return tuple(part.path for part in self.parts)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """What the manifests count, added up."""
        total = Counter[str]()
        for part in self.parts:
            total.update(part.manifest.counts)
        return total

    def relation(self) -> str:
        """The rows as a FROM item of DuckDB, in the columns and types of the kind.

        Of organisations that one file dates and another does not, the dated row counts alone.
        """
        dated = [part.path for part in self.parts if not part.manifest.counts.get("undated")]
        undated = [part.path for part in self.parts if part.manifest.counts.get("undated")]
        if not undated:
            return f"({self._select(dated)})"
        beside = f" WHERE code NOT IN (SELECT code FROM ({self._select(dated)}))" if dated else ""
        both = [self._select(dated)] if dated else []
        return f"({' UNION ALL '.join([*both, self._select(undated) + beside])})"

    def files(self) -> str:
        """The files as a FROM item, with every column that was stored."""
        return _files(self.paths)

    def _select(self, paths: Iterable[Path]) -> str:
        return f"SELECT {', '.join(_quoted(SETS[self.name].columns))} FROM {_files(paths)}"

    def __iter__(self) -> Iterator[Row]:
        import duckdb

        connection = duckdb.connect()
        try:
            cursor = connection.execute(f"SELECT * FROM {self.relation()}")
            names = tuple(SETS[self.name].columns)
            while batch := cursor.fetchmany(ROWS_AT_ONCE):
                for values in batch:
                    yield dict(zip(names, map(_text, values), strict=True))
        finally:
            connection.close()


def _files(paths: Iterable[Path]) -> str:
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{listed}])"


def _quoted(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def registers(row: Row) -> bool:
    """Whether patients can be registered with an organisation."""
    return (row.get("registers_patients") or "").lower() in YES


def counts_of(name: str, rows: Rows) -> Mapping[str, int]:
    """What decides which questions a set can answer, counted; as the manifests of stored sets have it.

    ods: `registering` and `others`. lsoa: nation and census year, as `E|2021`. Rows in memory are a whole directory.
    """
    if isinstance(rows, StoredSet):
        return rows.counts
    if name == "ods":
        return Counter("registering" if registers(row) else "others" for row in rows)
    if name == "lsoa":
        return Counter(f"{nation_of(row.get('code') or '')}|{row.get('vintage')}" for row in rows)
    return {"areas": WHOLE_DIRECTORY}
