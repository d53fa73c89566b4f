"""What to mend first: severity, times the share affected, times what is lost downstream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from validators.finding import HIDDEN, Finding, GroupKind, Part, exact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST = 3

SEVERITY_WEIGHT = {"error": 4.0, "warning": 1.0, "info": 0.0}
#: what a consumer loses: all rows, a row and those below it, a row, an item, nothing
ACTION_WEIGHT = {"file": 1000.0, "group": 8.0, "record": 6.0, "field": 3.0, "none": 1.0}
#: share that stands for a fault of the file that leaves nothing out: what it hides is counted under other rules too
OF_THE_FILE = 0.1
#: causes by which a whole column is lost: every row is then blank in an item
WHOLE_COLUMN = frozenset({"near_miss_column", "missing_mandatory", "missing_required"})
#: share that stands for a hidden one: the place in the list must not tell whether it is small or the whole
OF_HIDDEN = 0.1
_GROUPS: dict[GroupKind, str] = {"ethnic": "an ethnic group", "plus": "a PLUS group"}


class MendFirst(Part):
    """One of the few findings to mend before the others."""

    fingerprint: str = Field(description="The finding.")
    rule_id: str = Field(description="Its rule.")
    title: str = Field(description="The defect in a few words.")
    reason: str = Field(description="Why it comes first.")


def mend_first(
    findings: Sequence[Finding], titles: Mapping[tuple[str, str], str] | None = None
) -> tuple[MendFirst, ...]:
    """At most three findings, the weightiest first. `titles` names data items by (table, item).

    What hides more than half of a group comes before all that does not, however few people they are.
    """
    weighed = sorted((f for f in findings if weight(f) > 0), key=_place)
    return tuple(
        MendFirst(fingerprint=f.fingerprint, rule_id=f.rule_id, title=f.title, reason=_reason(f, titles or {}))
        for f in weighed[:MOST]
    )


def _place(finding: Finding) -> tuple[bool, float, str, str]:
    hides = bool(finding.hides) or finding.action == "file"
    return not hides, -weight(finding), finding.rule_id, finding.fingerprint


def weight(finding: Finding) -> float:
    """How much is lost through a finding; 0 where there is nothing that anybody could mend, or where it is accepted.

    A finding without a count weighs as if every row had it: its place in the list gives no share away.
    """
    if finding.mend == "nobody" or finding.accepted is not None:
        return 0.0
    if finding.cause.kind in WHOLE_COLUMN:
        return SEVERITY_WEIGHT[finding.severity] * ACTION_WEIGHT["field"]
    return SEVERITY_WEIGHT[finding.severity] * ACTION_WEIGHT[finding.action] * _share(finding)


def _share(finding: Finding) -> float:
    if finding.action == "file":
        return 1.0
    if HIDDEN in (finding.failed_rows, finding.assessed_rows):
        return OF_HIDDEN
    if _of_the_file(finding) and finding.action == "none":
        return OF_THE_FILE
    return 1.0 if finding.rate is None else finding.rate


def _of_the_file(finding: Finding) -> bool:
    return ".file." in finding.rule_id or ".column." in finding.rule_id


def _reason(finding: Finding, titles: Mapping[tuple[str, str], str]) -> str:
    if finding.action == "file":
        return "The whole file is refused until this is mended."
    return f"{_affected(finding)}: {_lost(finding, titles)}.{hiding(finding)}"


def hiding(finding: Finding) -> str:
    """That a group is hidden, in words without a number; empty where none is."""
    named = [name for kind, name in _GROUPS.items() if kind in finding.hides]
    return (
        f" It hides more than half of {' and of '.join(named)}, and comes first however few they are." if named else ""
    )


def _affected(finding: Finding) -> str:
    if _of_the_file(finding):
        return "In the file itself"
    failed, assessed = exact(finding.failed_rows), exact(finding.assessed_rows)
    if failed is None:
        return f"Some {finding.counted} (the number is not given, so that it points to nobody)"
    of = f" of {assessed:,}" if assessed is not None else ""
    share = f" ({finding.rate:.1%})" if finding.rate is not None and finding.rate >= 0.001 else ""
    return f"{failed:,}{of} {finding.counted}{share}"


def _lost(finding: Finding, titles: Mapping[tuple[str, str], str]) -> str:
    if finding.action == "group":
        return "they are left out, with the rows that name them"
    if finding.action == "record":
        return "they are left out"
    if finding.action == "field" and finding.data_items:
        item = finding.data_items[0]
        return f"{titles.get((finding.table, item), item)} is treated as missing"
    return "nothing is left out, but something is missing or doubtful"
