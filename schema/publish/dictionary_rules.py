"""The rules of the dictionary: derived ones in a table, written ones and those with words of their own in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.publish.conditions import condition_text
from schema.publish.markdown import anchor, code, joined, table
from schema.rule import MEND_WORDS, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schema.dataset import Dataset


def rule_sections(dataset: Dataset) -> Iterator[str]:
    """For each table, its derived rules, then each of the others."""
    for name in (*dataset.tables, "dataset"):
        rules = dataset.rules_of(name)
        derived = [rule for rule in rules if rule.derived]
        yield f"### Rules on {'the data set as a whole' if name == 'dataset' else code(name)}"
        if derived:
            yield _derived(derived)
        for rule in rules:
            if not rule.derived:
                yield _in_full(rule, dataset)


def _derived(rules: Sequence[Rule]) -> str:
    rows = [
        [f"{anchor(rule.id)}{rule.id}", rule.message, f"{rule.severity} + {rule.action}", rule.why, rule.fix]
        for rule in rules
    ]
    return table(["Id", "Says", "Severity + action", "Why", "How to mend it"], rows)


def _in_full(rule: Rule, dataset: Dataset) -> str:
    facts = [
        ("Says", rule.message),
        ("Severity and action", f"{rule.severity} + {rule.action}"),
        ("Items", ", ".join(code(item) for item in rule.items)),
        ("Holds where it is right", _condition(rule, dataset)),
        ("Why", rule.why),
        ("How to mend it", f"{rule.fix} ({MEND_WORDS[rule.mend]}.)"),
        ("National rules", rule.source),
    ]
    return joined(
        [
            anchor(rule.id),
            f"#### {rule.id}: {rule.title}",
            "\n".join(f"- {name}: {words}" for name, words in facts if words),
        ]
    )


def _condition(rule: Rule, dataset: Dataset) -> str:
    text = condition_text(rule, dataset)
    return code(text) if rule.check.kind == "condition" else text
