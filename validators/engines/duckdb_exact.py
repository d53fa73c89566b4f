"""The second reading of a table on DuckDB, by the definition: of rows in doubt, a narrow table of verdicts.

It has a column for each rule that some row may break. Its rows are in file order, so that their numbers follow from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from validators import sql
from validators.answers import STATUSES
from validators.causes import causes_of
from validators.engines.duckdb_encoded import make_encoded
from validators.layered import Layered
from validators.plan import Plan, column, final_name, status_name, typed_name, verdict_name
from validators.tally import SAMPLES, CauseTally, spread, top_shapes

if TYPE_CHECKING:
    from schema.rule import Rule
    from validators.engines.duckdb_connection import Database
    from validators.engines.duckdb_scan import Scan

RANK = "((row * 2654435761) % 4294967296)"


@dataclass
class ExactTable:
    """The verdicts on some rows, or on all of them."""

    database: Database
    scan: Scan
    plan: Plan

    @property
    def name(self) -> str:
        """The view of the rows that may be seen, with their verdicts."""
        return f"exact_{self.plan.table.name}"

    @property
    def rules(self) -> list[Rule]:
        """The rules with a column of their own."""
        return [rule for rule in self.plan.rules if self.plan.may_break(rule)]

    @property
    def scope(self) -> sql.Scope:
        """How later stages spell items: what is left when the row stages are over."""
        finals = {name: self.plan.final(name) for name in self.plan.items}
        return sql.Scope(self.plan.context, self.plan.items, self.plan.scope.raw, finals)

    def make(
        self, finals: Iterable[str], extra: Mapping[str, exp.Expr], statuses: Iterable[str], rows: str | None
    ) -> int:
        """Judge the records of the scan; how many there were. `rows`: a table of their numbers, where not counted."""
        layers = self.plan.layers(self.rules, {*finals, *self._typed_in(extra)})
        read = Layered.of(layers, dict(self._columns(sorted(finals), extra, sorted(statuses))), {})
        table = f"second_{self.plan.table.name}"
        self.database.run(f"DROP VIEW IF EXISTS {self.name}")
        if make_encoded(self.database, self.scan, read, table) is None:
            statement = self.scan.statement(read.query(exp.Subquery(this=self.scan.values())))
            self.database.run(f"CREATE OR REPLACE TABLE {table} AS {statement}")
        found = numbered(table, rows, explicit=self.scan.numbered)
        self.database.run(f"CREATE TEMP VIEW {self.name} AS SELECT * FROM ({found}) WHERE seen")
        return self.database.counts(f"SELECT count(*) FROM {table}")[0]

    def _typed_in(self, extra: Mapping[str, exp.Expr]) -> frozenset[str]:
        names = {c.name for made in extra.values() for c in made.find_all(exp.Column)}
        return frozenset(item.name for item in self.plan.table.items if typed_name(item.name) in names)

    def _columns(
        self, finals: Iterable[str], extra: Mapping[str, exp.Expr], statuses: Iterable[str]
    ) -> Iterator[tuple[str, exp.Expr]]:
        plan = self.plan
        yield from self.scan.row().items()
        for rule in self.rules:
            yield verdict_name(rule), column(verdict_name(rule))
            shape = plan.shape(rule)
            if shape is not None:
                yield f"shape:{rule.id}", shape
        yield "rejected", plan.rejected()
        yield "seen", self.scan.visible()
        yield from ((final_name(name), plan.final(name)) for name in finals)
        yield from extra.items()
        yield from ((status_name(name), plan.status(name)) for name in statuses)

    # What came of it

    def verdicts(self) -> dict[str, dict[int, int]]:
        """Rule → number of a cause, 0 where it is kept → rows."""
        if not self.rules:
            return {}
        asked = ", ".join(f'histogram("{verdict_name(r)}") AS "{r.id}"' for r in self.rules)
        found = self.database.named_row(f"SELECT {asked} FROM {self.name}")
        return {rule_id: dict(counts or {}) for rule_id, counts in found.items()}

    def causes(self, verdicts: Mapping[str, Mapping[int, int]]) -> dict[str, tuple[CauseTally, ...]]:
        """Rule → the ways in which it was broken."""
        numbers = [(r, number) for r in self.rules for number in sorted(verdicts[r.id]) if number > 0]
        samples = self._samples(numbers)
        made: dict[str, list[CauseTally]] = {}
        for rule, number in self._in_order(numbers):
            kind = causes_of(rule, self.plan.context)[number - 1].kind
            tally = CauseTally(kind, verdicts[rule.id][number], self._shapes(rule, number), samples[rule.id, number])
            made.setdefault(rule.id, []).append(tally)
        return {rule_id: merged(tallies) for rule_id, tallies in made.items()}

    def _in_order(self, numbers: list[tuple[Rule, int]]) -> list[tuple[Rule, int]]:
        """The causes of each rule in the order of the first of their kind: a kind may have several conditions."""

        def place(found: tuple[Rule, int]) -> tuple[str, int, int]:
            rule, number = found
            kinds = [cause.kind for cause in causes_of(rule, self.plan.context)]
            return rule.id, kinds.index(kinds[number - 1]), number

        return sorted(numbers, key=place)

    def _samples(self, numbers: list[tuple[Rule, int]]) -> dict[tuple[str, int], tuple[int, ...]]:
        if not numbers:
            return {}
        asked = ", ".join(
            f'arg_min(row, {RANK}, {SAMPLES}) FILTER (WHERE "{verdict_name(rule)}" = {number})'
            for rule, number in numbers
        )
        found = self.database.row(f"SELECT {asked} FROM {self.name}")
        return {(r.id, n): spread(rows or ()) for (r, n), rows in zip(numbers, found, strict=True)}

    def _shapes(self, rule: Rule, number: int) -> tuple[tuple[str, int], ...]:
        if self.plan.shape(rule) is None:
            return ()
        shape = f'"shape:{rule.id}"'
        found = self.database.rows(
            f'SELECT {shape}, count(*) AS n FROM {self.name} WHERE "{verdict_name(rule)}" = {number} '
            f"AND {shape} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT {SAMPLES}"
        )
        return top_shapes(found)

    def held(self, names: Iterable[str], where: str) -> dict[str, dict[str, int]]:
        """Item → what it holds, as words of STATUSES, over the rows for which the SQL condition is true."""
        asked = ", ".join(f'histogram("{status_name(name)}") AS "{name}"' for name in names)
        if not asked:
            return {}
        found = self.database.named_row(f"SELECT {asked} FROM {self.name} WHERE {where}")
        return {n: {STATUSES[number]: count for number, count in (held or {}).items()} for n, held in found.items()}


def numbered(table: str, rows: str | None, *, explicit: bool) -> str:
    """A query of a table that was read in order, with the rows: its own, those of the table `rows`, or all."""
    if explicit:
        return f"SELECT * FROM {table}"
    if rows is None:
        return f"SELECT rowid + 1 AS row, * FROM {table}"
    numbers = f"SELECT rowid AS place, row FROM {rows}"
    return f"SELECT * EXCLUDE (place) FROM ({numbers}) JOIN (SELECT rowid AS place, * FROM {table}) USING (place)"


def merged(tallies: list[CauseTally]) -> tuple[CauseTally, ...]:
    """Causes of one kind as one: a kind may stand for several forms."""
    kinds: dict[str, CauseTally] = {}
    for tally in tallies:
        before = kinds.get(tally.kind)
        kinds[tally.kind] = tally if before is None else _joined(before, tally)
    return tuple(kinds.values())


def _joined(one: CauseTally, other: CauseTally) -> CauseTally:
    return CauseTally(
        one.kind,
        one.count + other.count,
        top_shapes([*one.shapes, *other.shapes]),
        spread((*one.sample_rows, *other.sample_rows)),
    )
