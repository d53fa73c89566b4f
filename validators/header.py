"""The header: one record, judged in plain Python by every engine. Its items with several values are judged part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.check import Coded, Condition, Format, Missing, Retired, RowCount
from schema.table import TableDefinition
from validators.causes import causes_of
from validators.reading import Scope, evaluate
from validators.tally import CauseTally, RuleTally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schema.data_type import DataType
    from schema.rule import Rule
    from validators.context import Context

TABLE = "header"


def header_tallies(context: Context) -> Iterator[RuleTally]:
    """The result of every rule of the header."""
    for rule in context.dataset.rules_of(TABLE):
        reason = _not_assessed(rule, context)
        yield RuleTally(rule.id, reason=reason) if reason else _tally(rule, context)


def _not_assessed(rule: Rule, context: Context) -> str | None:
    if context.header_rows is None:
        return "the table header was not sent"
    if context.header_rows == 0 and not isinstance(rule.check, RowCount):
        return "the table header was not sent"
    absent = sorted(rule.reference_data() - context.reference.keys())
    if absent:
        return f"reference data not loaded: {', '.join(absent)}"
    purposes = {"check", "submission"} - {context.purpose}
    if isinstance(rule.check, Condition) and rule.check.when and f"purpose = '{purposes.pop()}'" in rule.check.when.text:
        return f"not asked in a {context.purpose}"
    return None


def _tally(rule: Rule, context: Context) -> RuleTally:
    if isinstance(rule.check, RowCount):
        rows = context.header_rows or 0
        return _result(rule, context, kept=rows == 1)
    return _result(rule, context, kept=_kept(rule, context))


def _result(rule: Rule, context: Context, *, kept: bool | None) -> RuleTally:
    if kept is None:
        return RuleTally(rule.id, 0, 0)
    if kept:
        return RuleTally(rule.id, 1, 0)
    rows = (1,) if context.header_rows else ()
    return RuleTally(rule.id, 1, 1, (CauseTally(_kind(rule, context), 1, (), rows),))


def _scope(context: Context, raw_item: str | None = None) -> Scope:
    table: TableDefinition = context.dataset.tables[TABLE]
    typed = {name: context.typed_header(name) for name in table.item_names}
    if raw_item:
        typed[raw_item] = context.header.get(raw_item)
    items = {item.name: item for item in table.items}
    return Scope(context, items, context.header, typed, {}, Scope.constants(context).looked_up)


def _kept(rule: Rule, context: Context) -> bool | None:
    check, header = rule.check, context.header
    match check:
        case Missing():
            asked = check.when is None or evaluate(check.when.tree, _scope(context)) is True
            return header.get(check.item) is not None if asked else None
        case Format():
            text = header.get(check.item)
            return None if text is None else _type(context, check.item).well_formed(text)
        case Coded():
            text = header.get(check.item)
            return None if text is None else _listed(context, check.item, text)
        case Retired():
            return None
        case Condition():
            return _condition(rule, check, context)
        case _:
            raise TypeError(check.kind)


def _condition(rule: Rule, check: Condition, context: Context) -> bool | None:
    scope = _scope(context)
    if any(_malformed(context, column.name) for e in rule.conditions() for column in e.columns()):
        return None
    if check.when is not None and evaluate(check.when.tree, scope) is not True:
        return None
    return evaluate(check.require.tree, scope)


def _malformed(context: Context, name: str) -> bool:
    text = context.header.get(name)
    return text is not None and name in context.dataset.tables[TABLE].item_names and context.typed_header(name) is None


def _type(context: Context, item: str) -> DataType:
    return context.dataset.tables[TABLE].item(item).data_type


def _listed(context: Context, item: str, text: str) -> bool:
    data_type = _type(context, item)
    element = data_type.element or data_type
    parts = text.split("|") if data_type.kind == "list" else [text]
    codes = context.codes(element.code_list or "") | (context.local_codes if element.local_codes else frozenset())
    return all(part in codes for part in parts)


def _kind(rule: Rule, context: Context) -> str:
    """The kind of the first cause that holds."""
    raw = rule.items[0] if isinstance(rule.check, Format | Coded) else None
    scope = _scope(context, raw)
    for cause in causes_of(rule, context):
        if cause.when is None or evaluate(cause.when.tree, scope) is True:
            return cause.kind
    raise AssertionError("the last cause holds for whatever is left")
