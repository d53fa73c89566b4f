"""The checks that read one row: each says whether the row keeps the rule, breaks it, or is not assessed (None)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema.check import Coded, Condition, Format, Missing, Retired
from validators.lookups import facts_of
from validators.reading import Truth, evaluate, holds
from validators.reference.rows import own_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from schema.rule import Rule
    from validators.reference.rows import Row, TableRules


def judge(rule: Rule, row: Row, rules: TableRules) -> Truth:
    """The verdict of a rule on a row: kept, broken, or None.

    No rule judges by an item that has no typed reading, but for those on forms and lists: a code that is not in its
    list has to be found whatever else is wrong with the row.
    """
    if not own_item(rule) and rules.reads(rule) & row.malformed:
        return None
    return ROW_CHECKS[rule.check.kind](rule, row, rules)


def _missing(rule: Rule, row: Row, rules: TableRules) -> Truth:
    check: Missing = _check(rule, Missing)
    if not holds(check.when, rules.scope(row)):
        return None
    return row.raw[check.item] is not None


def _format(rule: Rule, row: Row, rules: TableRules) -> Truth:
    check: Format = _check(rule, Format)
    received = row.raw[check.item]
    return None if received is None else rules.items[check.item].data_type.well_formed(received)


def _code(rule: Rule, row: Row, rules: TableRules) -> Truth:
    check: Coded = _check(rule, Coded)
    received = row.raw[check.item]
    data_type = rules.items[check.item].data_type
    codes = facts_of(rules.context).codes(data_type.code_list or "")
    return None if received is None else data_type.in_codes(received, codes)


def _retired(rule: Rule, row: Row, rules: TableRules) -> Truth:
    check: Retired = _check(rule, Retired)
    received = row.raw[check.item]
    name = rules.items[check.item].data_type.code_list or ""
    return None if received is None else received not in rules.context.recently_retired(name)


def _condition(rule: Rule, row: Row, rules: TableRules) -> Truth:
    check: Condition = _check(rule, Condition)
    scope = rules.scope_of(rule, row)
    return evaluate(check.require.tree, scope) if holds(check.when, scope) else None


def _check(rule: Rule, kind: type[Any]) -> Any:
    assert isinstance(rule.check, kind)
    return rule.check


ROW_CHECKS: dict[str, Callable[[Rule, Row, TableRules], Truth]] = {
    "missing": _missing,
    "format": _format,
    "code": _code,
    "retired": _retired,
    "condition": _condition,
}


def read_values(row: Row, rules: TableRules) -> None:
    """Fill in what the row's items are read as: nothing where one is blank, or breaks its form or its list."""
    for name in rules.order:
        received = row.raw[name]
        if received is not None and _is_malformed(name, row, rules):
            row.malformed |= {name}
            received = None
        row.typed[name] = None if received is None else rules.items[name].data_type.typed(received)


def _is_malformed(name: str, row: Row, rules: TableRules) -> bool:
    return any(judge(rule, row, rules) is False for rule in rules.malforming.get(name, ()))
