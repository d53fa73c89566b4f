"""The sheets that are read from the top: the summary, and what the report was made from."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from validators.reports import changed, story, words
from validators.reports.sheet import Block, Prose, Row, figure, share
from validators.reports.sheet_by_group import LINE, MEANINGS, by_group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validators.measured import DataItemMeasure, PlusMeasure
    from validators.report import Report
    from validators.since import Since

WIDTHS = (44, 20, 14, 12, 12, 12, 12, 12, 12, 12, 12)

SHEETS = (
    ("Summary", "the verdict and the figures"),
    ("Mend first", "at most three rules to mend before the others, each with all ways in which it was broken"),
    ("By rule", "every finding, one line each: for mending one kind of fault everywhere"),
    ("Records", "rows that are named, those of one record together: for mending record by record"),
    ("Rules run", "every rule of the release, with what became of it"),
    ("About", "what this was made from, and what the words mean"),
)


def summary(report: Report) -> Prose:
    """What the HTML and the text say, in the same order, without the findings: these have sheets of their own."""
    return Prose("Summary", WIDTHS, list(_summary(report)), frozen=True)


def _summary(report: Report) -> Iterator[Block]:
    yield Block(report.verdict_sentence, _verdict(report))
    if report.slice is not None:
        yield Block("A slice of the report", [(report.slice.title,)])
    if report.mend_first:
        yield _mend_first(report)
    yield _counters(report)
    yield _tables(report)
    if report.plus:
        yield _plus(report)
    said = [*story.measured(report), *filter(None, [story.advice(report)])]
    if said:
        yield Block("Persons", [(sentence,) for sentence in said])
    yield from by_group(report)
    if report.data_items:
        yield _items(report)
    if report.since is not None:
        yield from _changes(report, report.since)
        yield from _changed_items(report.since)
    if report.accepted:
        yield Block("Accepted findings", [(entry.title or entry.fingerprint, entry.said) for entry in report.accepted])
    yield _unchecked(report)


def _verdict(report: Report) -> list[Row]:
    told = [
        *filter(None, [words.draft(report)]),
        f"What happens next: {report.what_next}",
        f"{story.who_and_when(report)}, release {words.release(report)}. {words.PURPOSE[report.purpose]}",
        words.COPY[report.copy_kind],
    ]
    broken = story.broke_down(report)
    if broken:
        told.append(f"This report is not complete: the validator itself failed on {words.many(len(broken), 'rule')}.")
    return [("Verdict", words.VERDICT[report.verdict]), *((line,) for line in told)]


def _mend_first(report: Report) -> Block:
    """What to mend first and why, in a line each; how stands on the sheet of that name."""
    rows: list[Row] = [(f"{first.title} ({first.rule_id})",) for first in report.mend_first]
    reasons: list[Row] = [(first.reason,) for first in report.mend_first]
    return Block("Mend these first", [row for pair in zip(rows, reasons, strict=True) for row in pair])


def _counters(report: Report) -> Block:
    rows: list[Row] = [
        (
            words.SEVERITIES[counter.severity],
            figure(counter.found) if counter.judged or counter.found else "?",
            counter.judged,
            counter.rules - counter.judged,
        )
        for counter in story.counters(report)
    ]
    return Block("In figures", rows, ("Severity", "Findings", "Rules checked", "Rules not checked"))


def _tables(report: Report) -> Block:
    rows: list[Row] = [
        (words.table_title(count.table), "not sent", words.NONE_GIVEN)
        if count.rows is None
        else (words.table_title(count.table), figure(count.rows), figure(count.rejected_rows))
        for count in report.tables
    ]
    return Block("Tables", rows, ("Table", "Rows", "Left out"))


def _items(report: Report) -> Block:
    headings = ("Data item", "Table", "Rows", "Known", "Known (share)", "Not sure", "Declined", "Not known", "Missing")
    rows = [_item(measure) for measure in story.items_in_order(report)]
    return Block("How completely each item is filled", rows, (*headings, "Not usable", "Item score"), filtered=True)


def _item(measure: DataItemMeasure) -> Row:
    counts = (measure.asked_unsure, measure.declined, measure.not_known, measure.missing, measure.invalid)
    return (
        measure.title,
        words.table_title(measure.table),
        figure(measure.rows),
        figure(measure.valid),
        share(measure.known_rate),
        *map(figure, counts),
        share(measure.item_score),
    )


def _plus(report: Report) -> Block:
    headings = ("Characteristic", "Eligible", "Yes", "No", "Not sure", "Declined", "Not known", "Not recorded")
    return Block("PLUS answers", [_answers(measure) for measure in report.plus], (*headings, "Asked", "Asked (share)"))


def _answers(measure: PlusMeasure) -> Row:
    counts = (measure.eligible, measure.yes, measure.no, measure.unsure, measure.declined, measure.not_known)
    asked = (figure(measure.asked), share(measure.asked_rate))
    return (measure.title, *map(figure, counts), figure(measure.not_recorded), *asked)


def _changes(report: Report, since: Since) -> Iterator[Block]:
    rows: list[Row] = [
        (each.title, changed.TURNS[each.change], figure(each.before_rows), figure(each.now_rows))
        for each in since.findings
    ]
    rows += [
        (f"{each.title}: {each.answer}", changed.TURNS[each.change], figure(each.before), figure(each.now))
        for each in since.answers
    ]
    title = f"What changed since the report of {since.created_at:%Y-%m-%d}"
    yield Block(title, [(line,) for sentence in changed.about(report) for line in wrap(sentence, LINE)])
    yield Block("Findings and answers of either report", rows, ("Finding, or answer", "Change", "Before", "Now"))


def _changed_items(since: Since) -> Iterator[Block]:
    rows: list[Row] = [
        (each.title, changed.TURNS[each.change], share(each.before_rate), share(each.now_rate))
        for each in changed.changed_items(since)
    ]
    if rows:
        yield Block(changed.ITEMS, rows, ("Data item", "Change", "Before (share)", "Now (share)"))


def _unchecked(report: Report) -> Block:
    rows: list[Row] = [(words.many(len(group.rules), "rule"), group.reason) for group in story.unchecked(report)] or [
        ("Every rule of the release was checked.",)
    ]
    return Block("What was not checked, and why", rows)


def about(report: Report) -> Prose:
    """What the figures depend on, what was done before the rules ran, and what the words mean."""
    return Prose("About", (36, 110), list(_about(report)), wrapped=True)


def _about(report: Report) -> Iterator[Block]:
    yield Block("The sheets of this workbook", list(SHEETS))
    yield Block("Made from", [*words.stamps(report), *_files(report), ("Specification", words.PROPOSED)])
    for note in report.notes:
        yield Block(note.title, [("", line) for line in note.lines])
    if report.ignored_files:
        yield Block("Files that were not read", [(ignored.name, ignored.reason) for ignored in report.ignored_files])
    if words.to_see_more(report):
        yield Block("How to see more", [("", words.to_see_more(report))])
    yield Block("What the words mean", list(_meanings()))


def _files(report: Report) -> Iterator[Row]:
    for file in report.submission.files:
        told = [words.rows_of(file)]
        told += [words.size(file.bytes)] if file.bytes is not None else []
        told += [f"SHA-256 {file.sha256}"] if file.sha256 else []
        yield f"File {file.name}", ", ".join(told)


def _meanings() -> Iterator[Row]:
    yield "Finding", words.FINDING_MEANS
    for severity, means in words.SEVERITY_MEANS.items():
        yield words.SEVERITIES[severity], means
    yield "Row", words.ROW_MEANS
    yield "Key", words.KEY_MEANS
    yield "Not assessed", words.NOT_ASSESSED_MEANS
    yield "No figure", words.NO_FIGURE_MEANS
    yield "Data items", words.ITEMS_MEAN
    yield "Item score", words.SCORE_MEANS
    yield "PLUS answers", words.ANSWERS_MEANS
    yield "Not recorded", words.NOT_RECORDED_MEANS
    yield from MEANINGS
