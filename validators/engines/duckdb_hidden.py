"""Which faults hide a group, on DuckDB: one grouped query a table, over the rows that broke a rule that can."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from validators.engines.duckdb_groups import listed
from validators.engines.duckdb_measure_columns import category_name
from validators.groups import values_of
from validators.hidden import (
    ETHNIC_ITEMS,
    GROUP_ITEMS,
    counted_codes,
    ethnic_group_name,
    hidden,
    may_hide,
    removes_rows,
    taken_item,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from schema.rule import Rule
    from validators.context import Context
    from validators.engines.duckdb_connection import Database
    from validators.engines.duckdb_rows import TableRows
    from validators.tally import RuleTally

    #: rule → cause → group → rows
    Lost = dict[str, dict[str, Counter[str]]]


@dataclass(frozen=True)
class HiddenGroups:
    """The tables of a submission when every rule has been judged."""

    database: Database
    context: Context
    tables: Mapping[str, TableRows]

    def told(self, results: Iterable[RuleTally]) -> Iterator[RuleTally]:
        """The results with the groups that each cause hides."""
        found = list(results)
        rules = [self.context.dataset.rule(result.rule_id) for result in found if result.failed]
        lost = self._lost([rule for rule in rules if may_hide(rule)])
        for result in found:
            yield self._with_groups(result, lost[result.rule_id]) if result.rule_id in lost else result

    def _with_groups(self, result: RuleTally, lost: Mapping[str, Counter[str]]) -> RuleTally:
        gone = hidden(lost, self._whole)
        return replace(result, causes=tuple(replace(cause, hides=gone.get(cause.kind, ())) for cause in result.causes))

    def _lost(self, rules: list[Rule]) -> Lost:
        lost: Lost = defaultdict(lambda: defaultdict(Counter))
        for table in GROUP_ITEMS:
            of_table = {rule.id: rule for rule in rules if rule.table == table}
            if of_table:
                made = self._by_category(of_table) if table == "person" else self._by_characteristic(of_table)
                for rule_id, cause, group, count in made:
                    lost[rule_id][cause][group] += count
        return lost

    def _failing(self, table: str, rules: Iterable[str]) -> str:
        """The rows of a table that broke one of the rules, with rule and cause."""
        return f"(SELECT * FROM ({self.tables[table].failing_rows()}) WHERE rule_id IN ({listed(sorted(rules))}))"

    def _by_category(self, rules: Mapping[str, Rule]) -> Iterator[tuple[str, str, str, int]]:
        """Person rows by what they say of ethnicity; where the row goes, the PLUS rows of the person too."""
        names = ", ".join(f'"{category_name(item)}"' for item in ETHNIC_ITEMS)
        found = self.database.rows(
            f"SELECT rule_id, cause, {names}, count(*) FROM {self._failing('person', rules)} "
            "JOIN rows_person USING (row) GROUP BY ALL"
        )
        for rule_id, cause, *places, count in found:
            for item, place in zip(ETHNIC_ITEMS, places, strict=True):
                if place and taken_item(rules[rule_id]) in (None, item):
                    yield rule_id, cause, ethnic_group_name(item, self._categories[item][place - 1]), count
        removing = [rule_id for rule_id, rule in rules.items() if removes_rows(rule)]
        if removing and "plus_characteristic" in self.tables:
            yield from self._with_the_person(removing)

    def _with_the_person(self, rules: list[str]) -> Iterator[tuple[str, str, str, int]]:
        found = self.database.rows(
            "SELECT rule_id, cause, belongs, count(*) FROM (SELECT DISTINCT rule_id, cause, person "
            f"FROM {self._failing('person', rules)} JOIN rows_person USING (row) WHERE person IS NOT NULL) "
            "JOIN rows_plus_characteristic USING (person) WHERE belongs > 0 GROUP BY ALL"
        )
        return ((rule_id, cause, self._codes[place - 1], count) for rule_id, cause, place, count in found)

    def _by_characteristic(self, rules: Mapping[str, Rule]) -> Iterator[tuple[str, str, str, int]]:
        found = self.database.rows(
            f"SELECT rule_id, cause, belongs, count(*) FROM {self._failing('plus_characteristic', rules)} "
            "JOIN rows_plus_characteristic USING (row) WHERE belongs > 0 GROUP BY ALL"
        )
        return ((rule_id, cause, self._codes[place - 1], count) for rule_id, cause, place, count in found)

    @cached_property
    def _whole(self) -> Counter[str]:
        """Group → the rows that say it."""
        whole = Counter[str]()
        if "person" in self.tables:
            for item in ETHNIC_ITEMS:
                name = f'"{category_name(item)}"'
                for place, count in self.database.rows(f"SELECT {name}, count(*) FROM rows_person GROUP BY ALL"):
                    if place:
                        whole[ethnic_group_name(item, self._categories[item][place - 1])] = count
        if "plus_characteristic" in self.tables:
            counted = "SELECT belongs, count(*) FROM rows_plus_characteristic WHERE belongs > 0 GROUP BY ALL"
            whole.update({self._codes[place - 1]: count for place, count in self.database.rows(counted)})
        return whole

    @cached_property
    def _categories(self) -> dict[str, tuple[str, ...]]:
        return {item: values_of(self.context, item) for item in ETHNIC_ITEMS}

    @cached_property
    def _codes(self) -> tuple[str, ...]:
        return counted_codes(self.context)
