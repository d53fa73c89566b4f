"""The measures as text for a terminal: what is recorded, of whom, who can be linked, who gets to care.

A terminal is narrow: of the figures by group it shows the shares, and says where their counts stand.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from validators.finding import exact
from validators.reports import grouped, story, words
from validators.reports.plain import paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validators.measured import DataItemMeasure, PlusMeasure
    from validators.measured_groups import AccessMeasure
    from validators.report import Report
    from validators.reports.grouped import Known
    from validators.reports.terminal import Page

NARRATIVE = 4000

_ITEM_HEADINGS = ("known", "not\nsure", "declined", "not\nknown", "missing", "not\nusable", "item\nscore")


def measures(report: Report, page: Page) -> Iterator[str]:
    """Every measure, in the order of the other forms."""
    yield from _plus(report, page)
    yield from _measured(report, page)
    yield from _by_group(report, page)
    yield from _linkage(report, page)
    yield from _access(report, page)
    yield from _items(report, page)


def _plus(report: Report, page: Page) -> Iterator[str]:
    if not report.plus:
        return
    yield from page.title("PLUS answers")
    yield from page.text(f"{words.ANSWERS_MEANS} {words.NO_ANSWER_MEANS}")
    headings = ["Characteristic", "eligible", "yes", "no", "not\nsure", "declined", "no\nanswer", "asked\n%"]
    yield from page.table(headings, [_plus_row(measure) for measure in report.plus])


def _plus_row(measure: PlusMeasure) -> list[str]:
    counts = (measure.eligible, measure.yes, measure.no, measure.unsure, measure.declined, story.unanswered(measure))
    return [measure.title, *map(words.number, counts), words.percent(measure.asked_rate)]


def _measured(report: Report, page: Page) -> Iterator[str]:
    said = story.measured(report)
    if said:
        yield from page.title("Persons")
    for sentence in said:
        yield from page.text(sentence)
    yield from page.text(story.advice(report) or "")


def _by_group(report: Report, page: Page) -> Iterator[str]:
    tables = grouped.known_tables(report)
    if tables:
        yield from page.title("Who is recorded, by group")
        yield from page.text(grouped.recorded_means(report))
    for table in tables:
        yield from _shares(table, page)


def _linkage(report: Report, page: Page) -> Iterator[str]:
    tables = grouped.linkage_tables(report)
    if not tables:
        return
    yield from page.title("Who can be linked, by group")
    yield from page.text(grouped.LINKED_MEANS)
    for table in tables:
        yield from _shares(table, page)
    yield from page.text(f"The persons behind these shares {words.STAND_ELSEWHERE}")


def _access(report: Report, page: Page) -> Iterator[str]:
    if report.access.measures:
        yield from page.title("Access to care")
        yield from page.text(grouped.ACCESS_MEANS)
        yield ""
    yield from _narrative(report, page)
    if not report.access.measures:
        return
    headings = ["", "counted", "of", "share", "95% interval"]
    yield from page.table(headings, [_access_row(measure) for measure in report.access.measures])
    for table in grouped.share_tables(report):
        yield from _shares(table, page)
    yield from page.text(
        "The counts, intervals and persons behind these shares, and how many rows are of people whose group is not "
        f"known, {words.STAND_ELSEWHERE}"
    )


def _narrative(report: Report, page: Page) -> Iterator[str]:
    """The provider's own words, beside the figures on access that they explain."""
    told = paragraphs(report.submission.narrative or "", NARRATIVE)
    if told and not report.access.measures:
        yield from page.title(words.NARRATIVE)
    elif told:
        yield from page.text(f"{words.NARRATIVE}:")
    for line in told:
        yield from page.text(line, indent=2)
    if told:
        yield ""


def _access_row(measure: AccessMeasure) -> list[str]:
    counts = (words.number(measure.numerator), words.number(measure.denominator))
    return [measure.title, *counts, words.percent(measure.rate), grouped.interval(measure)]


def _shares(table: Known, page: Page) -> Iterator[str]:
    yield ""
    rows = [[title, *map(words.percent, rates)] for title, rates in table.rows]
    yield from page.table([table.title, *map(stacked, table.groups)], rows)


def stacked(heading: str) -> str:
    """A heading of several words in two lines as alike in length as can be, unless it has several already."""
    gaps = [place for place, letter in enumerate(heading) if letter == " "]
    if "\n" in heading or not gaps:
        return heading
    gap = min(gaps, key=lambda place: max(place, len(heading) - place - 1))
    return f"{heading[:gap]}\n{heading[gap + 1 :]}"


def _items(report: Report, page: Page) -> Iterator[str]:
    if not report.data_items:
        return
    yield from page.title("How completely each item is filled")
    yield from page.text(words.ITEMS_MEAN)
    yield from page.text(words.SCORE_MEANS)
    for heading, items in story.item_groups(report):
        for table, those in groupby(items, key=lambda item: item.table):
            named = words.table_title(table)
            yield ""
            yield from _item_table(heading if heading == named else f"{heading}:\n{named}", list(those), page)


def _item_table(title: str, items: list[DataItemMeasure], page: Page) -> Iterator[str]:
    """The items of one table; their rows are said once where they are the same for all."""
    rows = {words.number(item.rows) for item in items}
    alike = len(rows) == 1 and exact(items[0].rows) is not None
    headings = [f"{title}\n({words.many(items[0].rows or 0, 'row')})" if alike else title]
    headings += [*([] if alike else ["rows"]), *_ITEM_HEADINGS]
    yield from page.table(headings, [_item_row(item, counted=not alike) for item in items])


def _item_row(item: DataItemMeasure, *, counted: bool) -> list[str]:
    counts = (item.asked_unsure, item.declined, item.not_known, item.missing, item.invalid)
    rows = [words.number(item.rows)] if counted else []
    shares = words.percent(item.known_rate), words.percent(item.item_score)
    return [item.title, *rows, shares[0], *map(words.number, counts), shares[1]]
