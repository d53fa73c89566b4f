"""What a report tells people, in the order in which they want to know it. No words of any one form stand here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schema.rule import SEVERITIES, Severity
from validators.finding import exact, rate_of, total
from validators.item_titles import titles_of
from validators.mend_first import Scale, of_the_file
from validators.reports import measures_told, words

if TYPE_CHECKING:
    from datetime import date

    from validators.finding import Finding, Shown
    from validators.measured import DataItemMeasure, PlusMeasure
    from validators.mend_first import MendFirst
    from validators.report import FileInfo, Report, RuleOutcome

_GROUPS = ("plus", "equality", "other")


@dataclass(frozen=True, slots=True)
class Counter:
    """Findings of one severity. `judged` of `rules` rules gave a verdict; where none did, `shown` is "?"."""

    severity: Severity
    found: int
    judged: int
    rules: int

    @property
    def noun(self) -> str:
        """What is counted, in the number that fits."""
        if self.severity == "info":
            return words.SEVERITY["info"]
        return words.SEVERITY[self.severity] + ("" if self.found == 1 and self.shown != "?" else "s")

    @property
    def shown(self) -> str:
        """The figure, or "?" where nothing could be judged."""
        return words.number(self.found) if self.judged or self.found else "?"


@dataclass(frozen=True, slots=True)
class Broken:
    """Everything found against one rule: findings that share their words and differ in their cause."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The finding that speaks for all: they share rule, message and advice."""
        return self.findings[0]

    @property
    def failed(self) -> Shown | None:
        """Rows with any of the causes; a row has one cause of a rule. Not given where one of the counts is not."""
        return total(finding.failed_rows for finding in self.findings)

    @property
    def rate(self) -> float | None:
        """Their share of the rows that were assessed; None where the finding that speaks for all gives none."""
        if self.first.rate is None:
            return None
        return rate_of(exact(self.failed), exact(self.first.assessed_rows))


@dataclass(frozen=True, slots=True)
class First:
    """A rule to mend before the others: what the report says of it, and the ways in which it was broken."""

    entry: MendFirst
    rule: Broken

    def count(self, way: Finding) -> str:
        """How many there are of one way, where there are several and it is told."""
        if len(self.rule.findings) == 1 or way.failed_rows is None:
            return ""
        return words.many(way.failed_rows, way.counted.removesuffix("s"))


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Rules that were not checked for one reason."""

    reason: str
    rules: tuple[RuleOutcome, ...]


def counters(report: Report) -> list[Counter]:
    """One counter a severity, the severest first."""
    return [_counter(report, severity) for severity in SEVERITIES]


def _counter(report: Report, severity: Severity) -> Counter:
    rules = [rule for rule in report.rules if rule.severity == severity]
    judged = sum(rule.outcome in ("passed", "failed") for rule in rules)
    return Counter(severity, getattr(report.counts, severity), judged, len(rules))


def broken(report: Report) -> list[Broken]:
    """The rules that were broken, in the one order of all forms: the one through which most is lost first."""
    found = Scale(report.data_items, report.tables).in_order(report.findings)
    # a slice measures no item: what is mended first in it was weighed with the measures of the whole
    places = {first.fingerprint: place for place, first in enumerate(report.mend_first)}
    first = {ways: min(places.get(finding.fingerprint, len(places)) for finding in ways) for ways in found}
    return [Broken(ways) for ways in sorted(found, key=lambda ways: first[ways])]


def broken_rules(report: Report, severity: Severity) -> list[Broken]:
    """The rules of one severity that were broken, in the order of all of them."""
    return [rule for rule in broken(report) if rule.first.severity == severity]


def in_order(report: Report) -> list[Finding]:
    """Every finding in the order in which people want to know of them."""
    return [finding for rule in broken(report) for finding in rule.findings]


def mended_first(report: Report) -> list[First]:
    """What is mended first, with each way in which the rule was broken that is not accepted."""
    by_print = {finding.fingerprint: rule for rule in broken(report) for finding in rule.findings}
    return [
        First(entry, Broken(tuple(f for f in by_print[entry.fingerprint].findings if f.accepted is None)))
        for entry in report.mend_first
    ]


def listed_rows(report: Report) -> list[Finding]:
    """The findings whose rows `--rows` writes: of tables that it may name rows of, each row judged by itself."""
    silent = {finding.table for finding in report.findings if finding.failed_rows is None} | {"header", "dataset"}
    return [f for f in report.findings if f.counted == "rows" and not of_the_file(f) and f.table not in silent]


def unchecked(report: Report) -> list[Unchecked]:
    """What was not checked, grouped by reason; the reason that stops most rules first."""
    by_reason: dict[str, list[RuleOutcome]] = defaultdict(list)
    for rule in report.rules:
        if rule.outcome == "not_assessed":
            by_reason[rule.reason or "The reason was not given."].append(rule)
    groups = [Unchecked(reason, tuple(rules)) for reason, rules in by_reason.items()]
    return sorted(groups, key=lambda group: (-len(group.rules), group.reason))


def broke_down(report: Report) -> list[RuleOutcome]:
    """Rules that the validator could not run: its own fault, and not the file's."""
    return [rule for rule in report.rules if rule.outcome == "error"]


def passed(report: Report) -> list[RuleOutcome]:
    """Rules that found nothing."""
    return [rule for rule in report.rules if rule.outcome == "passed"]


def items_in_order(report: Report) -> list[DataItemMeasure]:
    """Data items, those of PLUS first, then those of equality, else as the data set lists them."""
    return sorted(report.data_items, key=lambda item: _GROUPS.index(item.group))


def item_groups(report: Report) -> list[tuple[str, list[DataItemMeasure]]]:
    """Data items under a heading each: PLUS, equality, then table by table."""
    headings = {"plus": "PLUS items", "equality": "Equality items"}
    groups: dict[str, list[DataItemMeasure]] = defaultdict(list)
    for item in items_in_order(report):
        groups[headings.get(item.group) or words.table_title(item.table)].append(item)
    return list(groups.items())


def unanswered(measure: PlusMeasure) -> Shown | None:
    """Persons of whom nobody has recorded an answer."""
    return total((measure.not_known, measure.not_recorded))


def item_titles(report: Report, finding: Finding) -> dict[str, str]:
    """The labels of the items that a finding speaks of, by name."""
    titles = titles_of(report)
    return {name: titles.get(_place(finding.table, name), name) for name in finding.data_items}


def _place(table: str, name: str) -> tuple[str, str]:
    other, dot, item = name.partition(".")
    return (other, item) if dot else (table, name)


def measured(report: Report) -> list[str]:
    """The measures that are said in a sentence each, as far as they were worked out."""
    said = []
    if report.equality.ethnicity is not None:
        said.append(measures_told.ethnicity(report.equality.ethnicity))
        said.extend(measures_told.ethnicity_apart(report.equality.ethnicity))
    if report.linkage.persons is not None:
        said.append(measures_told.linkage(report.linkage))
        said.extend(measures_told.births(report.linkage))
    if report.access.without_practice is not None:
        said.append(measures_told.access(report.access))
    said.extend(measures_told.core20(figure) for figure in report.core20.figures)
    return said


def advice(report: Report) -> str | None:
    """Good practice for what was found of ethnicity."""
    return report.equality.ethnicity.advice if report.equality.ethnicity is not None else None


def file_of(report: Report, table: str) -> str | None:
    """Name of the file that a table came in."""
    return next((file.name for file in report.submission.files if file.table == table), None)


def change_of(report: Report, finding: Finding) -> str | None:
    """What became of a finding since the earlier report; None where there is none."""
    changes = report.since.findings if report.since else ()
    return next((each.change for each in changes if each.fingerprint == finding.fingerprint), None)


def build_file(file: FileInfo) -> str:
    """The name under which a build knows a file: a shareable copy gives that of its table, without an ending."""
    return file.name if "." in file.name else f"{file.name}.{file.format}"


def heading_line(report: Report, finding: Finding) -> int | None:
    """The line that a finding on columns is about: the one of their names. It names no record."""
    csv = any(file.table == finding.table and file.format == "csv" for file in report.submission.files)
    return 1 if csv and ".column." in finding.rule_id else None


def file_of_samples(report: Report, finding: Finding) -> str | None:
    """Name of the file whose rows the samples of a finding are; None where each names its own."""
    own = any(sample.source is not None for sample in finding.samples)
    return None if own else file_of(report, finding.table)


def who_and_when(report: Report) -> str:
    """Provider and period, as far as the file says."""
    sent = report.submission
    provider = f"Provider {sent.provider}" if sent.provider else "Provider not known"
    if sent.period_start is None or sent.period_end is None:
        return f"{provider}, reporting period not known"
    return f"{provider}, {day(sent.period_start)} to {day(sent.period_end)}"


def day(date_: date) -> str:
    """A day as people write it."""
    return f"{date_.day} {date_:%B %Y}"
