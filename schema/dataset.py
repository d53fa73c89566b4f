"""The data set: tables, code lists and rules together, validated as a whole when loaded."""

from __future__ import annotations

import functools
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from schema.check import Condition
from schema.code_list import CodeList, load_code_lists
from schema.expression import OF_PERSONS, SINCE, Call, Column, walk
from schema.release_info import version_order
from schema.rule import Rule, RuleError, read_rule
from schema.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from schema.table import Table
    from schema.table_definition import TableDefinition

FOLDER = Path(__file__).parent
#: what is said of each release: its status and its days
ABOUT = FOLDER / "releases.toml"
#: what a condition may read beside items: how the submission came in, and when
CONTEXT = frozenset({"purpose", "received_at"})


@dataclass(frozen=True, slots=True)
class PlusMapping:
    """What one national code says of a characteristic."""

    national_item: str
    national_code: str
    characteristic_code: str
    value: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Everything in force in one version of the data set."""

    version: str
    tables: Mapping[str, TableDefinition]
    code_lists: Mapping[str, CodeList]
    rules: tuple[Rule, ...]
    plus_map: tuple[PlusMapping, ...]
    restricted_approvals: tuple[Mapping[str, str], ...] = ()

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id; KeyError where there is none."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def rules_of(self, table: str) -> tuple[Rule, ...]:
        """The rules of one table, in order of stage and id."""
        return tuple(rule for rule in self.rules if rule.table == table)

    @property
    def sentinels(self) -> frozenset[str]:
        """Numbers that pass the check digit and are nobody's NHS number."""
        return self.code_lists["nhs_number_sentinel"].open_codes


def newest() -> str:
    """The newest version that the definitions of this checkout give, be it a draft."""
    return _versions()[-1]


def version_before(version: str) -> str | None:
    """The version before another one; None where it is the first."""
    earlier = [known for known in _versions() if version_order(known) < version_order(version)]
    return earlier[-1] if earlier else None


def _versions() -> list[str]:
    import tomllib

    return sorted(tomllib.loads(ABOUT.read_text("utf-8")), key=version_order)


@functools.cache
def load_dataset(version: str | None = None) -> Dataset:
    """The data set as the definitions of this checkout give it, for `version`: what is in force in it.

    Without one, for the newest.
    """
    return _load(version or newest())


@functools.cache
def _load(version: str) -> Dataset:
    from schema.derive import derived_rules, load_texts
    from schema.table import table_definition

    lists = load_code_lists()
    tables = {name: table_definition(name, load_model(name)) for name in TABLES}
    texts = load_texts()
    written = tuple(_written_rules(tables, version))
    derived = (rule for table in tables.values() for rule in derived_rules(table, lists, texts))
    rules = tuple(sorted((*written, *derived), key=lambda rule: rule.id))
    dataset = Dataset(version, tables, lists, rules, load_plus_map(FOLDER / "maps" / "plus_map.csv"))
    check_dataset(dataset)
    return dataset


def load_model(table: str) -> type[Table]:
    """The Pydantic model of a table."""
    module = importlib.import_module(f"schema.tables.{table}")
    return getattr(module, "".join(word.capitalize() for word in table.split("_")))


def _written_rules(tables: Mapping[str, TableDefinition], version: str) -> Iterable[Rule]:
    import tomllib

    replaced = {
        rule_id: (item.name, check)
        for table in tables.values()
        for item in table.items
        for check, ids in item.written.items()
        for rule_id in ids
    }
    for path in sorted((FOLDER / "rules").glob("*/*.toml")):
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        rule = read_rule(given, replaced.get(given["id"]))
        if path.stem != rule.id:
            raise RuleError(f"{path.name} holds the rule {rule.id}: the file is named after the rule.")
        if _in_force(rule, version):
            yield rule


def _in_force(rule: Rule, version: str) -> bool:
    here = version_order(version)
    return version_order(rule.since) <= here and (rule.until is None or here < version_order(rule.until))


def load_plus_map(path: Path) -> tuple[PlusMapping, ...]:
    """National code → PLUS characteristic, from the CSV of the release."""
    import csv

    with path.open(encoding="utf-8", newline="") as text:
        return tuple(PlusMapping(**row) for row in csv.DictReader(text))


def check_dataset(dataset: Dataset) -> None:
    """Raise RuleError where definitions do not fit together."""
    ids = [rule.id for rule in dataset.rules]
    twice = {rule_id for rule_id in ids if ids.count(rule_id) > 1}
    if twice:
        raise RuleError(f"These ids stand for more than one rule: {', '.join(sorted(twice))}.")
    for rule in dataset.rules:
        _check_rule(dataset, rule)
    for table in dataset.tables.values():
        for item in table.items:
            _check_item(dataset, table, item.name)


def _check_item(dataset: Dataset, table: TableDefinition, name: str) -> None:
    item = table.item(name)
    if name in ("key", "table") or name in dataset.tables:
        raise RuleError(f"{table.name}.{name}: no item may be called key, table or like a table.")
    for data_type in (item.data_type, item.data_type.element):
        if data_type and data_type.code_list and data_type.code_list not in dataset.code_lists:
            raise RuleError(f"{table.name}.{name} names the code list {data_type.code_list}, which is not there.")


def _check_rule(dataset: Dataset, rule: Rule) -> None:
    for condition in rule.conditions():
        for column in condition.columns():
            _check_column(dataset, rule, column, condition.text)
    _check_functions(rule)
    if not rule.derived and not rule.examples:
        raise RuleError(f"{rule.id} has no example: a passing and a failing row are needed.")


def _check_functions(rule: Rule) -> None:
    asked = (*rule.conditions(), *(cause.when for cause in rule.causes if cause.when is not None))
    for call in (node for condition in asked for node in walk(condition.tree) if isinstance(node, Call)):
        since = SINCE.get(call.name, rule.since)
        if version_order(rule.since) < version_order(since):
            raise RuleError(f"{rule.id} is of {rule.since} and asks {call.name}, which came with {since}.")
        if call.name in OF_PERSONS:
            _check_asked_of_persons(rule, call)


def _check_asked_of_persons(rule: Rule, call: Call) -> None:
    items = OF_PERSONS[call.name]
    of_items = call.args == tuple(Column(name) for name in items)
    alone = rule.table == "person" and isinstance(rule.check, Condition) and rule.action == "none"
    if not (of_items and alone and rule.stage == "record"):
        raise RuleError(
            f"{rule.id}: {call.name} is asked of ({', '.join(items)}) alone, in a condition on one row of person from "
            f"which nothing follows (action none): engines join persons to reference data once, by these items."
        )


def _check_column(dataset: Dataset, rule: Rule, column: Column, text: str) -> None:
    if column.table is None and column.name in CONTEXT | set(dataset.tables["header"].item_names):
        return
    read_from = column.table or getattr(rule.check, "table", None) or rule.table
    if rule.check.kind == "related" and column.table is None:
        tables = (dataset.tables[rule.table], dataset.tables[read_from])
    else:
        tables = (dataset.tables.get(read_from),)
    if not any(table and column.name in table.item_names for table in tables):
        raise RuleError(f"{rule.id} reads {read_from}.{column.name}, which is no item of the data set: {text}")
