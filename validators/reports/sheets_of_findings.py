"""The sheets that list findings and rules: what to mend first, everything by rule, and every rule that was run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.rule import SEVERITIES
from validators.reports import changed, sources, story, words
from validators.reports.links import linked
from validators.reports.sheet import Address, Cell, Column, Listing, Row, figure, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validators.finding import Finding
    from validators.report import Report, RuleOutcome
    from validators.reports import Look

RANKED = "Ranked by severity, by the share of rows affected, and by what is lost because of it."
NOTHING_FIRST = "Nothing was found that anybody would have to mend."
NOTHING_FOUND = "Nothing was found."
HOW_TO_FILTER = "Filter or sort by any column. The sheet Records shows the rows that are named, by the same rule ids."

_OUTCOME = {"passed": "Passed", "failed": "Failed", "not_assessed": "Not assessed", "error": "The validator failed"}

FIRST = (
    Column("Place", 8),
    Column("Finding", 40),
    Column("Why it comes first", 44),
    Column("Received", 32),
    Column("Try", 30),
    Column("How to mend it", 60),
    Column("Who can mend it", 32),
    Column("Severity", 15),
    Column("Rows"),
    Column("Table", 20),
    Column("Rule", 32),
)
BY_RULE = (
    Column("Severity", 15),
    Column("Finding", 36),
    Column("What happened", 56),
    Column("How to mend it", 56),
    Column("Who can mend it", 30),
    Column("Rows"),
    Column("Of"),
    Column("Share", 10),
    Column("Received", 40),
    Column("Expected", 36),
    Column("Try", 30),
    Column("Data item", 30),
    Column("Column", 26),
    Column("In your file", 36),
    Column("Table", 20),
    Column("Rule", 32),
    Column("What is lost", 36),
    Column("Whom it hides", 36),
    Column("Why it matters", 48),
    Column("Counted", 10),
    Column("Found above", 10),
    Column("Named in Records", 12),
    Column("Cause", 18),
    Column("Fingerprint", 16),
    Column("Accepted until", 14),
    Column("Since last time", 14),
)
RUN = (
    Column("Outcome", 18),
    Column("Rule", 36),
    Column("Looks for", 48),
    Column("Table", 20),
    Column("Severity", 15),
    Column("Rows assessed"),
    Column("Rows failed"),
    Column("Fails above", 12),
    Column("Fewest persons", 12),
    Column("Reason", 70),
)


def mend_first(report: Report) -> Listing:
    """At most three rules, with the reason for their rank."""
    rows = [_first(place, first) for place, first in enumerate(story.mended_first(report), start=1)]
    note = RANKED if rows else NOTHING_FIRST
    return Listing("Mend first", (note,), FIRST, rows)


def _first(place: int, first: story.First) -> Row:
    rule = first.rule.first
    ways = first.rule.findings
    received = [": ".join(filter(None, (first.count(way), words.received(way)))) for way in ways]
    tried = dict.fromkeys(way.cause.suggestion for way in ways if way.cause.suggestion)
    return (
        place,
        first.entry.title,
        first.entry.reason,
        "; ".join(filter(None, received)) or None,
        " ".join(tried) or None,
        rule.fix,
        _who(rule),
        words.sentence(words.SEVERITY[rule.severity]),
        figure(first.rule.failed),
        words.table_title(rule.table),
        rule.rule_id,
    )


def by_rule(report: Report, look: Look) -> Listing:
    """Every finding, in the order of the other forms: what loses most first."""
    rows = [(*_finding(report, finding), _page(linked(finding, look))) for finding in story.in_order(report)]
    columns = (*BY_RULE, Column("Explained at", 60))
    if all(row[-1] is None for row in rows):  # there are no pages to lead to
        columns, rows = BY_RULE, [row[:-1] for row in rows]
    notes = (words.FINDING_MEANS, words.NO_FIGURE_MEANS, HOW_TO_FILTER) if rows else (NOTHING_FOUND,)
    return Listing("By rule", notes, columns, rows)


def _page(address: str | None) -> Address | None:
    return Address(address) if address else None


def _finding(report: Report, finding: Finding) -> Row:
    titles = story.item_titles(report, finding)
    return (
        words.sentence(words.SEVERITY[finding.severity]),
        finding.title,
        finding.message,
        finding.fix,
        _who(finding),
        *_extent(finding),
        words.received(finding) or None,
        finding.cause.expected,
        finding.cause.suggestion,
        ", ".join(titles.values()),
        ", ".join(titles),
        sources.columns([finding]) or None,
        words.table_title(finding.table),
        finding.rule_id,
        words.sentence(words.ACTION[finding.action]),
        words.hides(finding),
        finding.why,
        finding.counted,
        finding.threshold,
        len(finding.samples),
        finding.cause.kind,
        finding.fingerprint,
        f"{finding.accepted.until}" if finding.accepted else None,
        changed.TURNS.get(story.change_of(report, finding) or ""),
    )


def _extent(finding: Finding) -> Iterator[Cell]:
    yield figure(finding.failed_rows)
    yield figure(finding.assessed_rows)
    yield share(finding.rate)


def _who(finding: Finding) -> str | None:
    return words.sentence(words.WHO[finding.mend]) if finding.mend else None


def rules_run(report: Report) -> Listing:
    """Every rule of the release with its outcome: the validator's own failures first, then what failed."""
    order = ("error", "failed", "not_assessed", "passed")
    rules = sorted(
        report.rules,
        key=lambda rule: (order.index(rule.outcome), SEVERITIES.index(rule.severity), rule.rule_id),
    )
    return Listing("Rules run", (words.NOT_ASSESSED_MEANS,), RUN, [_outcome(rule) for rule in rules])


def _outcome(rule: RuleOutcome) -> Row:
    return (
        _OUTCOME[rule.outcome],
        rule.rule_id,
        rule.title,
        words.table_title(rule.table),
        words.sentence(words.SEVERITY[rule.severity]),
        figure(rule.assessed_rows),
        figure(rule.failed_rows),
        rule.threshold,
        rule.minimum,
        rule.reason,
    )
