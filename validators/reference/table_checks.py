"""The checks that read rows of another table: links, conditions on the linked row, a row of the same person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from schema.check import Condition, Related
from validators.lost_zeros import id_item, meant, without_zeros
from validators.reading import Scope, Truth, evaluate, holds
from validators.reference.group_checks import Judged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from schema.check import Link
    from schema.expression import Expression
    from schema.rule import Rule
    from validators.reference.rows import Row, TableRules

Key = tuple[str, ...]


@dataclass(frozen=True)
class Tables:
    """The rows of the tables that were sent, and their rules."""

    rows: Mapping[str, Sequence[Row]]
    rules: Mapping[str, TableRules]

    def accepted(self, table: str) -> list[Row]:
        """The rows that no rule has rejected so far."""
        return [row for row in self.rows[table] if not row.rejected]

    def once(self, table: str) -> list[Row]:
        """The rows not rejected so far, those alike in every item once."""
        return [row for row in self.accepted(table) if not row.copy]

    def by_key(self, table: str) -> dict[Key, Row]:
        """The rows not rejected so far by their key: one each, since those that differ under one key are rejected."""
        key = self.rules[table].table.key
        return {found: row for row in self.once(table) if (found := row.key(key)) is not None}

    def received_keys(self, table: str) -> frozenset[Key]:
        """Every key that was sent, rejected or not."""
        key = self.rules[table].table.key
        return frozenset(found for row in self.rows[table] if (found := row.key(key)) is not None)


def judge_link(check: Link, rule: Rule, tables: Tables) -> Judged:
    """Rows that name a row which was not sent fail.

    A row that names one which was rejected breaks nothing. Either way the link is gone: the row goes too where it
    cannot stand without it, and stays without the link where it can.
    """
    named, accepted = tables.received_keys(check.table), tables.by_key(check.table)
    linking = [row for row in tables.accepted(rule.table) if row.key(check.items) is not None]
    failing = [row for row in linking if row.key(check.items) not in named]
    for row in linking:
        if row.key(check.items) not in accepted:
            _unlink(row, check, rule)
    return Judged(len(linking), failing)


def _unlink(row: Row, check: Link, rule: Rule) -> None:
    if rule.action == "group":
        row.rejected = True
    else:
        row.typed.update(dict.fromkeys(check.items))


@dataclass(frozen=True)
class NearlyLinked:
    """What the causes of a link that leads nowhere read: the id as received, and the one that may be meant by it."""

    check: Link
    tables: Tables
    rules: TableRules

    def scope(self, row: Row) -> Scope:
        """The scope of a row that names one which is not there."""
        item = id_item(self.check)
        key = row.key(self.check.items)
        bare = without_zeros(key) if key else None
        there = self._meant.get(bare) if bare else None
        return self.rules.scope(row, {(self.check.table, item): there}).reading(item)

    @cached_property
    def _meant(self) -> dict[Key, str]:
        return meant(self.tables.received_keys(self.check.table))


class Linked:
    """What the conditions of a rule read of the rows that the links of a row lead to."""

    def __init__(self, rule: Rule, tables: Tables) -> None:
        self._columns = [(c.table, c.name) for e in rule.conditions() for c in e.columns() if c.table]
        self._targets = {table: tables.by_key(table) for table, _ in self._columns}
        self._links = tables.rules[rule.table].table.links

    def of(self, row: Row) -> dict[tuple[str, str], Any]:
        """(table, item) → the typed value; None where there is no row."""
        found = dict[tuple[str, str], Any]()
        for table, name in self._columns:
            key = row.key(self._links[table])
            there = self._targets[table].get(key) if key else None
            found[table, name] = there.typed[name] if there else None
        return found


def _related(rule: Rule, tables: Tables) -> Judged:
    """Rows whose person has no row in the other table that matches."""
    check = rule.check
    assert isinstance(check, Related)
    own, others = tables.rules[rule.table], tables.rules[check.table]
    asked = [row for row in tables.accepted(rule.table) if _asked(check.when, row, own.scope(row))]
    matching = {row.person for row in tables.accepted(check.table) if holds(check.match, others.scope(row))}
    return Judged(len(asked), [row for row in asked if row.person not in matching])


def _condition(rule: Rule, tables: Tables) -> Judged:
    """A condition that reads the one row to which a link leads."""
    check = rule.check
    assert isinstance(check, Condition)
    rules, linked = tables.rules[rule.table], Linked(rule, tables)
    verdicts = [(row, _kept(check, row, rules.scope(row, linked.of(row)))) for row in tables.accepted(rule.table)]
    assessed = sum(kept is not None for _, kept in verdicts)
    return Judged(assessed, [row for row, kept in verdicts if kept is False])


def _kept(check: Condition, row: Row, scope: Scope) -> Truth:
    if not _asked(check.when, row, scope) or _reads_malformed(check.require, row):
        return None
    return evaluate(check.require.tree, scope)


def _asked(when: Expression | None, row: Row, scope: Scope) -> bool:
    return when is None or (not _reads_malformed(when, row) and holds(when, scope))


def _reads_malformed(condition: Expression, row: Row) -> bool:
    return any(column.table is None and column.name in row.malformed for column in condition.columns())


TABLE_CHECKS: dict[str, Callable[[Rule, Tables], Judged]] = {"related": _related, "condition": _condition}
