"""The report as text for a terminal of 80 to 100 columns, the verdict first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.rule import SEVERITIES
from validators.reports import changed, sources, story, words
from validators.reports.links import index
from validators.reports.terminal import NARROWEST, WIDEST, Page
from validators.reports.text_measures import measures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schema.rule import Severity
    from validators.finding import Finding, Shown
    from validators.report import Report
    from validators.reports import Look

SAMPLES = 3


def write(report: Report, look: Look) -> bytes:
    """The report in UTF-8, with line feeds."""
    page = Page(min(max(look.width, NARROWEST), WIDEST), look.colour)
    return ("\n".join(lines(report, page, index(report, look))) + "\n").encode()


def lines(report: Report, page: Page, pages: str | None) -> Iterator[str]:
    """Every line, in the order in which people want to know it. `pages`: where the rules are explained."""
    yield from _verdict(report, page)
    yield from _mend_first(report, page)
    yield from _counters(report, page)
    yield from measures(report, page)
    yield from _changes(report, page)
    for severity in SEVERITIES:
        yield from _findings(report, severity, page)
    yield from _unchecked(report, page)
    yield from _before(report, page)
    yield from _stamps(report, page, pages)


def _verdict(report: Report, page: Page) -> Iterator[str]:
    yield from page.text(report.verdict_sentence)
    yield from page.text(words.draft(report))
    yield from page.text(report.what_next)
    yield from page.text(
        f"{story.who_and_when(report)}, release {words.release(report)}. {words.PURPOSE[report.purpose]}"
    )
    yield from page.text(words.COPY[report.copy_kind])
    broken = story.broke_down(report)
    if broken:
        yield ""
        yield from page.text(
            f"The validator itself failed on {words.many(len(broken), 'rule')}, named at the end. That is no fault of "
            "the file, and this report is not complete."
        )


def _mend_first(report: Report, page: Page) -> Iterator[str]:
    if not report.mend_first:
        return
    yield from page.title("Mend these first")
    for place, first in enumerate(story.mended_first(report), start=1):
        rule = first.rule.first
        who = f"Who can mend it: {words.WHO[rule.mend]}" if rule.mend else None
        came = [": ".join(filter(None, (first.count(way), words.what_came(way)))) for way in first.rule.findings]
        yield from page.text(f"{place}. {first.entry.title} ({first.entry.rule_id})", hang=3)
        for line in (first.entry.reason, *came, rule.fix, who):
            yield from page.text(line or "", indent=3)


def _counters(report: Report, page: Page) -> Iterator[str]:
    yield from page.title("In figures")
    counted = story.counters(report)
    yield from page.table(
        ["", "findings", "rules checked", "rules not checked"],
        [
            [words.SEVERITIES[c.severity], c.shown, words.number(c.judged), words.number(c.rules - c.judged)]
            for c in counted
        ],
    )
    yield from page.text(words.FINDING_MEANS)
    yield from page.text(words.NO_FIGURE_MEANS)
    yield ""
    yield from page.table(
        ["Table", "rows", "left out"],
        [
            [
                words.table_title(t.table),
                words.number(t.rows) if t.rows is not None else "not sent",
                _left_out(t.rows, t.rejected_rows),
            ]
            for t in report.tables
        ],
    )
    yield from page.text(words.ROW_MEANS)
    yield from page.text(words.to_see_more(report))


def _changes(report: Report, page: Page) -> Iterator[str]:
    if report.since is not None:
        yield from page.title(changed.title(report.since))
        for paragraph in changed.about(report):
            yield from page.text(paragraph)
        for _, caption, what, rows in changed.TABLES:
            told = [[f"{turn}: {name}", before, now] for turn, name, before, now in rows(report.since)]
            if told:
                yield ""
                yield from page.text(caption)
                yield from page.table([what, "before", "now"], told)
    if report.accepted:
        yield from page.title("Accepted findings")
        yield from page.text(changed.ACCEPTED_MEANS)
    for line in changed.accepted(report):
        yield from page.text(f"- {line}")


def _left_out(rows: Shown | None, rejected: Shown | None) -> str:
    return words.NONE_GIVEN if rows is None else words.number(rejected)


def _findings(report: Report, severity: Severity, page: Page) -> Iterator[str]:
    broken = story.broken_rules(report, severity)
    if not broken:
        return
    yield from page.title(f"{words.SEVERITIES[severity]}: {words.many(len(broken), 'rule')}")
    yield from page.text(words.SEVERITY_MEANS[severity])
    for rule in broken:
        yield ""
        yield from _broken(report, rule, page)


def _broken(report: Report, rule: story.Broken, page: Page) -> Iterator[str]:
    first = rule.first
    head, *rest = page.text(f"[{words.SEVERITY[first.severity]}] {first.title} ({first.rule_id})")
    yield page.painted(head, first.severity)
    yield from rest
    yield from page.labelled("What", first.message)
    items = words.item_names(story.item_titles(report, first))
    yield from page.labelled("Where", f"{words.table_title(first.table)}{': ' if items else ''}{items}")
    yield from page.labelled("Your file", sources.columns(rule.findings))
    for finding in rule.findings:
        yield from _cause(finding, story.file_of_samples(report, finding), page)
    yield from page.labelled("Effect", words.sentence(words.ACTION[first.action]))
    yield from page.labelled("Hides", words.hides(first))
    yield from page.labelled("Why", first.why)
    yield from page.labelled("Mend", first.fix)
    yield from page.labelled("Who", words.sentence(words.WHO[first.mend]) if first.mend else None)


def _cause(finding: Finding, file: str | None, page: Page) -> Iterator[str]:
    yield from page.labelled(words.COUNTED[finding.counted], words.extent(finding))
    yield from page.labelled("", _sampled(finding, file))
    for sample in finding.samples[:SAMPLES]:
        told = words.revealed(sample)
        yield from page.labelled("", f"{words.told_apart(sample)}: {told}" if told else None)
    yield from page.labelled("", words.no_row(finding))
    yield from page.labelled("Received", words.received(finding))
    yield from page.labelled("Expected", finding.cause.expected)
    yield from page.labelled("Try", words.to_try(finding))
    yield from page.labelled("Accepted", changed.accepted_until(finding))
    if finding.severity != "error":
        yield from page.labelled("Fingerprint", finding.fingerprint)


def _sampled(finding: Finding, file: str | None) -> str | None:
    shown = finding.samples[:SAMPLES]
    if not shown:
        return None
    more = words.not_shown(finding.failed_rows, len(shown))
    rows = ", ".join(words.place(sample, key=sample.row is None) for sample in shown) + (
        f" and {words.number(more)} more" if more > 0 else ""
    )
    return f"{file}: {rows}" if file else rows


def _unchecked(report: Report, page: Page) -> Iterator[str]:
    yield from page.title("What was not checked, and why")
    groups = story.unchecked(report)
    broken = story.broke_down(report)
    if not groups and not broken:
        yield from page.text("Every rule of the release was checked.")
        return
    if groups:
        yield from page.text(words.NOT_ASSESSED_MEANS)
    for group in groups:
        yield from page.text(f"{group.reason} ({words.many(len(group.rules), 'rule')})")
        yield from page.text(", ".join(rule.rule_id for rule in group.rules), indent=2)
    for rule in broken:
        yield from page.text(f"{rule.rule_id}: the validator failed. {rule.reason or ''}")


def _before(report: Report, page: Page) -> Iterator[str]:
    if report.notes or report.ignored_files:
        yield from page.title("Before the rules ran")
    for note in report.notes:
        yield from page.text(note.title)
        for line in note.lines:
            yield from page.text(f"- {line}", indent=2)
    for ignored in report.ignored_files:
        yield from page.text(f"Not read: {ignored.name}. {ignored.reason}")


def _stamps(report: Report, page: Page, pages: str | None) -> Iterator[str]:
    yield from page.title("Made from")
    for name, value in words.stamps(report):
        yield from page.text(f"{name}: {value}")
    for file in report.submission.files:
        digest = f", SHA-256 {file.sha256}" if file.sha256 else ""
        yield from page.text(f"File {file.name}: {words.rows_of(file)}{digest}")
    where = f"See {pages}" if pages else f"{words.pages_command(report)} {words.PAGES_BESIDE}"
    yield from page.text(f"{words.PAGES} {where}")
    yield from page.text(words.PROPOSED)
