"""An example of a rule as a small submission that any implementation can run: rows, context, and the rows that fail."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from schema.dataset import Dataset
    from schema.rule import Rule
    from schema.table_definition import TableDefinition

Row = dict[str, str | None]

#: a cell of this sign is a cell of one space
ONE_SPACE = "·"
#: where an example says nothing else
CONTEXT = {
    "provider_org_code": "RX1",
    "period_start": "2026-04-01",
    "period_end": "2026-04-30",
    "created_at": "2026-05-06T09:00:00",
    "purpose": "check",
    "received_at": "2026-05-07T09:00:00",
}
_NOT_IN_THE_HEADER = ("purpose", "received_at")
#: columns of an example that are no items
_MARKS = ("finding", "repeat")


@dataclass(frozen=True, slots=True)
class Case:
    """One submission and what one rule makes of it.

    Values are texts as they stand in a CSV file; None is a blank cell. `table` is the one whose rows `expected`
    numbers, from 1. `finding`: whether the rule gives a finding at all.
    """

    description: str
    table: str
    tables: Mapping[str, Sequence[Row]]
    expected: tuple[int, ...] = ()
    finding: bool = False
    context: Mapping[str, str] = field(default_factory=dict)
    reference: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The case as JSON."""
        return {
            "description": self.description,
            "finding": self.finding,
            "expected": list(self.expected),
            "context": dict(self.context),
            "reference": {name: list(rows) for name, rows in self.reference.items()},
            "tables": {name: list(rows) for name, rows in self.tables.items()},
        }


def read_rows(text: str) -> list[Row]:
    """The rows of a table written with | between its cells. A blank cell is None; \\| is the sign itself."""
    lines = [_cells(line) for line in text.strip("\n").splitlines() if line.strip()]
    names = [name or "" for name in lines[0]]
    return [dict(zip(names, cells, strict=True)) for cells in lines[1:]]


def _cells(line: str) -> list[str | None]:
    cells = (cell.strip().replace("\\|", "|").replace(ONE_SPACE, " ") for cell in re.split(r"(?<!\\)\|", line))
    return [cell or None for cell in cells]


def written_cases(rule: Rule, dataset: Dataset) -> Iterator[Case]:
    """The examples of a rule file as cases, with one in which every row passes."""
    made = [case for example in rule.examples for case in _cases(rule, example, dataset)]
    yield from made
    if all(case.finding for case in made) and made:
        yield _passing(made[0])


def _cases(rule: Rule, example: Mapping[str, Any], dataset: Dataset) -> Iterator[Case]:
    """A header rule reads one header: each row of its example is a case of its own."""
    rows = [row for row in read_rows(example["rows"]) for _ in range(int(row.get("repeat") or 1))]
    together = rule_table(rule) != "header" or rule.check.kind == "row_count"
    groups = [rows] if together else [[row] for row in rows]
    for number, group in enumerate(groups, start=1):
        title = example.get("title", rule.title)
        yield _case(rule, example, group, title if len(groups) == 1 else f"{title} (row {number})", dataset)


def rule_table(rule: Rule) -> str:
    """The table whose rows the examples of a rule list."""
    if rule.table != "dataset":
        return rule.table
    return getattr(rule.check, "table", None) or rule.items[0].split(".")[0]


def _case(rule: Rule, example: Mapping[str, Any], rows: Sequence[Row], title: str, dataset: Dataset) -> Case:
    context = CONTEXT | {"dataset_version": dataset.version} | example.get("context", {})
    table = rule_table(rule)
    given = {name: read_rows(text) for name, text in example.get("tables", {}).items()}
    items = {table: [_without_marks(row) for row in rows]} | given
    failing = tuple(number for number, row in enumerate(rows, start=1) if row.get("finding"))
    return Case(
        title,
        table,
        submission(items, context, dataset),
        failing,
        bool(failing),
        {name: context[name] for name in _NOT_IN_THE_HEADER},
        {name: read_rows(text) for name, text in example.get("reference", {}).items()},
    )


def _without_marks(row: Row) -> Row:
    return {name: cell for name, cell in row.items() if name not in _MARKS}


def submission(
    given: Mapping[str, Sequence[Row]], context: Mapping[str, str], dataset: Dataset
) -> dict[str, Sequence[Row]]:
    """The given rows as a submission: with header, mandatory tables and persons, and with the items that no row can
    be used without.
    """
    header = {name: text for name, text in context.items() if name not in _NOT_IN_THE_HEADER}
    tables = {"header": [header | row for row in given.get("header", [{}])]}
    for name, rows in given.items():
        if name != "header":
            tables[name] = [_completed(dataset.tables[name], row, n, header) for n, row in enumerate(rows, start=1)]
    tables.setdefault("person", _persons(tables))
    tables.setdefault("plus_characteristic", [])
    return {name: tables[name] for name in dataset.tables if name in tables}


def _completed(table: TableDefinition, row: Row, number: int, header: Mapping[str, str | None]) -> Row:
    filled = {item.name: _filler(table, item.name, number, header) for item in table.items if item.mandation == "M"}
    return filled | row


def _filler(table: TableDefinition, item: str, number: int, header: Mapping[str, str | None]) -> str | None:
    data_type = table.item(item).data_type
    if data_type.kind == "date":
        return header["period_start"]
    if data_type.name == "organisation_code":
        return header["provider_org_code"]
    return _PLUS.get(item) or f"{item[0].upper()}{number}"


_PLUS = {"characteristic_code": "CARER", "value": "N"}


def _persons(tables: Mapping[str, Iterable[Row]]) -> list[Row]:
    """A person row for each person that another table names."""
    key = ("local_patient_id_org", "local_patient_id")
    named = defaultdict[tuple[str | None, ...], None](lambda: None)
    for name, rows in tables.items():
        for row in rows if name != "header" else ():
            named[tuple(row[item] for item in key)]
    return [dict(zip(key, person, strict=True)) for person in named if all(person)]


def _passing(case: Case) -> Case:
    """The case without its failing rows."""
    kept = [row for number, row in enumerate(case.tables[case.table], start=1) if number not in case.expected]
    return Case(
        "Only rows that pass",
        case.table,
        {**case.tables, case.table: kept},
        context=case.context,
        reference=case.reference,
    )
