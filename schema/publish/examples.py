"""examples/<rule>.json: the conformance kit. For every rule, cases that pass and cases that fail, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema.example import Case, rule_table, written_cases
from schema.publish.derived_examples import derived_cases

if TYPE_CHECKING:
    from schema.dataset import Dataset
    from schema.rule import Rule


def cases_of(rule: Rule, dataset: Dataset) -> tuple[Case, ...]:
    """The cases of a rule: those of its file, or those that follow from the definition as the rule does."""
    return tuple(derived_cases(rule, dataset) if rule.derived else written_cases(rule, dataset))


def examples_document(rule: Rule, dataset: Dataset) -> dict[str, Any]:
    """The published form of the cases of one rule."""
    return {
        "release": dataset.version,
        "rule_id": rule.id,
        "title": rule.title,
        "table": rule_table(rule),
        "cases": [case.to_dict() for case in cases_of(rule, dataset)],
    }
