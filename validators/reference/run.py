"""One run of the reference engine: the tables read, the stages in turn, the measures, the list of failing rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schema.check import Coded, Condition, DeclaredNotRecorded, Format, Link, Rate
from schema.tables import TABLES
from validators.assessable import not_assessed
from validators.causes import causes_of, plain_kind, shape, shaped_item
from validators.engines.base import FailingRow
from validators.header import header_tallies
from validators.reading import Scope, holds
from validators.reference.access import access_tallies
from validators.reference.ethnicity import equality_tally, linkage_tally
from validators.reference.group_checks import GROUP_CHECKS
from validators.reference.hidden import HiddenGroups
from validators.reference.items import item_tallies
from validators.reference.misplaced import misplaced_rows, misplaced_tallies
from validators.reference.persons import People
from validators.reference.places import core20_tallies
from validators.reference.plus import plus_tallies
from validators.reference.row_checks import ROW_CHECKS, judge, read_values
from validators.reference.rows import ROW_STAGES, Row, TableRules, read_rows
from validators.reference.splits import split_tallies
from validators.reference.table_checks import TABLE_CHECKS, Linked, NearlyLinked, Tables, judge_link
from validators.reference.whole_checks import WHOLE_CHECKS, declared_not_recorded, judge_rate, too_few
from validators.tally import CauseTally, RuleTally, TableTally, Tallied, Tally, with_differing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from schema.rule import Cause, Rule, Stage
    from validators.context import Context
    from validators.source import Source

#: the stage of the rule on restricted characteristics: rows are refused before anything reads them
REFUSING_STAGE: Stage = "structure"
REJECTING = ("record", "group", "file")

#: every kind of check that speaks of rows → the function that judges it
CHECKS: dict[str, object] = {**ROW_CHECKS, **GROUP_CHECKS, "link": judge_link, **TABLE_CHECKS, **WHOLE_CHECKS}


@dataclass
class Run:
    """What is known of a submission while it is judged."""

    context: Context
    progress: Callable[[str, float | None], None]
    rows: dict[str, Sequence[Row]] = field(default_factory=dict)
    rules: dict[str, TableRules] = field(default_factory=dict)
    unseen: dict[str, int] = field(default_factory=dict)
    results: list[RuleTally] = field(default_factory=list)
    found: dict[str, list[FailingRow]] = field(default_factory=dict)

    @property
    def tables(self) -> Tables:
        """The tables that were sent."""
        return Tables(self.rows, self.rules)

    # The tables in turn

    def read(self, name: str, source: Source) -> None:
        """Read a table and judge each of its rows alone."""
        self.progress(f"reading {name}", None)
        rules = TableRules(self.context.dataset.tables[name], self.context)
        self.rules[name], self.found[name] = rules, []
        self.rows[name], self.unseen[name] = read_rows(source, rules)
        for row in self.rows[name]:
            read_values(row, rules)
            row.spoiled |= row.malformed
        for stage in ROW_STAGES:
            self._row_stage(stage, name)

    def _row_stage(self, stage: Stage, name: str) -> None:
        """What a stage takes away is gone for the next one only: its rules all read the same."""
        judged = [(rule, self._judge_rows(rule, name)) for rule in self.rules[name].of_stage(stage)]
        for rule, failing in judged:
            for row in failing:
                self._follow(rule, row)
                if rule.item and (rule.action == "field" or isinstance(rule.check, Coded)):
                    row.spoiled.add(rule.item)

    def _judge_rows(self, rule: Rule, name: str) -> list[Row]:
        if self._left_out(rule):
            return []
        rules = self.rules[name]
        verdicts = [(row, judge(rule, row, rules)) for row in self.rows[name]]
        failing = [row for row, kept in verdicts if kept is False]
        self._count(
            rule, sum(kept is not None for _, kept in verdicts), failing, lambda row: _cause_scope(rule, row, rules)
        )
        return failing

    def _follow(self, rule: Rule, row: Row) -> None:
        """What a consumer does with a row that breaks a rule."""
        if rule.action in REJECTING:
            row.rejected = True
        if rule.action == "field" and rule.item:
            row.typed[rule.item] = None

    def judge_groups(self, name: str) -> None:
        """Rules over several rows of one table, keys first, each over the rows that stand so far."""
        rules = sorted(
            self.rules[name].of_stage("cross_record"), key=lambda r: (_GROUP_ORDER.get(r.check.kind, 2), r.id)
        )
        for rule in rules:
            if not self._left_out(rule):
                judged = GROUP_CHECKS[rule.check.kind](rule.check, self.tables.accepted(name))
                self._count(rule, judged.assessed, judged.failing, self.rules[name].scope)
                self.results[-1] = with_differing(self.results[-1], judged.differing)
                for row in judged.failing:
                    self._follow(rule, row)

    def judge_links(self, name: str) -> None:
        """Rules over several tables: links first, then what is read across them."""
        rules = self.rules[name].of_stage("cross_table")
        links = [rule for rule in rules if isinstance(rule.check, Link)]
        for rule in links:
            if not self._left_out(rule):
                assert isinstance(rule.check, Link)
                judged = judge_link(rule.check, rule, self.tables)
                near = NearlyLinked(rule.check, self.tables, self.rules[name])
                self._count(rule, judged.assessed, judged.failing, near.scope)
        for rule in rules:
            if rule not in links and not self._left_out(rule):
                self._judge_across(rule, name)

    def _judge_across(self, rule: Rule, name: str) -> None:
        judged = TABLE_CHECKS[rule.check.kind](rule, self.tables)
        rules, linked = self.rules[name], Linked(rule, self.tables) if isinstance(rule.check, Condition) else None
        self._count(
            rule, judged.assessed, judged.failing, lambda row: rules.scope(row, linked.of(row) if linked else None)
        )
        for row in judged.failing:
            self._follow(rule, row)

    def judge_whole(self) -> None:
        """Rules over the whole data set."""
        for rule in self.context.dataset.rules_of("dataset"):
            if self._left_out(rule):
                continue
            if isinstance(rule.check, DeclaredNotRecorded):
                self.results.append(declared_not_recorded(rule, self.context, self.tables))
            elif isinstance(rule.check, Rate):
                self._rate(rule, rule.check)

    def _rate(self, rule: Rule, check: Rate) -> None:
        """The rows in the numerator break no rule one by one: they are counted, and not listed."""
        assessed, failing = judge_rate(check, self.tables)
        if assessed < check.minimum:
            self.results.append(too_few(rule, check))
        else:
            causes, _ = self._causes(rule, failing, self.rules[check.table].scope)
            self.results.append(RuleTally(rule.id, assessed, len(failing), causes))

    def judge_refused(self, name: str) -> None:
        """That rows were refused unread, and not how many."""
        for rule in self.rules[name].of_stage(REFUSING_STAGE):
            if self.unseen[name]:
                cause = CauseTally(plain_kind(rule, self.context), 0)
                self.results.append(RuleTally(rule.id, None, None, (cause,)))
            else:
                self.results.append(RuleTally(rule.id, 0, 0))

    # What is counted

    def _left_out(self, rule: Rule) -> bool:
        reason = not_assessed(rule, self.context)
        if reason:
            self.results.append(RuleTally(rule.id, reason=reason))
        return reason is not None

    def _count(self, rule: Rule, assessed: int, failing: Sequence[Row], scope: Callable[[Row], Scope]) -> None:
        causes, listed = self._causes(rule, failing, scope)
        self.results.append(RuleTally(rule.id, assessed, len(failing), causes))
        self.found[rule.table].extend(listed)

    def _causes(
        self, rule: Rule, failing: Sequence[Row], scope: Callable[[Row], Scope]
    ) -> tuple[tuple[CauseTally, ...], list[FailingRow]]:
        """The rows by the first cause that holds, in the order of the causes."""
        tried = causes_of(rule, self.context)
        tallied = {cause.kind: Tallied() for cause in tried}
        listed = list[FailingRow]()
        for row in failing:
            cause = _first(tried, scope(row))
            tallied[cause.kind].add(row.number, _shape(rule, cause, row))
            listed.append(FailingRow(row.number, rule.id, cause.kind))
        return tuple(found.tally(kind) for kind, found in tallied.items() if found.count), listed

    def absent_tables(self) -> None:
        """The rules of the tables that were not sent."""
        for name in TABLES:
            if name != "header" and name not in self.rows:
                for rule in self.context.dataset.rules_of(name):
                    self._left_out(rule)

    # What is handed over

    def tally(self) -> Tally:
        """Everything that was found out."""
        self.progress("measuring", None)
        self.results = list(HiddenGroups(self.context, self.rows, self.found).told(self.results))
        tables = self.tables
        counts = tuple(TableTally(n, len(rows), sum(row.rejected for row in rows)) for n, rows in self.rows.items())
        items = tuple(tally for name in self.rows for tally in item_tallies(tables.once(name), self.rules[name]))
        misplaced = tuple(t for n, rows in self.rows.items() for t in misplaced_tallies(self.rules[n].table, rows))
        if "person" not in self.rows:
            return Tally(counts, tuple(self.results), items, misplaced=misplaced)
        people = People(tables.once("person"), self.rules["person"], self._once("plus_characteristic"))
        return Tally(
            counts,
            tuple(self.results),
            items,
            tuple(plus_tallies(people, self.context)) if people.answer_rows is not None else (),
            equality_tally(people),
            linkage_tally(people, self.context),
            len(people.rows),
            tuple(split_tallies(people, self.context)),
            tuple(access_tallies(people, self._once("referral"), self._once("care_contact"), self.context)),
            tuple(core20_tallies(people.rows, self.rows["person"], self.context)),
            misplaced,
        )

    def failing_rows(self, name: str) -> list[FailingRow]:
        """Every row of a table with every rule that it breaks, in the order of the file."""
        return sorted([*self.found[name], *misplaced_rows(self.rules[name].table, self.rows[name])])

    def _once(self, table: str) -> list[Row] | None:
        return self.tables.once(table) if table in self.rows else None


_GROUP_ORDER = {"repeated": 0, "copied": 1}


def run(
    sources: Mapping[str, Source],
    context: Context,
    progress: Callable[[str, float | None], None],
    rows_to: Callable[[str, Iterator[FailingRow], bool], None] | None,
) -> Tally:
    """The tally of the tables in `sources`."""
    work = Run(context, progress)
    work.results.extend(header_tallies(context))
    names = [name for name in TABLES if name in sources]
    for name in names:
        work.read(name, sources[name])
        work.judge_refused(name)
        work.judge_groups(name)
    for name in names:
        work.judge_links(name)
    work.judge_whole()
    work.absent_tables()
    tally = work.tally()
    for name in names if rows_to else ():
        assert rows_to is not None
        rows_to(name, iter(work.failing_rows(name)), not work.unseen[name])
    return tally


def _cause_scope(rule: Rule, row: Row, rules: TableRules) -> Scope:
    """Causes of a breach of form or list read the value as it was received."""
    return (
        rules.scope(row).reading(rule.items[0]) if isinstance(rule.check, Format | Coded) else rules.scope_of(rule, row)
    )


def _first(causes: Sequence[Cause], scope: Scope) -> Cause:
    return next(cause for cause in causes if holds(cause.when, scope))


def _shape(rule: Rule, cause: Cause, row: Row) -> str | None:
    item = shaped_item(rule, cause.kind)
    received = row.raw[item] if item else None
    return None if received is None else shape(received)
