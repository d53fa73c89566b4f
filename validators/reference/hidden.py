"""Which faults hide a group, row by row: see validators.hidden."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from validators.hidden import (
    ETHNIC_ITEMS,
    category_meant,
    characteristic_meant,
    counted_codes,
    ethnic_group_name,
    hidden,
    may_hide,
    removes_rows,
    taken_item,
)

if TYPE_CHECKING:
    from schema.rule import Rule
    from validators.context import Context
    from validators.engines.base import FailingRow
    from validators.reference.rows import Row
    from validators.tally import RuleTally


@dataclass(frozen=True)
class HiddenGroups:
    """The rows of every table, and which of them broke which rule."""

    context: Context
    rows: Mapping[str, Sequence[Row]]
    found: Mapping[str, Sequence[FailingRow]]

    def told(self, results: Iterable[RuleTally]) -> Iterator[RuleTally]:
        """The results with the groups that each cause hides."""
        for result in results:
            rule = self.context.dataset.rule(result.rule_id)
            yield self._with_groups(result, rule) if result.failed and may_hide(rule) else result

    def _with_groups(self, result: RuleTally, rule: Rule) -> RuleTally:
        found = hidden(self._failed(rule), self._whole)
        causes = (replace(cause, hides=found.get(cause.kind, ())) for cause in result.causes)
        return replace(result, causes=tuple(causes))

    def _failed(self, rule: Rule) -> dict[str, Counter[str]]:
        """Cause → group → rows that say it and broke the rule in that way."""
        by_cause: dict[str, list[Row]] = defaultdict(list)
        for failing in self.found.get(rule.table, ()):
            if failing.rule_id == rule.id:
                by_cause[failing.cause].append(self._by_number[rule.table, failing.row])
        return {cause: self._lost(rule, rows) for cause, rows in by_cause.items()}

    def _lost(self, rule: Rule, rows: Sequence[Row]) -> Counter[str]:
        lost = Counter(group for row in rows for group in self._groups(rule.table, row, taken_item(rule)))
        if removes_rows(rule) and rule.table == "person":
            persons = {row.person for row in rows} - {None}
            lost.update(group for row, group in self._belonging if row.person in persons)
        return lost

    @cached_property
    def _by_number(self) -> dict[tuple[str, int], Row]:
        return {(table, row.number): row for table, rows in self.rows.items() for row in rows}

    @cached_property
    def _whole(self) -> Counter[str]:
        """Group → the rows that say it."""
        persons = (g for row in self.rows.get("person", ()) for g in self._groups("person", row, None))
        return Counter(persons) + Counter(group for _, group in self._belonging)

    @cached_property
    def _belonging(self) -> list[tuple[Row, str]]:
        """PLUS rows with the characteristic that may apply."""
        rows = self.rows.get("plus_characteristic", ())
        return [(row, group) for row in rows for group in self._groups("plus_characteristic", row, None)]

    def _groups(self, table: str, row: Row, only: str | None) -> Iterator[str]:
        """The groups that a row says; of a person by the item `only`, where one is named."""
        if table == "plus_characteristic":
            meant = characteristic_meant(self._codes, row.raw["characteristic_code"], row.raw["value"])
            yield from () if meant is None else (meant,)
            return
        for item in ETHNIC_ITEMS if only is None else (only,):
            category = category_meant(self.context, item, row.raw[item])
            if category is not None:
                yield ethnic_group_name(item, category)

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(counted_codes(self.context))
