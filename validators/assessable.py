"""Why a rule cannot be judged on a submission, whatever its rows hold: unknown is never passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.check import DeclaredNotRecorded, Rate
from validators.lookups import facts_of
from validators.reference_answers import OF_THE_PERIOD

if TYPE_CHECKING:
    from schema.rule import Rule
    from validators.context import Context

#: what stands in no row, in the words of a report
_HEADER_WORDS = {
    "period_start": "the reporting period",
    "period_end": "the reporting period",
    "created_at": "the time of extraction",
    "provider_org_code": "the provider",
    "declared_plus": "what the header declares",
}


def not_assessed(rule: Rule, context: Context) -> str | None:
    """Why a rule over rows is not assessed; None where it is. Its own table comes first, then reference data."""
    own = frozenset({rule.table} - {"dataset"})
    return (
        _not_sent(own, context)
        or not_loaded(rule, context)
        or _not_sent(rule.tables_read() | own, context)
        or _no_header_value(rule, context)
    )


def _not_sent(tables: frozenset[str], context: Context) -> str | None:
    absent = sorted(tables - context.tables_sent - {"header"})
    return f"the table {absent[0]} was not sent" if absent else None


def not_loaded(rule: Rule, context: Context) -> str | None:
    """The reference data that a rule needs and that are not loaded; None where all are."""
    functions = {function for condition in rule.conditions() for function in condition.functions()}
    found = {facts_of(context).lacking(function) for function in functions}
    absent = sorted(words for words in found if words is not None)
    return f"reference data not loaded: {', '.join(absent)}" if absent else None


def _no_header_value(rule: Rule, context: Context) -> str | None:
    """Where no header was sent, a rule that reads one of its items has no verdict on any row."""
    if context.header_rows:
        return None
    unknown = [name for name in header_items(rule, context) if context.value(name) is None]
    return f"{_HEADER_WORDS.get(unknown[0], unknown[0])} is not known" if unknown else None


def header_items(rule: Rule, context: Context) -> list[str]:
    """The items of the header that a rule over rows reads, in the order of the header."""
    read_from = rule.check.table if isinstance(rule.check, Rate) else rule.table
    own = context.dataset.tables[read_from].item_names if read_from in context.dataset.tables else ()
    read = {c.name for e in rule.conditions() for c in e.columns() if c.table is None and c.name not in own}
    if any(e.functions() & OF_THE_PERIOD for e in rule.conditions()):
        read |= {"period_start", "period_end"}
    if isinstance(rule.check, DeclaredNotRecorded):
        read.add("declared_plus")
    return [name for name in context.dataset.tables["header"].item_names if name in read]
