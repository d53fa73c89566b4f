"""rules.json: every rule of the data set, those that follow from definitions too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema.rule import MEND_WORDS, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schema.dataset import Dataset

#: what each word in a rule means: published beside the rules, and shown by the dictionary
SEVERITY_WORDS = {
    "error": "does not conform",
    "warning": "conforms, but is questionable",
    "info": "worth knowing, counted only",
}
ACTION_WORDS = {
    "file": "the submission is rejected",
    "group": "the rows that share the faulty key are left out, and the rows below that name that key",
    "record": "the row is left out",
    "field": "the item is treated as missing (a link: as not given), the row stays",
    "none": "nothing is left out",
}
#: what stands beside a rule in rules.json and is no part of it
_BESIDE = frozenset({"condition", "cases"})


def rules_document(dataset: Dataset) -> dict[str, Any]:
    """The published form of all rules, in order of id."""
    return {
        "release": dataset.version,
        "words": {"severity": SEVERITY_WORDS, "action": ACTION_WORDS, "mend": MEND_WORDS},
        "rules": [rule_document(rule, dataset) for rule in dataset.rules],
    }


def rule_document(rule: Rule, dataset: Dataset) -> dict[str, Any]:
    """One rule as JSON, with what it asks in words and where its cases stand. Absent keys are blank or false."""
    from schema.publish.conditions import condition_text

    beside = {"condition": condition_text(rule, dataset), "cases": f"examples/{rule.id}.json"}
    return rule.to_dict() | beside


def read_rules(document: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The rules read back from rules.json. Their conditions are parsed when a check first uses them."""
    return tuple(_read_rule(given) for given in document["rules"])


def _read_rule(given: Mapping[str, Any]) -> Rule:
    return Rule.from_dict({name: value for name, value in given.items() if name not in _BESIDE})
