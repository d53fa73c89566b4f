"""Rows of the first reading that are alike in what most rules read, on DuckDB: counted together, and judged once.

That are truth values, which stand in bits, and codes. A file has few kinds of such rows beside its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from validators.bits import Bits

#: functions by which the text of a code is had of its number
_TEXT = frozenset({"chr", "list_extract"})


@dataclass(frozen=True)
class Alike:
    """Rows with `bits`. `codes`: the columns of codes."""

    bits: Bits
    codes: frozenset[str]

    def tells(self, condition: exp.Expr) -> bool:
        """Whether a condition reads nothing but bits and codes."""
        return all(read.name in self.codes or read.name in self.bits.truths for read in condition.find_all(exp.Column))

    def query(self, rows: str, conditions: Mapping[str, exp.Expr]) -> str:
        """A row for each kind of the rows of a view: its bits, the conditions by their names, how many there are
        (`alike`)."""
        words = ", ".join(f'"{word}"' for word in self.bits.words)
        codes = "".join(f", {key}" for key in self._keys(conditions.values()))
        counted = f"SELECT {words}{codes}, count(*) AS alike FROM {rows} GROUP BY ALL"
        read = {found.name for condition in conditions.values() for found in condition.find_all(exp.Column)}
        unpacked = "".join(f", {made.sql(dialect='duckdb')}" for made in self.bits.unpacked() if made.alias in read)
        judged = "".join(f', {made.sql(dialect="duckdb")} AS "{name}"' for name, made in conditions.items())
        return f"SELECT {words}, alike{judged} FROM (SELECT *{unpacked} FROM ({counted}))"

    def _keys(self, conditions: Iterable[exp.Expr]) -> Iterator[str]:
        """The codes that conditions read; where they ask only whether there is one, any code will do."""
        read: dict[str, bool] = {}
        for condition in conditions:
            for found in condition.find_all(exp.Column):
                if found.name in self.codes:
                    read[found.name] = read.get(found.name, True) and _is_blank(found)
        for name, blank in read.items():
            yield f'CASE WHEN "{name}" IS NOT NULL THEN 0 END AS "{name}"' if blank else f'"{name}"'


def _is_blank(read: exp.Expr) -> bool:
    """Whether it is only asked if the column is null, or the text of its code."""
    asked = read.parent
    while isinstance(asked, exp.Cast | exp.Paren | exp.Add) or (
        isinstance(asked, exp.Anonymous) and asked.name.lower() in _TEXT
    ):
        asked = asked.parent
    return isinstance(asked, exp.Is) and isinstance(asked.expression, exp.Null)


def summed(counts: Iterable[tuple[str, exp.Expr]], rows: str) -> str:
    """A query of how many of some rows there are (`rows`), and of how many a test is true, by the name of its count.

    `rows`: a query of kinds of rows, with how many there are of each (`alike`).
    """
    asked = ["coalesce(sum(alike), 0)::BIGINT AS rows"]
    for name, test in counts:
        asked.append(f'coalesce(sum(alike) FILTER (WHERE {test.sql(dialect="duckdb")}), 0)::BIGINT AS "{name}"')
    return f"SELECT {', '.join(asked)} FROM ({rows})"
