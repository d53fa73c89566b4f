"""The row stages of one table on DuckDB: one pass that counts, and one that keeps a narrow verdict for every row.

The first pass reads every value as if it were in its form, which is cheap, and finds the rules that no row can break.
The second makes a temporary table with a column for each rule that is left: its rows are in file order, so that their
numbers are those of the file. Everything later is read from that table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from schema.check import Coded, Condition, Format, Missing, Retired
from validators import sql
from validators.answers import NOT_KNOWN_VALUES, STATUSES
from validators.causes import causes_of
from validators.plan import Plan, column, final_name, status_name, typed_name, verdict_name
from validators.reading import Scope, evaluate
from validators.tally import SAMPLES, CauseTally, ItemTally, RuleTally, spread, top_shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from schema.data_item import Item
    from schema.rule import Rule
    from schema.table import TableDefinition
    from validators.context import Context
    from validators.engines.duckdb_connection import Database
    from validators.source import Source

#: stands in a histogram for every value that is longer than any code
LONG = "\ufdd0long"
SHORT_CODE = 3
RANK = "((row * 2654435761) % 4294967296)"


@dataclass
class TableRows:
    """One table in the database: its scan, its first counts, its verdict table."""

    database: Database
    source: Source
    table: TableDefinition
    context: Context
    counts: dict[str, Any] = field(default_factory=dict)
    histograms: dict[str, dict[str, int]] = field(default_factory=dict)
    live: frozenset[str] = frozenset()
    #: rows that nobody may see
    unseen: int = 0
    has_row_hash: bool = False
    #: items whose status stands in the verdict table
    statuses: frozenset[str] = frozenset()
    #: rules over more than one row that some row broke, with the kinds of cause by number
    remembered: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: rules that are judged elsewhere
    elsewhere: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The temporary table with the verdicts."""
        return f"rows_{self.table.name}"

    @property
    def rows(self) -> int:
        """Rows received that rules may see."""
        return self.counts["rows"]

    @cached_property
    def every_rule(self) -> Plan:
        """The exact reading with every rule."""
        return Plan(self.table, self.context, elsewhere=self.elsewhere)

    @cached_property
    def plan(self) -> Plan:
        """The exact reading, without the rules that no row can break. Stands when the first pass is over."""
        return Plan(self.table, self.context, live=self.live, elsewhere=self.elsewhere)

    @property
    def every_item(self) -> frozenset[str]:
        """The names of all items."""
        return frozenset(self.table.item_names)

    @property
    def uneven(self) -> frozenset[str]:
        """The items of which the first pass cannot tell what accepted rows hold: all where a row may be refused."""
        plan = self.plan
        if plan.rejecting:
            return self.every_item
        return frozenset(item.name for item in self.table.items if plan.spoilers(item.name))

    @property
    def final_scope(self) -> sql.Scope:
        """How later stages spell the items of this table while the verdict table is made."""
        plan = self.plan
        finals = {name: plan.final(name) for name in plan.items}
        return sql.Scope(self.context, plan.items, plan.scope.raw, finals)

    def number(self, item: str) -> exp.Expr:
        """One number for the value of an item that is left, null where there is none."""
        final = self.plan.final(item)
        if self.table.item(item).data_type.name == "nhs_number":
            return sql.call("TRY_CAST_BIGINT", final)
        return sql.case([(sql.is_null(final), exp.null())], sql.call("hash", final.copy()))

    def remember(self, rule_id: str, kinds: tuple[str, ...]) -> None:
        """Keep the rows in `hits` for the list of failing rows."""
        self.remembered[rule_id] = kinds
        self.database.run(f'CREATE OR REPLACE TEMP TABLE "hits:{rule_id}" AS FROM hits')

    def linked_verdict(self, rule: Rule) -> tuple[str, str]:
        """The verdict of a condition that reads linked rows, over `o`, and the joins that bring them."""
        check = rule.check
        assert isinstance(check, Condition)
        linked = {(c.table, c.name) for e in rule.conditions() for c in e.columns() if c.table}
        targets = sorted({table for table, _ in linked})
        typed = {name: exp.column(final_name(name), table="o", quoted=True) for name in self.plan.items}
        brought = {(t, n): exp.column(final_name(n), table=t, quoted=True) for t, n in linked if t}
        scope = sql.Scope(self.context, self.plan.items, typed, typed, brought)  # type: ignore[arg-type]
        required = exp.paren(sql.condition(check.require.tree, scope))
        broken = self.plan.cause_number(rule, scope)
        branches = [(required, sql.literal(0)), (exp.Not(this=required.copy()), broken)]
        verdict = sql.case(branches, exp.null())
        if check.when:
            verdict = sql.case([(sql.condition(check.when.tree, scope), verdict)], exp.null())
        joins = " ".join(
            f"LEFT JOIN once_{t} {t} ON o.person = {t}.person"
            if t == "person"
            else f'LEFT JOIN once_{t} {t} ON o."link:{t}" = {t}.own'
            for t in targets
        )
        return verdict.sql(dialect="duckdb"), joins

    # Reading the file

    def scan(self) -> exp.Select:
        """The values as received under the names of the items, refused rows left out."""
        names = [self._column(item) for item in self.table.items]
        row = [exp.alias_(column("_row"), "_row", quoted=True)] if self.source.explicit_rows else []
        return exp.select(*row, *names).from_(exp.to_table("scanned"))

    def _column(self, item: Item) -> exp.Expr:
        if item.name in self.source.columns:
            return column(item.name)
        stands_in = self.context.header.get(item.column_absent) if item.column_absent else None
        return exp.alias_(exp.cast(sql.literal(stands_in), "VARCHAR"), item.name, quoted=True)

    def statement(self, query: exp.Expr) -> str:
        """The SQL text of a query over the scan."""
        text = query.sql(dialect="duckdb")
        return f"WITH scanned AS (SELECT * FROM {self.source.relation()}) {text}"

    def visible(self) -> exp.Expr | None:
        """What keeps rows of refused restricted characteristics out of everything; None where there can be none."""
        refused = self.context.refused_characteristics()
        if self.table.name != "plus_characteristic" or not refused:
            return None
        code = sql.upper(sql.call("trim", column("characteristic_code")))
        return sql.call("coalesce", exp.Not(this=exp.paren(sql.among(code, refused))), exp.true())

    # The first pass

    def count(self) -> None:
        """Count everything once, trusting every value, and find out which rules some row may break."""
        trusting = Plan(self.table, self.context, trusting=True, elsewhere=self.elsewhere)
        counted = [rule for rule in trusting.rules if self._counted_by_row(trusting, rule)]
        needed = {name for rule in counted for name in trusting.reads(rule)}
        layer = trusting.layered(exp.Subquery(this=self.scan()), (), needed)
        visible = self.visible()
        if visible is not None:
            layer = layer.where(visible)
        kept = [exp.alias_(self._kept(trusting, rule), f"kept:{rule.id}", quoted=True) for rule in counted]
        layer = exp.select("*", *kept).from_(exp.Subquery(this=layer))
        selected = [exp.alias_(made, name, quoted=True) for name, made in self._first_counts(counted)]
        found = self.database.named_row(self.statement(exp.select(*selected).from_(exp.Subquery(this=layer))))
        self.histograms = {n[5:]: dict(v or {}) for n, v in found.items() if n.startswith("hist:")}
        self.counts = {n: v or 0 for n, v in found.items() if not n.startswith("hist:")}
        self.live = self._live(trusting)

    def _counted_by_row(self, plan: Plan, rule: Rule) -> bool:
        """Whether a verdict on each row is needed: not where the distinct codes of one item, or blanks, say it all."""
        check = rule.check
        if isinstance(check, Missing):
            return check.when is not None
        return isinstance(check, Format) or (isinstance(check, Condition) and self._only_code(plan, rule) is None)

    def _only_code(self, plan: Plan, rule: Rule) -> Item | None:
        """The coded item that is all that a condition reads of the row; None where it reads more, or another kind."""
        read = plan.reads(rule)
        item = plan.items[next(iter(read))] if len(read) == 1 else None
        return item if item is not None and self._has_histogram(item) and not item.data_type.local_codes else None

    def _first_counts(self, counted: list[Rule]) -> Iterator[tuple[str, exp.Expr]]:
        yield "rows", exp.Count(this=exp.Star())
        for item in self.table.items:
            yield f"received:{item.name}", exp.Count(this=column(item.name))
            if item.name in NOT_KNOWN_VALUES:
                known = sql.among(column(item.name), NOT_KNOWN_VALUES[item.name])
                yield f"not_known:{item.name}", sql.call("count_if", known)
            if self._has_histogram(item):
                yield f"hist:{item.name}", sql.call("histogram", self._guarded(item))
        for rule in counted:
            kept = column(f"kept:{rule.id}")
            yield f"assessed:{rule.id}", exp.Count(this=kept)
            yield f"failed:{rule.id}", sql.call("count_if", exp.Not(this=kept.copy()))

    def _kept(self, plan: Plan, rule: Rule) -> exp.Expr:
        """Whether the row keeps the rule; null where it is not asked."""
        check = rule.check
        if isinstance(check, Format):
            received = exp.Not(this=sql.is_null(column(check.item)))
            formed = sql.well_formed(column(check.item), plan.items[check.item].data_type)
            return sql.case([(received, exp.paren(formed))], exp.null())
        own = plan.own_item(rule)
        scope = plan.scope.reading(own) if own else plan.scope
        if isinstance(check, Missing):
            asked, when = exp.Not(this=sql.is_null(column(check.item))), check.when
        else:
            assert isinstance(check, Condition)
            asked, when = sql.condition(check.require.tree, scope), check.when
        return sql.case([(sql.condition(when.tree, scope), exp.paren(asked))], exp.null()) if when else asked

    def _has_histogram(self, item: Item) -> bool:
        return item.data_type.code_list is not None

    def _guarded(self, item: Item) -> exp.Expr:
        """A histogram of unlisted rubbish must not fill the memory: only values as short as a code, or listed ones."""
        value = column(item.name)
        codes = self._listed(item)
        if max(map(len, codes), default=0) <= SHORT_CODE:
            long = exp.GT(this=sql.call("strlen", value.copy()), expression=sql.literal(SHORT_CODE))
            return sql.case([(long, sql.literal(LONG))], value)
        listed = exp.paren(sql.in_codes(value.copy(), item.data_type, codes))
        other = exp.Not(this=sql.is_null(value))
        if item.data_type.local_codes:
            listed = exp.paren(sql.among(value.copy(), codes))
        return sql.case([(listed, value), (other, sql.literal(LONG))], exp.null())

    def _listed(self, item: Item) -> frozenset[str]:
        return frozenset(c.code for c in self.context.dataset.code_lists[item.data_type.code_list or ""].codes)

    def first_verdict(self, rule: Rule) -> tuple[int, int]:
        """(assessed, failed) of a rule as the first pass saw it."""
        check = rule.check
        if isinstance(check, Missing) and check.when is None:
            return self.rows, self.rows - self.counts[f"received:{check.item}"]
        if isinstance(check, Coded | Retired):
            return self._judged(check)
        item = self._only_code(self.every_rule, rule)
        if isinstance(check, Condition) and item is not None:
            return self._judged_codes(check, item)
        return self.counts[f"assessed:{rule.id}"], self.counts[f"failed:{rule.id}"]

    def _judged(self, check: Coded | Retired) -> tuple[int, int]:
        """Each distinct value judged once, by the definition itself."""
        data_type = self.table.item(check.item).data_type
        received = self.counts[f"received:{check.item}"]
        name = data_type.code_list or ""
        if isinstance(check, Retired):
            retired = self.context.recently_retired(name)
            return received, sum(n for code, n in self.histograms[check.item].items() if code in retired)
        codes = self.context.codes(name)
        found = self.histograms[check.item].items()
        return received, sum(n for code, n in found if not data_type.in_codes(code, codes))

    def _judged_codes(self, check: Condition, item: Item) -> tuple[int, int]:
        """A condition on one coded item, read in Python for each distinct code."""
        blank = self.rows - self.counts[f"received:{item.name}"]
        assessed = failed = 0
        for code, count in [*self.histograms[item.name].items(), (None, blank)]:
            scope = Scope(self.context, {item.name: item}, {item.name: code}, {item.name: code})
            asked = check.when is None or evaluate(check.when.tree, scope) is True
            kept = evaluate(check.require.tree, scope) if asked else None
            assessed += count if kept is not None else 0
            failed += count if kept is False else 0
        return assessed, failed

    def _live(self, plan: Plan) -> frozenset[str]:
        failed = {rule.id for rule in plan.rules if self.first_verdict(rule)[1]}
        irregular = {plan.own_item(r) or r.items[0] for r in plan.rules if r.id in failed and self._unsettles(plan, r)}
        reading = {rule.id for rule in plan.rules if plan.reads(rule) & irregular}
        return frozenset(failed | reading)

    def _unsettles(self, plan: Plan, rule: Rule) -> bool:
        return rule.malforms or plan.own_item(rule) is not None or isinstance(rule.check, Coded)

    # The verdict table

    def keep(self, finals: Iterable[str], extra: Mapping[str, exp.Expr], statuses: frozenset[str]) -> None:
        """Make the verdict table: row, verdicts and shapes of live rules, `finals`, `extra` columns and `statuses`."""
        plan = self.plan
        self.statuses = statuses
        live = [rule for rule in plan.rules if rule.id in self.live]
        wanted = sorted(finals)
        layer = plan.layered(exp.Subquery(this=self.scan()), live, {*wanted, *self._typed_in(extra)})
        chosen: list[exp.Expr] = [column(verdict_name(rule)) for rule in live]
        if self.source.explicit_rows:
            chosen.append(exp.alias_(exp.cast(column("_row"), "BIGINT"), "row", quoted=True))
        for rule in live:
            shape = plan.shape(rule)
            if shape is not None:
                chosen.append(exp.alias_(shape, f"shape:{rule.id}", quoted=True))
        chosen.append(exp.alias_(plan.rejected(), "rejected", quoted=True))
        chosen.extend(exp.alias_(plan.final(name), final_name(name), quoted=True) for name in wanted)
        chosen.extend(exp.alias_(made, name, quoted=True) for name, made in extra.items())
        chosen.extend(exp.alias_(plan.status(name), status_name(name), quoted=True) for name in sorted(statuses))
        visible = self.visible()
        chosen.append(exp.alias_(visible if visible is not None else exp.true(), "seen", quoted=True))
        query = exp.select(*chosen).from_(exp.Subquery(this=layer))
        self.database.run(f"CREATE OR REPLACE TEMP TABLE kept AS {self.statement(query)}")
        self._number()

    def _typed_in(self, extra: Mapping[str, exp.Expr]) -> frozenset[str]:
        names = {c.name for made in extra.values() for c in made.find_all(exp.Column)}
        return frozenset(item.name for item in self.table.items if typed_name(item.name) in names)

    def _number(self) -> None:
        """Give each row its number, and let what must not be seen go."""
        row = "" if self.source.explicit_rows else "rowid + 1 AS row, "
        self.database.run(f"DROP VIEW IF EXISTS {self.name}")
        self.database.run(f"DROP TABLE IF EXISTS {self.name}_kept")
        self.database.run(f"ALTER TABLE kept RENAME TO {self.name}_kept")
        self.database.run(f"CREATE TEMP VIEW {self.name} AS SELECT {row}* FROM {self.name}_kept WHERE seen")

    # What came of it

    def rule_tallies(self) -> Iterator[RuleTally]:
        """The result of every rule of the row stages."""
        live = [rule for rule in self.plan.rules if rule.id in self.live]
        yield from self._live_tallies(live)
        for rule in self.every_rule.rules:
            if rule.id not in self.live:
                assessed, _ = self.first_verdict(rule)
                yield RuleTally(rule.id, assessed=assessed, failed=0)

    def _live_tallies(self, rules: list[Rule]) -> Iterator[RuleTally]:
        if not rules:
            return
        asked = ", ".join(f'histogram("{verdict_name(r)}") AS "{r.id}"' for r in rules)
        counted = self.database.named_row(f"SELECT {asked} FROM {self.name}")
        numbers = [(r, number) for r in rules for number in sorted(counted[r.id] or {}) if number > 0]
        samples = self._samples(numbers)
        for rule in rules:
            found: dict[int, int] = dict(counted[rule.id] or {})
            causes = causes_of(rule, self.context)
            tallies = [
                CauseTally(causes[n - 1].kind, c, self._shapes(rule, n), samples[rule.id, n])
                for n, c in sorted(found.items())
                if n > 0
            ]
            failed = sum(count for number, count in found.items() if number > 0)
            yield RuleTally(rule.id, sum(found.values()), failed, merged(tallies))

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

    def failing_rows(self) -> str:
        """A query of (row, rule id, cause) over every verdict that is broken."""
        parts = []
        for rule in self.plan.rules:
            if rule.id in self.live:
                kinds = tuple(cause.kind for cause in causes_of(rule, self.context))
                parts.append(_listed(rule.id, kinds, f'"{verdict_name(rule)}"', self.name))
        for rule_id, kinds in self.remembered.items():
            parts.append(_listed(rule_id, kinds, "cause", f'"hits:{rule_id}"'))
        return " UNION ALL ".join(parts)

    def first_item_tallies(self) -> Iterator[ItemTally]:
        """What each item holds, from the first pass alone: right where every row stands and every value is usable."""
        for item in self.table.items:
            received = self.counts[f"received:{item.name}"]
            kinds = self._kinds(item)
            valid = received - sum(kinds.values())
            yield ItemTally(self.table.name, item.name, self.rows, self.rows - received, 0, valid, **kinds)

    def _kinds(self, item: Item) -> dict[str, int]:
        if item.name in NOT_KNOWN_VALUES:
            return {"not_known": self.counts[f"not_known:{item.name}"]}
        if item.name not in self.histograms:
            return {}
        code_list = self.context.dataset.code_lists[item.data_type.code_list or ""]
        kinds = {code.code: code.kind for code in code_list.codes}
        found = {"not_known": 0, "declined": 0, "asked_unsure": 0}
        for value, count in self.histograms[item.name].items():
            kind = kinds.get(value) or kinds.get(value[:1] if item.data_type.local_second_character else value)
            if kind in found:
                found[kind] += count
        return found

    def item_tallies(self, kept: str) -> Iterator[ItemTally]:
        """What each item in `statuses` holds, over the rows for which the SQL condition `kept` is true."""
        names = [name for name in self.table.item_names if name in self.statuses]
        asked = ", ".join(f'histogram("{status_name(name)}") AS "{name}"' for name in names)
        found = self.database.named_row(f'SELECT count(*) AS "*", {asked} FROM {self.name} WHERE {kept}')
        for name in names:
            held = {STATUSES[number]: count for number, count in (found[name] or {}).items()}
            yield ItemTally(self.table.name, name, found["*"], **{word: held.get(word, 0) for word in STATUSES})


def _listed(rule_id: str, kinds: tuple[str, ...], number: str, table: str) -> str:
    """The rows of a table whose number of a cause is above 0, with the rule and the kind of the cause."""
    names = ", ".join(f"'{kind}'" for kind in kinds)
    return f"SELECT row, '{rule_id}' AS rule_id, [{names}][{number}] AS cause FROM {table} WHERE {number} > 0"


def merged(tallies: list[CauseTally]) -> tuple[CauseTally, ...]:
    """Causes of one kind as one: a kind may stand for several forms."""
    kinds: dict[str, CauseTally] = {}
    for tally in tallies:
        before = kinds.get(tally.kind)
        kinds[tally.kind] = (
            tally
            if before is None
            else CauseTally(
                tally.kind,
                before.count + tally.count,
                top_shapes([*before.shapes, *tally.shapes]),
                spread((*before.sample_rows, *tally.sample_rows)),
            )
        )
    return tuple(kinds.values())
