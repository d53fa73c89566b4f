"""Cases for the rules that follow from definitions, made from the definitions and the minimal submission."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schema.example import CONTEXT, Case, Row
from schema.publish.minimal import minimal_submission

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from schema.data_item import Item
    from schema.data_type import DataType
    from schema.dataset import Dataset
    from schema.rule import Rule

#: a value in the right form for each data type that the minimal submission does not show
_GOOD = {
    "date": "2026-04-01",
    "organisation_code": "RX101",
    "text": "Any text",
    "whole_number": "1",
    "local_extension": "L-BOATER=Lives on a boat",
}
#: values in other forms, as they are met
_BROKEN: dict[str, tuple[str, ...]] = {
    "date": ("31/12/2025", "2026-02-30", "20260401", "2026-4-1", "46113"),
    "datetime": ("06/05/2026 09:00", "2026-05-06", "2026-02-30T09:00:00"),
    "nhs_number": ("999 000 0018", "999-000-0018", "999000001", "9.99E+09"),
    "organisation_code": ("rx1", "R", "RX1 ", "RX1000000000"),
    "whole_number": ("1.0", "-1", "one", "01"),
    "version_number": ("1.0", "v1.0.0"),
    "local_extension": ("BOATER", "L-BOATER", "L-boater=Lives on a boat"),
}
UNLISTED = "?"
#: a check goes on without a table, a submission does not
SUBMISSION = {"purpose": "submission", "received_at": CONTEXT["received_at"]}
NOBODY = "NOBODY"


def derived_cases(rule: Rule, dataset: Dataset) -> list[Case]:
    """A case that passes, and one or more that fail."""
    return _MAKERS[rule.check.kind](rule, dataset)


def _item_cases(rule: Rule, dataset: Dataset, values: Sequence[str | None], description: str) -> list[Case]:
    """The minimal submission with the item in its form, and its first row once for each of the `values`."""
    item = dataset.tables[rule.table].item(rule.items[0])
    tables = minimal_submission(dataset.version)
    first = tables[rule.table][0]
    first = {**first, item.name: first.get(item.name) or good_value(item, dataset)}
    good = [first, *tables[rule.table][1:]]
    bad = [_with_own_key({**first, item.name: value}, n, item, rule, dataset) for n, value in enumerate(values, 1)]
    passing = _case("Every row passes", rule.table, {**tables, rule.table: good})
    return [passing, *_failing(description, rule.table, tables, bad)]


def _failing(description: str, table: str, tables: Mapping[str, Sequence[Row]], bad: Sequence[Row]) -> list[Case]:
    """One case for all bad rows; a submission has one header only, so that each bad header is a case of its own."""
    groups = [[row] for row in bad] if table == "header" else [bad]
    return [
        _case(
            description if len(groups) == 1 else f"{description} ({number})",
            table,
            _alone(tables, table) | {table: group},
            tuple(range(1, len(group) + 1)),
        )
        for number, group in enumerate(groups, start=1)
    ]


def _alone(tables: Mapping[str, Sequence[Row]], table: str) -> dict[str, Sequence[Row]]:
    """Without the rows that belong to the persons whom a case replaces."""
    if table != "person":
        return dict(tables)
    return {"header": tables["header"], "person": [], "plus_characteristic": []}


def _with_own_key(row: Row, number: int, item: Item, rule: Rule, dataset: Dataset) -> Row:
    """A key of its own for each row, where the key is not what the case is about."""
    key = dataset.tables[rule.table].key
    return row if not key or key[-1] == item.name else {**row, key[-1]: f"P{number}"}


def _missing(rule: Rule, dataset: Dataset) -> list[Case]:
    return _item_cases(rule, dataset, [None], "Blank")


def _format(rule: Rule, dataset: Dataset) -> list[Case]:
    data_type = dataset.tables[rule.table].item(rule.items[0]).data_type
    return _item_cases(rule, dataset, broken_values(data_type), "Other forms")


def _coded(rule: Rule, dataset: Dataset) -> list[Case]:
    item = dataset.tables[rule.table].item(rule.items[0])
    good, unlisted = good_value(item, dataset), UNLISTED
    values = [unlisted, *retired_codes(item, dataset)] if item.data_type.kind != "list" else [f"{good}|{unlisted}"]
    return _item_cases(rule, dataset, values, "Not in the list")


def _repeated(rule: Rule, dataset: Dataset) -> list[Case]:
    tables = minimal_submission(dataset.version)
    first = tables[rule.table][0]
    other = {**first, **_another_code(rule.table, first, dataset)}
    return _whole_rows(rule, tables, [first, other], "Two rows with one key that differ")


def _copied(rule: Rule, dataset: Dataset) -> list[Case]:
    tables = minimal_submission(dataset.version)
    first = tables[rule.table][0]
    return _whole_rows(rule, tables, [first, first], "Two rows alike in every item")


def _whole_rows(rule: Rule, tables: Mapping[str, Sequence[Row]], bad: Sequence[Row], description: str) -> list[Case]:
    return [_case("Every row passes", rule.table, tables), *_failing(description, rule.table, tables, bad)]


def _link(rule: Rule, dataset: Dataset) -> list[Case]:
    tables = minimal_submission(dataset.version)
    lost = {**tables[rule.table][0], rule.items[-1]: NOBODY}
    return _whole_rows(rule, tables, [lost], "A key that no row has")


def _table_missing(rule: Rule, dataset: Dataset) -> list[Case]:
    tables = minimal_submission(dataset.version)
    without = {name: rows for name, rows in tables.items() if name != rule.table}
    sent = replace(_case("Every table is there", rule.table, tables), context=SUBMISSION)
    return [sent, replace(sent, description="Without the table", tables=without, finding=True)]


def _case(description: str, table: str, tables: Mapping[str, Sequence[Row]], failing: tuple[int, ...] = ()) -> Case:
    context = {name: CONTEXT[name] for name in ("purpose", "received_at")}
    return Case(description, table, tables, failing, bool(failing), context)


_MAKERS: dict[str, Callable[[Rule, Dataset], list[Case]]] = {
    "table_missing": _table_missing,
    "missing": _missing,
    "format": _format,
    "code": _coded,
    "repeated": _repeated,
    "copied": _copied,
    "link": _link,
}


def good_value(item: Item, dataset: Dataset) -> str:
    """A value that the item may hold."""
    data_type = item.data_type.element or item.data_type
    if data_type.code_list:
        return next(code.code for code in dataset.code_lists[data_type.code_list].codes if code.until is None)
    return _GOOD[data_type.name]


def broken_values(data_type: DataType) -> tuple[str, ...]:
    """Values that are not in the form of the type."""
    form = data_type.element or data_type
    longest = (" ", "x" * ((form.max_length or 0) + 1))
    found = tuple(value for value in _BROKEN.get(form.name, longest) if not form.well_formed(value))
    if not found:
        raise LookupError(f"No broken value is known for the data type {form.name}: add one to _BROKEN.")
    return found


def retired_codes(item: Item, dataset: Dataset) -> list[str]:
    """The codes of the item's list that were retired more than 12 months before the period of the examples."""
    name = (item.data_type.element or item.data_type).code_list
    return sorted(code for code, until in dataset.code_lists[name or ""].retired_by("2025-04-30").items() if until)


def _another_code(table: str, row: Row, dataset: Dataset) -> Row:
    """Another code for some coded item of the row."""
    for item in dataset.tables[table].items:
        codes = item.data_type.code_list and dataset.code_lists[item.data_type.code_list].open_codes
        if codes and row.get(item.name) and item.name not in dataset.tables[table].key:
            return {item.name: min(codes - {row[item.name]})}
    raise LookupError(f"No row of {table} in the minimal submission has a coded item.")
