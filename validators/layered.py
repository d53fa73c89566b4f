"""Columns in layers, before they are a query: what each is made of, and of which columns of a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from validators.plan import below

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from validators.bits import Word


@dataclass(frozen=True)
class Layered:
    """Name → SQL of each column. `layers` are what the columns are made of, beside the values received: each may read
    those before it. `words` are columns whose bits are set one by one.
    """

    layers: tuple[Mapping[str, exp.Expr], ...]
    columns: Mapping[str, exp.Expr]
    words: Mapping[str, Word]

    @classmethod
    def of(
        cls, layers: Iterable[Mapping[str, exp.Expr]], columns: Mapping[str, exp.Expr], words: Mapping[str, Word]
    ) -> Layered:
        """The reading; a word that has no parts is a column like others."""
        whole = {name: word.whole for name, word in words.items() if not word.parts}
        return cls(tuple(layers), {**columns, **whole}, {n: word for n, word in words.items() if word.parts})

    def query(self, source: exp.Expr) -> exp.Select:
        """All columns out of the values received, as one query."""
        layer: exp.Expr = source
        for made in self.layers:
            layer = exp.select("*", *_named(made)).from_(below(layer))
        chosen = {**self.columns, **{name: word.whole for name, word in self.words.items()}}
        return exp.select(*_named(chosen)).from_(below(layer))


def _named(columns: Mapping[str, exp.Expr]) -> list[exp.Expr]:
    return [exp.alias_(made, name, quoted=True, copy=False) for name, made in columns.items()]


@dataclass(frozen=True)
class Origins:
    """Which columns of a file an expression reads, directly or by way of layers."""

    received: frozenset[str]
    layers: tuple[Mapping[str, exp.Expr], ...]

    @cached_property
    def _made(self) -> Mapping[str, exp.Expr]:
        return {name: made for layer in self.layers for name, made in layer.items()}

    @cached_property
    def _known(self) -> dict[str, frozenset[str]]:
        return {name: frozenset({name}) for name in self.received}

    def of(self, made: exp.Expr) -> frozenset[str]:
        """The columns of the file that an expression reads."""
        return frozenset[str]().union(*map(self._of_column, _columns(made)))

    def _of_column(self, name: str) -> frozenset[str]:
        if name not in self._known:
            self._known[name] = self.of(self._made[name])
        return self._known[name]

    def needed(self, expressions: Iterable[exp.Expr], given: Collection[str]) -> frozenset[str]:
        """The columns that expressions read, and those that the layers below them do where they are not `given`."""
        found: set[str] = set()
        waiting = list(expressions)
        while waiting:
            new = _columns(waiting.pop()) - found
            found |= new
            waiting += [self._made[name] for name in new if name in self._made and name not in given]
        return frozenset(found)

    def query(self, columns: Mapping[str, str], needed: Collection[str], relation: str) -> str:
        """Columns, of which the SQL is given, over a relation, with those layers between that are `needed`."""
        source = relation
        for layer in self.layers:
            made = ", ".join(_sql(each, name) for name, each in layer.items() if name in needed)
            source = f"(SELECT *, {made} FROM {source})" if made else source
        chosen = ", ".join(f'{text} AS "{name}"' for name, text in columns.items())
        return f"SELECT {chosen} FROM {source}"


def _columns(made: exp.Expr) -> frozenset[str]:
    return frozenset(each.name for each in made.find_all(exp.Column))


def _sql(made: exp.Expr, name: str) -> str:
    return f'{made.sql(dialect="duckdb")} AS "{name}"'
