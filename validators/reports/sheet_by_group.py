"""The figures by group, as blocks of the summary: who is recorded, who gets to care, who can be linked."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from validators.reports import grouped, words
from validators.reports.plain import paragraphs
from validators.reports.sheet import Block, Row, figure, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validators.measured_groups import AccessMeasure, LinkageSplit
    from validators.report import Report

#: characters of the provider's words in a line of the summary, which does not wrap
LINE, NARRATIVE = 150, 4000

_ACCESS = ("By", "Group", "Counted", "Of", "Persons", "Share", "95% from", "95% to", "Group not known")
_LINKAGE = ("By", "Group", "Persons", "With a number", "Status 01", "Without", "Status 01 (share)")

MEANINGS = (
    ("Known, by group", f"{grouped.RECORDED_MEANS} {grouped.GENDER_MEANS}"),
    ("Access to care", grouped.ACCESS_MEANS),
    ("NHS number, by group", grouped.LINKED_MEANS),
)


def by_group(report: Report) -> Iterator[Block]:
    """Groups stand in the order of the data set, never ranked. The provider's own words precede its access to care."""
    for table in grouped.known_tables(report):
        rows: list[Row] = [(title, *map(share, rates)) for title, rates in table.rows]
        yield Block(f"Known, by group: {table.title}", rows, ("What is recorded", *table.groups))
    narrative = paragraphs(report.submission.narrative or "", NARRATIVE)
    if narrative:
        lines = (line for part in narrative for line in wrap(part, LINE))
        yield Block(words.NARRATIVE, [(line,) for line in lines])
    for measure in report.access.measures:
        yield Block(f"Access to care: {measure.title}", list(_access(measure)), _ACCESS)
    if report.linkage.splits:
        rows = [row for split in report.linkage.splits for row in _linkage(split)]
        yield Block("NHS number, by group", rows, _LINKAGE)


def _access(measure: AccessMeasure) -> Iterator[Row]:
    for part in grouped.access_parts(measure):
        for row in part.rows:
            f = row.figures
            counts = map(figure, (f.numerator, f.denominator, f.persons))
            yield part.title, row.title, *counts, share(f.rate), share(f.low), share(f.high), share(row.group_not_known)


def _linkage(split: LinkageSplit) -> Iterator[Row]:
    title = f"{split.title} (local code)" if split.local else split.title
    for group in split.groups:
        counts = map(figure, (group.persons, group.with_number, group.status_01, group.without_number))
        yield title, group.title, *counts, share(group.rate)
