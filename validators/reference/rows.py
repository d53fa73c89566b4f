"""A row as the reference engine sees it: what was received, what it is read as, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from schema.check import Condition
from validators.assessable import not_loaded
from validators.errors import EngineError
from validators.reading import Scope
from validators.restricted import REFUSED_BY, Restricted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from schema.data_item import Item
    from schema.rule import Rule, Stage
    from schema.table_definition import TableDefinition
    from validators.context import Context
    from validators.source import Record, Source

PERSON_KEY = ("local_patient_id_org", "local_patient_id")
#: stages in which a rule reads one row alone
ROW_STAGES: tuple[Stage, ...] = ("value", "record")


@dataclass(slots=True, eq=False)
class Row:
    """One record. `typed` loses what a rule with the action `field` takes away; `raw` is never changed."""

    number: int
    raw: Record
    malformed: frozenset[str] = frozenset()
    typed: dict[str, Any] = field(default_factory=dict)
    #: items that were sent and that a rule of the row stages found unusable
    spoiled: set[str] = field(default_factory=set)
    rejected: bool = False
    #: alike in every item to an earlier row, which counts for both
    copy: bool = False

    def key(self, items: Iterable[str]) -> tuple[str, ...] | None:
        """The values of some items as received; None where one is blank."""
        found = tuple(self.raw[name] for name in items)
        return None if None in found else found  # type: ignore[return-value]

    def usable(self, item: str) -> str | None:
        """What was received for an item, where the rules that read one row alone found nothing against it."""
        return None if item in self.spoiled else self.raw[item]

    @property
    def person(self) -> tuple[str, ...] | None:
        """Which person the row speaks of."""
        return self.key(PERSON_KEY)


@dataclass(frozen=True)
class TableRules:
    """The rules of one table, and in which order its items can be read."""

    table: TableDefinition
    context: Context

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that speak of rows of the table."""
        return self.context.dataset.rules_of(self.table.name)

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """The items of the table by name."""
        return {item.name: item for item in self.table.items}

    def of_stage(self, stage: Stage) -> list[Rule]:
        """The rules of one stage, by id."""
        return sorted((rule for rule in self.rules if rule.stage == stage), key=lambda rule: rule.id)

    @cached_property
    def malforming(self) -> Mapping[str, list[Rule]]:
        """Item → the rules on its form or its list; a value that breaks one has no typed value.

        A rule whose reference data are not loaded says nothing about any value.
        """
        found: dict[str, list[Rule]] = {}
        for rule in self.rules:
            if rule.malforms and not_loaded(rule, self.context) is None:
                found.setdefault(own_item(rule) or rule.items[0], []).append(rule)
        return found

    def reads(self, rule: Rule) -> frozenset[str]:
        """The items of the row that the conditions of a rule read, its own apart where it reads that as received."""
        columns = (c for e in rule.conditions() for c in e.columns() if not c.table and c.name in self.items)
        return frozenset(c.name for c in columns) - {own_item(rule)}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The items, each after those that the rules on its form read."""
        ordered: list[str] = []
        for name in self.items:
            self._place(name, ordered)
        return tuple(ordered)

    def _place(self, name: str, ordered: list[str]) -> None:
        if name in ordered:
            return
        for rule in self.malforming.get(name, ()):
            for other in self.reads(rule):
                self._place(other, ordered)
        ordered.append(name)

    def scope(self, row: Row, linked: Mapping[tuple[str, str], Any] | None = None) -> Scope:
        """What a condition reads of the row."""
        return Scope(self.context, self.items, row.raw, row.typed, linked or {})

    def scope_of(self, rule: Rule, row: Row) -> Scope:
        """The same, with the rule's own item as received where it is a rule on a form or a list."""
        own = own_item(rule)
        return self.scope(row).reading(own) if own else self.scope(row)


def own_item(rule: Rule) -> str | None:
    """The item that a condition on a form or a list reads as received."""
    if rule.stage != "value" or not isinstance(rule.check, Condition):
        return None
    return rule.replaces[0] if rule.replaces else rule.items[0]


def read_rows(source: Source, rules: TableRules) -> tuple[list[Row], int]:
    """The rows that rules may see, and how many are refused unread."""
    defaults = _stand_ins(source, rules)
    restricted = Restricted(rules.context) if rules.table.name == "plus_characteristic" else None
    seen, unseen = list[Row](), 0
    for number, _, record in source.records():
        if restricted is not None and restricted.refuses(record.get(REFUSED_BY)):
            unseen += 1
        else:
            seen.append(Row(number, {**record, **defaults}))
    _compare(source, len(seen) + unseen)
    return seen, unseen


def _stand_ins(source: Source, rules: TableRules) -> dict[str, str | None]:
    """What stands in an item whose whole column was not sent: the item of the header that takes its place."""
    absent = (item for item in rules.table.items if item.column_absent and item.name not in source.columns)
    return {item.name: rules.context.header.get(item.column_absent or "") for item in absent}


def _compare(source: Source, records: int) -> None:
    """The count of the records must be the independent one."""
    census = source.census()
    expected = census if census.simple else source.repaired().census()
    if expected.records != records:
        raise EngineError(f"The records of the table {source.table} could not be counted the same way twice.")
