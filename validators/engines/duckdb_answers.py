"""What is asked of the distinct values of an encoded column, once each: SQL in, values by number out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from validators.dictionary_encoding.answers import answers
from validators.dictionary_encoding.arrow_stream import Batch, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlglot import exp

    from validators.dictionary_encoding.arrow_stream import Values
    from validators.engines.duckdb_connection import Database
    from validators.layered import Origins

    #: (column of the file, name of what is asked of it)
    Asked = tuple[str, str]

#: distinct values of a column up to which it is asked together with others
MANY = 1024
_RELATION = "distinct_values"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, by number: laid out in memory, and as Python has it. `kind`: its type in DuckDB."""

    values: Values
    listed: Sequence[Any]
    kind: str

    @property
    def constant(self) -> str | None:
        """The SQL of the answer where the column holds nothing but blanks; None where it holds more."""
        (only,) = self.listed if len(self.listed) == 1 else (...,)
        return f"CAST({'NULL' if only is None else only} AS {self.kind})" if isinstance(only, int | None) else None


@dataclass
class Questions:
    """What is asked of columns by number. `distinct`: column → its values, or the shapes of its values."""

    database: Database
    origins: Origins
    distinct: Mapping[str, Values]
    #: columns that are nowhere blank: the answer for that is asked for by nobody
    filled: frozenset[str]
    asked: dict[Asked, list[exp.Expr]] = field(default_factory=dict)

    def answers(self) -> dict[Asked, Answer]:
        """Every answer; those of a type without a layout are left out. Several expressions are or-ed together."""
        found: dict[Asked, Answer] = {}
        for names in self._together():
            found |= self._ask({(name, made): parts for (name, made), parts in self.asked.items() if name in names})
        return found

    def _together(self) -> Iterator[frozenset[str]]:
        """Columns that stand side by side in one query: those with a few values."""
        names = {name for name, _ in self.asked}
        long = {name for name in names if self.distinct[name].length > MANY}
        yield frozenset(names - long)
        yield from (frozenset({name}) for name in sorted(long))

    def _ask(self, asked: Mapping[Asked, list[exp.Expr]]) -> dict[Asked, Answer]:
        if not asked:
            return {}
        names = sorted({name for name, _ in asked})
        rows = max(self.distinct[name].length for name in names)
        table = Table(names, [Batch(rows, tuple(self.distinct[name].side_by_side(rows) for name in names))])
        needed = self.origins.needed((each for parts in asked.values() for each in parts), ())
        columns = {str(at): ored(parts) for at, parts in enumerate(asked.values())}
        kinds, found = self.database.over(_RELATION, table, self.origins.query(columns, needed, _RELATION))
        answered: dict[Asked, Answer] = {}
        for (name, made), kind, listed in zip(asked, kinds, zip(*found, strict=True), strict=True):
            own = listed[: self.distinct[name].length]
            values = answers(kind, own)
            if values is not None:
                if None not in (own[1:] if name in self.filled else own):
                    values = values.all_there()
                answered[name, made] = Answer(values, own, kind)
        return answered


def ored(parts: Sequence[exp.Expr]) -> str:
    """The SQL of one expression, or of the bits of several."""
    return " | ".join(f"({part.sql(dialect='duckdb')})" for part in parts)
