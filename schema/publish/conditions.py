"""What a rule asks, in one line of words for people: what has to hold, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema import check as checks
from schema.derive import expected_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from schema.dataset import Dataset
    from schema.rule import Rule


def condition_text(rule: Rule, dataset: Dataset) -> str:
    """What has to hold. Conditions stand in the row language, everything else in words; items by their names."""
    return _WORDS[rule.check.kind](rule, rule.check, dataset)


def _condition(_rule: Rule, check: checks.Condition, _dataset: Dataset) -> str:
    return f"where {check.when.text}: {check.require.text}" if check.when else check.require.text


def _missing(_rule: Rule, check: checks.Missing, _dataset: Dataset) -> str:
    return (f"where {check.when.text}: " if check.when else "") + f"{check.item} is not blank"


def _format(rule: Rule, check: checks.Format, dataset: Dataset) -> str:
    return f"{check.item}, where not blank, is {dataset.tables[rule.table].item(check.item).data_type.expected}"


def _coded(rule: Rule, check: checks.Coded, dataset: Dataset) -> str:
    item = dataset.tables[rule.table].item(check.item)
    each = "each code of " if item.data_type.kind == "list" else ""
    return f"{each}{check.item}, where not blank, is in force at period end: {expected_words(item, dataset.code_lists)}"


def _retired(_rule: Rule, check: checks.Retired, _dataset: Dataset) -> str:
    return f"{check.item} holds no code that was retired within the 12 months before period end"


def _repeated(_rule: Rule, check: checks.Repeated, _dataset: Dataset) -> str:
    return f"no two rows that differ share {_named(check.key)}"


def _copied(_rule: Rule, _check: checks.Copied, _dataset: Dataset) -> str:
    return "no two rows are alike in every item"


def _link(_rule: Rule, check: checks.Link, _dataset: Dataset) -> str:
    return f"{_named(check.items)}, where not blank, names a row of {check.table}"


def _table_missing(rule: Rule, _check: checks.TableMissing, _dataset: Dataset) -> str:
    return f"the table {rule.table} was sent (in a check: not assessed without it)"


def _row_count(rule: Rule, _check: checks.RowCount, _dataset: Dataset) -> str:
    return f"{rule.table} has exactly one row"


def _shared_value(rule: Rule, check: checks.SharedValue, dataset: Dataset) -> str:
    return f"one {check.item} stands under one {_named(dataset.tables[rule.table].key)} alone"


def _contradiction(_rule: Rule, check: checks.Contradiction, _dataset: Dataset) -> str:
    return (
        f"rows alike in {_named(check.group)} do not hold different ones of {', '.join(check.values)} in {check.item}"
    )


def _related(_rule: Rule, check: checks.Related, _dataset: Dataset) -> str:
    return f"where {check.when.text}: the same person has a row in {check.table} with {check.match.text}"


def _rate(_rule: Rule, check: checks.Rate, _dataset: Dataset) -> str:
    among = f"{check.table} rows" + (f" with {check.population.text}" if check.population else "")
    if check.above is None:
        return f"shown: the share of {among} with {check.numerator.text}"
    return f"at {check.minimum} or more {among}: at most {check.above:.0%} with {check.numerator.text}"


def _declared_not_recorded(_rule: Rule, _check: checks.DeclaredNotRecorded, _dataset: Dataset) -> str:
    return "each characteristic in header.declared_plus that is not restricted has an answer Y, N, U or Z"


def _named(items: Sequence[str]) -> str:
    return " + ".join(items)


_WORDS: dict[str, Callable[[Rule, Any, Dataset], str]] = {
    "condition": _condition,
    "missing": _missing,
    "format": _format,
    "code": _coded,
    "retired": _retired,
    "repeated": _repeated,
    "copied": _copied,
    "link": _link,
    "table_missing": _table_missing,
    "row_count": _row_count,
    "shared_value": _shared_value,
    "contradiction": _contradiction,
    "related": _related,
    "rate": _rate,
    "declared_not_recorded": _declared_not_recorded,
}
