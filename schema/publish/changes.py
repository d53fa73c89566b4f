"""changes.json: what is new in a release, and what has ended, against the release before it.

What differs between two releases has a `since` or an `until`: a rule is added or has ended, and is never changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schema.dataset import Dataset
    from schema.rule import Rule


def changes_document(dataset: Dataset, before: Dataset | None) -> dict[str, Any]:
    """The changes of a release in order of rule; none where there is no release before it."""
    changes = list(_changes(before, dataset)) if before else []
    return {"release": dataset.version, "since": before.version if before else None, "changes": changes}


def _changes(before: Dataset, now: Dataset) -> Iterator[dict[str, str]]:
    was, has = ({rule.id: rule for rule in dataset.rules} for dataset in (before, now))
    for rule_id in sorted(was.keys() ^ has.keys()):
        if rule_id in has:
            yield _change(has[rule_id], "added", "tightening")
        else:
            yield _change(was[rule_id], "ended", "loosening")


def _change(rule: Rule, change: str, kind: str) -> dict[str, str]:
    return {"rule_id": rule.id, "change": change, "class": kind, "severity": rule.severity, "title": rule.title}
