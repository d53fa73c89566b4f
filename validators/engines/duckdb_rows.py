"""The row stages of one table on DuckDB: every row read quickly, and those in doubt again by the definition.

`rows_<table>` is what later stages read: a row each, its keys as numbers, what is left of its values, whether it was
refused. It is a view of the first reading where no row is in doubt, of the second where many are, else of both.
`keys_<table>` is the same without the values: the database looks at every column of a view in each query.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from validators import sql
from validators.answers import NOT_KNOWN_VALUES, STATUSES
from validators.causes import causes_of
from validators.engines import duckdb_columns as columns
from validators.engines.duckdb_exact import ExactTable, numbered
from validators.engines.duckdb_measure_columns import (
    coded_columns,
    measure_columns,
    measured_items,
    received_columns,
    received_marks,
)
from validators.engines.duckdb_misplaced import form_columns
from validators.engines.duckdb_narrow import NarrowTable
from validators.engines.duckdb_scan import Scan
from validators.errors import EngineError
from validators.narrow import Narrow
from validators.plan import Plan, column, final_name, read_name, status_name, typed_name, verdict_name
from validators.readers.scan import csv_relation
from validators.tally import ItemTally, RuleTally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from schema.expression import Expression
    from schema.rule import Rule
    from schema.table import TableDefinition
    from validators.context import Context
    from validators.engines.duckdb_connection import Database
    from validators.source import Source

#: share of rows in doubt up to which they are read again alone
FEW = 0.05


@dataclass
class TableRows:
    """One table in the database."""

    database: Database
    source: Source
    table: TableDefinition
    context: Context
    #: a file that may be written: the records in doubt of a file that is scanned as it was received
    doubtful_path: Path
    #: items that later stages read as values, beside those that rules over several rows read; and as they are read
    wanted: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    #: begins to encode the file once more, where that is of use
    encode_again: Callable[[], None] | None = None
    #: rules that are judged elsewhere
    elsewhere: frozenset[str] = frozenset()
    #: rows in doubt
    doubtful: int = 0
    #: whether the second reading is of all rows
    dense: bool = False
    #: items whose status the second reading knows
    statuses: frozenset[str] = frozenset()
    #: rules over more than one row that some row broke, with the kinds of cause by number
    remembered: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What later stages read."""
        return f"rows_{self.table.name}"

    @property
    def rows(self) -> int:
        """Rows received that rules may see."""
        return self.first.rows

    @property
    def unseen(self) -> int:
        """Rows that nobody may see."""
        return self.first.unseen

    @cached_property
    def finals(self) -> frozenset[str]:
        """The items that later stages read as values."""
        return self.wanted | columns.finals(self.table.name, self.context, self.context.tables_sent)

    @cached_property
    def first(self) -> NarrowTable:
        """The first reading."""
        plan = Narrow(self.table, self.context, self.elsewhere, self.finals)
        return NarrowTable(self.database, Scan(self.source, self.table, self.context), plan)

    @cached_property
    def live(self) -> frozenset[str]:
        """The rules that some row may break."""
        return self.first.live() if self.doubtful else frozenset()

    @cached_property
    def plan(self) -> Plan:
        """The definition, without the rules that no row can break."""
        return Plan(self.table, self.context, live=self.live, elsewhere=self.elsewhere)

    @cached_property
    def second(self) -> ExactTable:
        """The second reading."""
        return ExactTable(self.database, Scan(self.source, self.table, self.context, self._again()), self.plan)

    @property
    def _doubts(self) -> str:
        return f"doubtful_{self.table.name}"

    # Reading

    def scan(self) -> int:
        """Read the file for the first time; the number of records that the scan gave."""
        plan = self.first.plan
        asked = {n: test for n, test in self._conditions.items() if not plan.fits(test)}
        wide = {name: columns.true(plan.scanned(test)) for name, test in asked.items()}
        extra, marks = (
            {name: made for name, made in found.items() if name not in self._of_codes}
            for found in (self._received(), received_marks(self.table.name))
        )
        keys = ((item,) for item in self._shared if self.table.item(item).data_type.kind == "text")
        return self.first.make(self._numbers() | extra, marks | wide, [*filter(None, (self.table.key,)), *keys])

    def all_differ(self, items: tuple[str, ...]) -> bool:
        """Whether surely no two rows have the same values in some items, text as received."""
        return self.first.facts is not None and items in self.first.facts.differing

    def judge(self) -> None:
        """Judge every row: quickly, and what is in doubt by the definition."""
        self.first.judge()
        if self.first.doubted or any(self.first.verdict(rule)[1] for rule in self.first.plan.rules):
            self._find_doubts()
        if self.doubtful:
            self._read_again(self._first_statuses())
        self._gather()

    def _find_doubts(self) -> None:
        in_doubt = self.first.in_doubt().sql(dialect="duckdb")
        query = f"SELECT row FROM {self.first.name} WHERE {in_doubt}"
        self.database.run(f"CREATE OR REPLACE TEMP TABLE {self._doubts} AS {query} ORDER BY row")
        (self.doubtful,) = self.database.counts(f"SELECT count(*) FROM {self._doubts}")
        self.dense = self.doubtful > FEW * self.rows
        if self.doubtful and not self.dense:
            self.first.set_aside(self._doubts)
        elif self.dense and self.encode_again:
            self.encode_again()

    def _again(self) -> str | None:
        """What is read again: the rows in doubt, or the whole file."""
        relation = None if self.dense else self._some_rows(self._doubts)
        self.dense = relation is None
        return relation

    def _some_rows(self, rows: str) -> str | None:
        """What gives the rows of a table of their numbers alone, in order; None where they cannot be had by themselves.

        It stands until it is asked for others.
        """
        if self.source.explicit_rows:
            return f"{self.source.relation()} WHERE _row IN (SELECT row FROM {rows})"
        numbers = (row for (row,) in self.database.stream(f"SELECT row FROM {rows} ORDER BY row"))
        if not self.source.copy_rows(numbers, self.doubtful_path):
            return None
        return csv_relation(self.doubtful_path, self.source.columns, self.source.delimiter)

    def _read_again(self, statuses: frozenset[str]) -> None:
        second = self.second
        self.statuses = statuses
        extra = self._from_received() | self._from_values(second.scope) | self._read_columns()
        rows = None if self.dense or second.scan.numbered else self._doubts
        found = second.make(self.finals, extra, statuses, rows)
        if found != (self.first.rows + self.first.unseen if self.dense else self.doubtful):
            raise EngineError(f"The rows in doubt of the table {self.table.name} could not be read a second time.")

    def _first_statuses(self) -> frozenset[str]:
        """The items of which the first reading cannot tell what accepted rows hold."""
        if not self.dense or self.plan.rejecting:
            return frozenset(self.table.item_names)
        spoiled = {item.name for item in self.table.items if self.plan.spoilers(item.name)}
        return frozenset(spoiled) | self._measured

    @property
    def _measured(self) -> frozenset[str]:
        return measured_items(self.table.name)

    # The columns of later stages

    @cached_property
    def _conditions(self) -> Mapping[str, Expression]:
        return columns.conditions(self.table.name, self.context)

    @cached_property
    def _shared(self) -> tuple[str, ...]:
        return columns.shared_items(self.table, self.context)

    def _from_received(self) -> dict[str, exp.Expr]:
        """Columns made of values as received."""
        return self._numbers() | self._received() | received_marks(self.table.name)

    def _numbers(self) -> dict[str, exp.Expr]:
        numbers = {f"shared:{item}": columns.number(column(item), item, self.table) for item in self._shared}
        return columns.hashes(self.table) | numbers

    @cached_property
    def _of_codes(self) -> dict[str, exp.Expr]:
        return coded_columns(self.table.name, self.first.plan)

    def _received(self) -> dict[str, exp.Expr]:
        return received_columns(self.table.name, self.context) | form_columns(self.table)

    def _from_values(self, scope: sql.Scope) -> dict[str, exp.Expr]:
        """Columns made of what the row stages have left of the values."""
        made = {name: columns.true(sql.condition(test.tree, scope)) for name, test in self._conditions.items()}
        for item in self._shared:
            made[f"shared:{item}"] = columns.number(scope.typed[item].copy(), item, self.table)
        return made | measure_columns(self.table.name, scope)

    def _read_columns(self) -> dict[str, exp.Expr]:
        """The typed readings that are wanted, whatever the row stages have taken away."""
        return {read_name(name): column(typed_name(name)) for name in sorted(self.read)}

    def _gather(self) -> None:
        """Make `rows_<table>` and `keys_<table>`."""
        first = self._first_columns()
        keys = ("row", "rejected", *self._numbers())
        self._make_view(f"keys_{self.table.name}", {name: first[name].copy() for name in keys})
        self._make_view(self.name, first)

    def _make_view(self, view: str, first: dict[str, exp.Expr]) -> None:
        """A view of both readings; `first`: how the first reading spells its columns."""
        names = ", ".join(f'"{name}"' for name in first)
        query = f"SELECT {names} FROM {self.second.name}" if self.doubtful else ""
        if not self.dense:
            quick = exp.select(*(exp.alias_(made, name, quoted=True, copy=False) for name, made in first.items()))
            sound = f"{quick.sql(dialect='duckdb')} FROM {self.first.unjudged}"
            query = f"{sound} UNION ALL {query}" if query else sound
        self.database.run(f"CREATE TEMP VIEW {view} AS {query}")

    def _first_columns(self) -> dict[str, exp.Expr]:
        """The columns of `rows_<table>`, out of the first reading."""
        plan = self.first.plan
        made: dict[str, exp.Expr] = {"row": column("row"), "rejected": exp.false()}
        made |= {name: column(name) for name in self._from_received()} | self._of_codes
        made |= {final_name(name): plan.final(name) for name in sorted(self.finals)}
        made |= {read_name(name): plan.final(name) for name in sorted(self.read)}
        for name, test in self._conditions.items():
            made[name] = columns.true(sql.condition(test.tree, plan.scope)) if plan.fits(test) else column(name)
        made |= measure_columns(self.table.name, plan.scope)
        return made | {status_name(name): plan.status(name) for name in sorted(self._measured)}

    def remember(self, rule_id: str, kinds: tuple[str, ...]) -> None:
        """Keep the rows in `hits` for the list of failing rows."""
        self.remembered[rule_id] = kinds
        self.database.run(f'CREATE OR REPLACE TEMP TABLE "hits:{rule_id}" AS FROM hits')

    def make_wholes(self, rows: str) -> None:
        """Make `wholes_<table>`: a number for all values as received, of the rows that a query gives or of all."""
        self.read_received(f"wholes_{self.table.name}", rows, {"whole": columns.row_hash(self.table.item_names)})

    def read_received(self, name: str, rows: str, made: Mapping[str, exp.Expr]) -> None:
        """Make a view `name`, with columns made of values as received, of the rows that a query gives or of all."""
        asked, read = f"asked_{name}", f"read_{name}"
        self.database.run(f"CREATE OR REPLACE TEMP TABLE {asked} AS {rows} ORDER BY row")
        (count,) = self.database.counts(f"SELECT count(*) FROM {asked}")
        relation = self._some_rows(asked) if count <= FEW * self.rows else None
        scan = Scan(self.source, self.table, self.context, relation)
        chosen = {**scan.row(), **made}
        query = exp.select(*(exp.alias_(part, n, quoted=True) for n, part in chosen.items()))
        text = scan.statement(query.from_(exp.Subquery(this=scan.values())))
        self.database.run(f"CREATE OR REPLACE TABLE {read} AS {text}")
        found = numbered(read, asked if relation else None, explicit=scan.numbered)
        self.database.run(f"CREATE OR REPLACE TEMP VIEW {name} AS {found}")

    def forget_received(self, name: str) -> None:
        """Drop what `read_received` made."""
        self.database.run(f"DROP VIEW {name}")
        self.database.run(f"DROP TABLE asked_{name}")
        self.database.run(f"DROP TABLE read_{name}")

    def linked_verdict(self, rule: Rule) -> tuple[str, str]:
        """The verdict of a condition that reads linked rows, over `o`, and the joins that bring them."""
        linked = {(c.table, c.name) for e in rule.conditions() for c in e.columns() if c.table}
        targets = sorted({table for table, _ in linked})
        typed = {name: exp.column(final_name(name), table="o", quoted=True) for name in self.plan.items}
        brought = {(t, n): exp.column(final_name(n), table=t, quoted=True) for t, n in linked if t}
        scope = sql.Scope(self.context, self.plan.items, typed, typed, brought)  # type: ignore[arg-type]
        joins = " ".join(
            f"LEFT JOIN once_{t} {t} ON o.person = {t}.person"
            if t == "person"
            else f'LEFT JOIN once_{t} {t} ON o."link:{t}" = {t}.own'
            for t in targets
        )
        return self.plan.condition_verdict(rule, scope).sql(dialect="duckdb"), joins

    # What came of it

    def rule_tallies(self) -> Iterator[RuleTally]:
        """The result of every rule of the row stages."""
        if not self.doubtful:
            yield from (RuleTally(rule.id, self.first.verdict(rule)[0], 0) for rule in self.first.plan.rules)
            return
        verdicts = self.second.verdicts()
        causes = self.second.causes(verdicts)
        sound = {} if self.dense else self.first.sound(self.second.rules)
        for rule in self.first.plan.rules:
            found = verdicts.get(rule.id)
            if found is None:
                yield RuleTally(rule.id, self.first.verdict(rule)[0], 0)
                continue
            failed = sum(count for number, count in found.items() if number > 0)
            assessed = sum(found.values()) + sound.get(rule.id, 0)
            yield RuleTally(rule.id, assessed, failed, causes.get(rule.id, ()))

    def failing_rows(self) -> str:
        """A query of (row, rule id, cause) over every verdict that is broken."""
        parts = []
        for rule in self.second.rules if self.doubtful else ():
            kinds = tuple(cause.kind for cause in causes_of(rule, self.context))
            parts.append(_listed(rule.id, kinds, f'"{verdict_name(rule)}"', self.second.name))
        for rule_id, kinds in self.remembered.items():
            parts.append(_listed(rule_id, kinds, "cause", f'"hits:{rule_id}"'))
        return " UNION ALL ".join(parts)

    def item_tallies(self, removed: str | None) -> Iterator[ItemTally]:
        """What each item holds over the rows that stand. `removed`: a query of rows that do not; None: all stand."""
        if removed is None and (self.dense or not self.doubtful):
            yield from self._over_all_rows()
            return
        every = frozenset(self.table.item_names)
        if self.dense and self.statuses != every:
            self._read_again(every)
        quick = ({"rows": 0}, {}) if self.dense else self.first.held(removed or "SELECT NULL WHERE false")
        stands = f"row NOT IN ({removed})" if removed else "true"
        again = self.second.held(every, f"NOT rejected AND {stands}") if self.doubtful else {}
        for name in self.table.item_names:
            yield self._item_tally(name, self._held(name, *quick), again.get(name, {}))

    def _over_all_rows(self) -> Iterator[ItemTally]:
        """Where every row stands: the first reading, but for items of which a value may be sent and not usable."""
        again = self.second.held(sorted(self.statuses), "true") if self.dense else {}
        for name in self.table.item_names:
            if name in again:
                yield self._item_tally(name, {}, again[name])
            else:
                yield self._item_tally(name, self._held(name, self.first.counts, self.first.histograms), {})

    def _item_tally(self, name: str, quick: Mapping[str, int], again: Mapping[str, int]) -> ItemTally:
        held = {word: quick.get(word, 0) + again.get(word, 0) for word in STATUSES}
        return ItemTally(self.table.name, name, sum(held.values()), **held)

    def _held(
        self, name: str, counts: Mapping[str, int], histograms: Mapping[str, Mapping[str, int]]
    ) -> dict[str, int]:
        """What an item holds, as words of STATUSES, where no value is in doubt."""
        received = counts.get(f"received:{name}", 0)
        kinds = self._kinds(name, counts, histograms.get(name, {}))
        return {"missing": counts["rows"] - received, "valid": received - sum(kinds.values()), **kinds}

    def _kinds(self, name: str, counts: Mapping[str, int], histogram: Mapping[str, int]) -> dict[str, int]:
        if name in NOT_KNOWN_VALUES:
            return {"not_known": counts.get(f"unknown:{name}", 0)}
        data_type = self.table.item(name).data_type
        if not data_type.code_list:
            return {}
        kinds = {code.code: code.kind for code in self.context.dataset.code_lists[data_type.code_list].codes}
        found = {"not_known": 0, "declined": 0, "asked_unsure": 0}
        for value, count in histogram.items():
            kind = kinds.get(value) or kinds.get(value[:1] if data_type.local_second_character else value)
            if kind in found:
                found[kind] += count
        return found


def _listed(rule_id: str, kinds: tuple[str, ...], number: str, table: str) -> str:
    """The rows of a table whose number of a cause is above 0, with the rule and the kind of the cause."""
    names = ", ".join(f"'{kind}'" for kind in kinds)
    return f"SELECT row, '{rule_id}' AS rule_id, [{names}][{number}] AS cause FROM {table} WHERE {number} > 0"
