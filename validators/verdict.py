"""The verdict on a submission, in one word, in one sentence, and what happens next.

None of it speaks of the way in: a check and a submission of the same files read alike.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validators.finding import Finding

Verdict = Literal["accepted", "accepted_with_findings", "rejected"]


def verdict_of(findings: Sequence[Finding], accepted_persons: int | None) -> Verdict:
    """Rejected where a finding of action `file` stands or no person row is left, else by the severest finding.

    `accepted_persons` is None where the person table was not there to be judged: one table checked alone.
    """
    if accepted_persons == 0 or any(finding.action == "file" for finding in findings):
        return "rejected"
    return "accepted_with_findings" if any(f.severity != "info" for f in findings) else "accepted"


def verdict_sentence(
    findings: Sequence[Finding],
    *,
    accepted_persons: int | None,
    persons: int | None,
    rules_checked: int,
    rules_not_checked: int,
) -> str:
    """The verdict for somebody who reads one sentence only. `persons` are the rows of the person table as sent."""
    verdict = verdict_of(findings, accepted_persons)
    if verdict == "rejected":
        return _rejected(findings)
    if verdict == "accepted_with_findings":
        if accepted_persons is None or not persons:
            return with_findings(findings)
        return with_findings(findings, "all" if accepted_persons == persons else f"{accepted_persons:,} of", persons)
    return accepted(rules_checked, rules_not_checked)


def what_next(
    findings: Sequence[Finding], accepted_persons: int | None, rules_not_checked: int, *, all_sent: bool = True
) -> str:
    """What whoever made the file does now. `all_sent`: every mandatory table was there."""
    verdict = verdict_of(findings, accepted_persons)
    if verdict == "rejected":
        return (
            "Nothing in this file can be used yet. Mend what is listed first, make the file again from the source "
            "system, and check it again before you send it."
        )
    if verdict == "accepted":
        unknown = " Read what was not checked before you rely on this." if rules_not_checked else ""
        return f"{'Nothing' if all_sent else 'Nothing else'} has to be mended.{unknown}"
    if any(finding.action != "none" for finding in findings):
        return (
            "The rows and items named in this report are left out, or treated as missing, by whoever uses the data. "
            "Mend what is listed first, make the file again and check it again."
        )
    return "No row and no item is left out. Mend what is listed first, so that the next file says more."


def _rejected(findings: Sequence[Finding]) -> str:
    titles = list(dict.fromkeys(finding.title for finding in findings if finding.action == "file"))
    if not titles:
        return "Rejected: no person row in this file can be used."
    more = f", and {_number(len(titles) - 1, 'more finding')} of that kind" if len(titles) > 1 else ""
    return f"Rejected: the whole file is refused because of this finding: {titles[0]}{more}."


def with_findings(findings: Sequence[Finding], usable: str | None = None, persons: int = 0) -> str:
    """The sentence where something was found. `usable` says how many of the person rows can be used."""
    by_severity = Counter(finding.severity for finding in findings)
    named = [_number(by_severity[s], s) for s in ("error", "warning") if by_severity[s]]
    were = "was" if by_severity["error"] + by_severity["warning"] == 1 else "were"
    found = f"{' and '.join(named)} {were} found"
    if usable is None:
        return f"Accepted with findings: {found}."
    return f"Accepted with findings: {usable} {_number(persons, 'person row')} can be used; {found}."


def accepted(rules_checked: int, rules_not_checked: int, rules_not_told: int = 0) -> str:
    """The sentence where no error and no warning was found. `rules_not_told`: rules of which a copy is silent."""
    if not rules_checked:
        return "Accepted, but this says nothing yet: no rule could be checked."
    unknown = f"; {_number(rules_not_checked, 'rule')} could not be checked" if rules_not_checked else ""
    silent = f"; what came of {_number(rules_not_told, 'rule')} is not told here" if rules_not_told else ""
    return f"Accepted: no error and no warning in {_number(rules_checked, 'rule')} checked{unknown}{silent}."


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
