"""The rules on the header, in plain Python for every engine: there is one record, and everything else reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema.check import Coded, Condition, Format, Missing, Retired, RowCount
from schema.expression import Column
from validators.assessable import not_loaded
from validators.causes import SHAPED, causes_of, plain_kind, shape
from validators.reading import Scope, Truth, evaluate, holds
from validators.tally import CauseTally, RuleTally, Tallied, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schema.data_item import Item
    from schema.data_type import DataType
    from schema.rule import Cause, Rule
    from validators.context import Context

_PURPOSE = Column("purpose")


def header_tallies(context: Context) -> Iterator[RuleTally]:
    """The result of every rule on the header. Of several header records the first is judged."""
    scope = header_scope(context)
    for rule in context.dataset.rules_of("header"):
        reason = _not_assessed(rule, context)
        yield RuleTally(rule.id, reason=reason) if reason else _tally(rule, scope)


def header_scope(context: Context) -> Scope:
    """What conditions read of the header: an item that breaks its form or its list has no typed value."""
    table = context.dataset.tables["header"]
    raw = {name: context.header.get(name) for name in table.item_names}
    bad = _malformed(context, raw)
    typed = {name: None if name in bad else context.typed_header(name) for name in table.item_names}
    return Scope(context, _items(context), raw, typed)


def _malformed(context: Context, raw: dict[str, str | None]) -> frozenset[str]:
    bare = Scope(context, _items(context), raw)
    rules = (r for r in context.dataset.rules_of("header") if isinstance(r.check, Format | Coded))
    return frozenset(rule.items[0] for rule in rules if HEADER_CHECKS[rule.check.kind](rule.check, bare) is False)


def _not_assessed(rule: Rule, context: Context) -> str | None:
    if context.header_rows is None or (context.header_rows == 0 and not isinstance(rule.check, RowCount)):
        return "the table header was not sent"
    absent = not_loaded(rule, context)
    if absent:
        return absent
    return f"not asked in a {context.purpose}" if _of_another_purpose(rule, context) else None


def _of_another_purpose(rule: Rule, context: Context) -> bool:
    """Whether the rule speaks of submissions where this is a check, or the other way round."""
    when = getattr(rule.check, "when", None)
    return when is not None and when.columns() == {_PURPOSE} and not holds(when, Scope.constants(context))


def _tally(rule: Rule, scope: Scope) -> RuleTally:
    if isinstance(rule.check, RowCount):
        return _row_count(rule, scope.context)
    kept = HEADER_CHECKS[rule.check.kind](rule.check, scope)
    if kept is not False:
        return RuleTally(rule.id, assessed=int(kept is True), failed=0)
    tallied = Tallied()
    cause = _cause(rule, scope)
    received = scope.raw[rule.items[0]]
    shaped = isinstance(rule.check, Format | Coded) and cause.kind in SHAPED and received is not None
    tallied.add(1, shape(received) if shaped and received is not None else None)
    return RuleTally(rule.id, 1, 1, (tallied.tally(cause.kind),))


def _row_count(rule: Rule, context: Context) -> RuleTally:
    """No header at all counts as one that fails: there is no row to point at."""
    rows = context.header_rows or 0
    if rows == 1:
        return RuleTally(rule.id, 1, 0)
    kind = plain_kind(rule, context)
    counted = max(rows, 1)
    return RuleTally(rule.id, counted, counted, (CauseTally(kind, counted, (), spread(range(1, rows + 1))),))


def _cause(rule: Rule, scope: Scope) -> Cause:
    reading = scope.reading(rule.items[0]) if isinstance(rule.check, Format | Coded) else scope
    return next(c for c in causes_of(rule, scope.context) if holds(c.when, reading))


def _missing(check: Missing, scope: Scope) -> Truth:
    if _reads_malformed(check, scope) or not holds(check.when, scope):
        return None
    return scope.raw[check.item] is not None


def _format(check: Format, scope: Scope) -> Truth:
    received = scope.raw[check.item]
    return None if received is None else _data_type(check.item, scope).well_formed(received)


def _coded(check: Coded, scope: Scope) -> Truth:
    """Each value of a list by itself; a local code only where the header declares it."""
    received = scope.raw[check.item]
    if received is None:
        return None
    data_type = _data_type(check.item, scope)
    if data_type.element is None:
        return data_type.in_codes(received, scope.facts.codes(data_type.code_list or ""))
    codes = scope.facts.codes(data_type.element.code_list or "")
    return all(part in codes or part in scope.facts.local_codes for part in received.split("|"))


def _retired(check: Retired, scope: Scope) -> Truth:
    received = scope.raw[check.item]
    if received is None:
        return None
    data_type = _data_type(check.item, scope)
    name = (data_type.element or data_type).code_list or ""
    parts = received.split("|") if data_type.element else [received]
    return not scope.context.recently_retired(name).intersection(parts)


def _condition(check: Condition, scope: Scope) -> Truth:
    if _reads_malformed(check, scope) or not holds(check.when, scope):
        return None
    return evaluate(check.require.tree, scope)


def _reads_malformed(check: Missing | Condition, scope: Scope) -> bool:
    """Whether an item that the conditions of the check read was sent and has no typed value."""
    conditions = [e for e in (check.when, getattr(check, "require", None)) if e is not None]
    names = {column.name for condition in conditions for column in condition.columns()}
    return any(scope.raw.get(name) is not None and scope.typed[name] is None for name in names & scope.raw.keys())


def _data_type(name: str, scope: Scope) -> DataType:
    return scope.items[name].data_type


def _items(context: Context) -> dict[str, Item]:
    return {item.name: item for item in context.dataset.tables["header"].items}


HEADER_CHECKS: dict[str, Callable[[Any, Scope], Truth]] = {
    "missing": _missing,
    "format": _format,
    "code": _coded,
    "retired": _retired,
    "condition": _condition,
}


def header_checks() -> frozenset[str]:
    """The kinds of check that rules on the header may be of."""
    return frozenset({*HEADER_CHECKS, RowCount.kind})
