"""The sheet for working record by record: the rows that are named as samples, those of one record together.

The columns stand in the order in which people who mend data read them: which record, when, what is wrong, and only
then where in the file.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from schema.rule import SEVERITIES
from validators.finding import exact
from validators.reports import sources, story, words
from validators.reports.sheet import Column, Listing, Row, figure

if TYPE_CHECKING:
    from validators.finding import Finding, ItemValue, Sample
    from validators.report import Report

NAME = "Records"
NO_RECORDS = "No row is named here: nothing was found that could be named, or this copy may not name any."
FILTER_BY_RULE = "Filter by rule to work through one kind of fault, or by key to mend one record."


@dataclass(frozen=True, slots=True)
class Named:
    """One row that a finding names."""

    finding: Finding
    sample: Sample

    @property
    def record(self) -> tuple[str, str]:
        """What all that is named of one record shares."""
        return self.finding.table, self.sample.key or f"row {self.sample.row}"

    @property
    def weight(self) -> int:
        """The place of its severity; 0 is the severest."""
        return SEVERITIES.index(self.finding.severity)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the samples hold beside row and key: the provider's ids by name, values, places in a mapped extract."""

    ids: tuple[str, ...]
    values: bool
    mapped: bool


def records(report: Report) -> Listing:
    """A line for each finding on each row named; the record with the severest, then with the most findings first."""
    named = [Named(finding, sample) for finding in report.findings for sample in finding.samples]
    shown = _Shown(
        ids=tuple(dict.fromkeys(item.data_item for each in named for item in each.sample.ids or ())),
        values=any(each.sample.values for each in named),
        mapped=any(each.sample.source for each in named),
    )
    rows = [_row(report, each, shown) for each in chain.from_iterable(_by_record(named))]
    return Listing(NAME, _notes(report, named), _columns(shown), rows)


def _by_record(named: list[Named]) -> list[list[Named]]:
    records: dict[tuple[str, str], list[Named]] = defaultdict(list)
    for each in named:
        records[each.record].append(each)
    return sorted(records.values(), key=lambda group: (min(each.weight for each in group), -len(group)))


def _notes(report: Report, named: list[Named]) -> tuple[str, ...]:
    if not named:
        return (NO_RECORDS,)
    listed = story.listed_rows(report)
    told = sum(exact(finding.failed_rows) or 0 for finding in listed)
    prints = {finding.fingerprint for finding in listed}
    beside = [each.finding for each in named if each.finding.fingerprint not in prints]
    tables = ", ".join(dict.fromkeys(words.table_title(finding.table) for finding in beside))
    cut = (
        f"Named here: {words.number(len(named) - len(beside))} of {words.number(told)} rows with a finding, spread "
        "over the file; a row with two findings counts twice. The option --rows of the command line writes all of them."
        + (f" Named beside them, and not written by it: {words.number(len(beside))} ({tables})." if beside else "")
    )
    without = {each.finding.table: None for each in named if words.no_row(each.finding)}
    why = (f"{words.table_title(table)}: {words.NO_ROW_MEANS}" for table in without)
    return (cut, FILTER_BY_RULE, words.ROW_MEANS, words.KEY_MEANS, *why)


def _columns(shown: _Shown) -> tuple[Column, ...]:
    return (
        Column("Key", 20),
        *(Column(name, 20) for name in shown.ids),
        Column("Period", 10),
        Column("What happened", 56),
        Column("How to mend it", 56),
        Column("Data item", 28),
        Column("Column", 24),
        *((Column("Value", 28),) if shown.values else ()),
        Column("Received", 32),
        Column("Expected", 32),
        Column("Severity", 15),
        Column("Table", 20),
        Column("File", 24),
        Column("Row"),
        Column("Line"),
        Column("Rule", 32),
        *((Column("In the extract", 40),) if shown.mapped else ()),
    )


def _row(report: Report, named: Named, shown: _Shown) -> Row:
    finding, sample = named.finding, named.sample
    titles = story.item_titles(report, finding)
    own = {item.data_item: item.value for item in sample.ids or ()}
    return (
        sample.key,
        *(own.get(name) for name in shown.ids),
        _period(report),
        finding.message,
        finding.fix,
        ", ".join(titles.values()),
        ", ".join(titles),
        *((_values(sample.values),) if shown.values else ()),
        finding.cause.received,
        finding.cause.expected,
        words.sentence(words.SEVERITY[finding.severity]),
        words.table_title(finding.table),
        sample.source.file if sample.source else story.file_of(report, finding.table),
        figure(sample.source.row if sample.source else sample.row),
        figure(sample.line),
        finding.rule_id,
        *(("; ".join(sources.details(sample)) or None,) if shown.mapped else ()),
    )


def _period(report: Report) -> str | None:
    start = report.submission.period_start
    return f"{start:%Y-%m}" if start else None


def _values(values: tuple[ItemValue, ...] | None) -> str | None:
    """One value as it is; several with the names of their items."""
    if not values:
        return None
    if len(values) == 1:
        return values[0].value
    return ", ".join(f"{item.data_item} = {'(blank)' if item.value is None else item.value}" for item in values)
