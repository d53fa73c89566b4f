"""In which items rows of one key differ, on DuckDB: asked only where some do, and of those rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators import terms
from validators.engines import duckdb_columns as columns
from validators.plan import column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validators.engines.duckdb_connection import Database
    from validators.engines.duckdb_rows import TableRows


@dataclass(frozen=True)
class Repeats:
    """The rows in `hits`: each shares its key with one that differs. `values`: how many are compared at once."""

    database: Database
    work: TableRows
    values: int

    def differing(self) -> dict[str, int]:
        """Item → keys whose rows differ in it; items in which none do are left out."""
        (rows,) = self.database.counts("SELECT count(*) FROM hits")
        names = [name for name in self.work.table.item_names if name not in self.work.table.key]
        self.work.read_received("repeats", "SELECT row FROM hits", self._columns(names))
        found: dict[str, int] = {}
        at_once = max(1, self.values // rows)
        for start in range(0, len(names), at_once):
            found |= self._counted(names[start : start + at_once])
        self.work.forget_received("repeats")
        return {name: count for name, count in found.items() if count}

    def _columns(self, names: Sequence[str]) -> dict[str, columns.sql.exp.Expr]:
        """The key and each item as a number; a blank is one too."""
        values = {f"value:{name}": terms.call("hash", column(name)) for name in names}
        return {"own": columns.hashed(self.work.table.key)} | values

    def _counted(self, names: Sequence[str]) -> dict[str, int]:
        differ = ", ".join(f'min("value:{name}") <> max("value:{name}") AS "{name}"' for name in names)
        asked = ", ".join(f'count_if("{name}")' for name in names)
        counts = self.database.counts(
            f"SELECT {asked} FROM (SELECT {differ} FROM repeats WHERE row IN (SELECT row FROM hits) GROUP BY own)"
        )
        return dict(zip(names, counts, strict=True))
