"""What a copy does not tell because of what else is known: a rule whose line would say how many a hidden count is.

A rate rule fails above its line: where seven persons can be above it, that it failed, or passed, says which of the
counts from 1 to 7 a hidden one is. Some kinds of identifier in the wrong place are told below a line: where seven
values can be above it, that the kind is told says the same. Neither is told there, whichever it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from validators.copies.release_rules import rules_of
from validators.copies.strip import stripped
from validators.finding import exact, fingerprint
from validators.misplaced import THRESHOLDS, has_line
from validators.report import counts_of, not_assessed_of
from validators.rounding import SMALL, could_be, is_small
from validators.verdict import verdict_of

if TYPE_CHECKING:
    from validators.copies.cells import Path
    from validators.finding import Finding
    from validators.report import Report, RuleOutcome

#: stands as the reason for an outcome that a copy does not tell
NOT_TOLD = (
    "Checked, and not told in a copy to hand on: of so few persons the outcome would say how many are concerned. The "
    "owner's copy of this report has it."
)
#: denominators of lines: shares of a hundred, or of a thousand
_FINEST = 1000
#: a table of hidden size is none of many rows
_NOWHERE = 1


def handed_on(report: Report) -> Report:
    """The report without what no copy holds, figures of it still exact."""
    bare = stripped(report)
    silent = {f.fingerprint for f in bare.findings if _tells_by_its_line(f)}
    if not silent:
        return bare
    found = [finding for finding in bare.findings if finding.fingerprint not in silent]
    cut = {f.rule_id for f in bare.findings if f.fingerprint in silent}
    rules = [_of_fewer(rule, found) if rule.rule_id in cut else rule for rule in bare.rules]
    return _with(bare, found, [rule for rule in rules if rule is not None], silent)


def line_of(outcome: RuleOutcome) -> tuple[int, int] | None:
    """The line of a rate rule as a fraction, so many of so many; None where it has none, or was not judged."""
    if outcome.threshold is None or outcome.assessed_rows is None or outcome.outcome not in ("passed", "failed"):
        return None
    line = Fraction(outcome.threshold).limit_denominator(_FINEST)
    return line.numerator, line.denominator


def tells_few(outcome: RuleOutcome) -> bool:
    """Whether the outcome of a rate rule says how many a hidden count of 1 to 7 is."""
    line = line_of(outcome)
    return line is not None and _least(exact(outcome.assessed_rows)) * line[0] < SMALL * line[1]


def without_outcomes(report: Report, copy: Report, hides: Collection[Path]) -> Report:
    """A copy of `report` without outcomes that would tell a count that the copy hides."""
    silent = [r.rule_id for r in report.rules if ("rules", r.rule_id, "failed_rows") in hides and tells_few(r)]
    if not silent:
        return copy
    found = [finding for finding in copy.findings if finding.rule_id not in silent]
    rules = [_silent(rule) if rule.rule_id in silent else rule for rule in copy.rules]
    return _with(copy, found, rules, frozenset(_prints(report, silent)))


def silent_rules(copy: Report) -> frozenset[str]:
    """The rules of which a copy does not tell the outcome."""
    return frozenset(rule.rule_id for rule in copy.rules if rule.reason == NOT_TOLD)


def _tells_by_its_line(finding: Finding) -> bool:
    """Whether a kind of identifier would not be told if seven values had its form, and few have."""
    if not has_line(finding) or not is_small(exact(finding.failed_rows) or 0):
        return False
    return _least(exact(finding.assessed_rows)) <= THRESHOLDS[finding.cause.kind] * SMALL


def _least(count: int | None) -> int:
    return could_be(count)[0] if count is not None and not is_small(count) else _NOWHERE


def _of_fewer(rule: RuleOutcome, found: Collection[Finding]) -> RuleOutcome | None:
    """The outcome of a check that stands in a report only where it found something."""
    left = [exact(finding.failed_rows) or 0 for finding in found if finding.rule_id == rule.rule_id]
    return rule.model_copy(update={"failed_rows": sum(left)}) if left else None


def _silent(rule: RuleOutcome) -> RuleOutcome:
    hidden = {"outcome": "not_assessed", "reason": NOT_TOLD, "failed_rows": None, "assessed_rows": None}
    return rule.model_copy(update=hidden)


def _prints(report: Report, silent: Collection[str]) -> Iterator[str]:
    """The findings that rules can have, whether or not there are any: an entry that accepts one is not told either."""
    known = rules_of(report)
    for rule in report.rules:
        if rule.rule_id in silent and rule.rule_id in known:
            causes = known[rule.rule_id].causes
            yield from (fingerprint(rule.rule_id, cause.kind, rule.data_items) for cause in causes)


def _with(report: Report, found: Collection[Finding], rules: Collection[RuleOutcome], gone: Collection[str]) -> Report:
    """The report with fewer findings. All of those that go are warnings, so that no verdict of rejected changes."""
    verdict = report.verdict if report.verdict == "rejected" else verdict_of(tuple(found), None)
    return report.model_copy(
        update={
            "findings": tuple(found),
            "rules": tuple(rules),
            "verdict": verdict,
            "counts": counts_of(tuple(found)),
            "not_assessed": not_assessed_of(tuple(rules)),
            "accepted": tuple(_entries(report, gone)),
        }
    )


def _entries(report: Report, gone: Collection[str]) -> Iterator[object]:
    return (entry for entry in report.accepted if entry.fingerprint not in gone)
