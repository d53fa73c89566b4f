"""What the forms for people say of changes since an earlier report, and of accepted findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.changes import ALIKE, ANSWERS
from validators.figures import SMALL
from validators.finding import HIDDEN
from validators.reports import story, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validators.finding import Finding, Shown
    from validators.report import Report
    from validators.since import FindingChange, ItemChange, Since

#: in the order in which people want to know it
TURNS = {
    "new": "New",
    "worse": "Worse",
    "better": "Better",
    "mended": "Mended",
    "more": "More",
    "fewer": "Fewer",
    "not_judged": "Not judged",
    "*": "Not told",
    "same": "The same",
}
MEANS = (
    "A finding is matched by its rule and cause, and is worse or better by its share of the rows assessed. Counts of "
    "answers, and what is worth knowing, are more or fewer, and neither better nor worse. A data item is compared by "
    "the share of its rows that is known: what is blank, cannot be used, says “not known” or declines is not. Shares "
    f"less than {ALIKE * 100:.0f} percentage point apart are the same: they are not listed, nor is what is hidden. "
    "Optional items are more or fewer, and so is an item where only refusals came or went."
)
IN_A_COPY = "In this shareable copy a count"
AS_COPIES = "The earlier report is a shareable copy. Both are compared as such copies show them: a count"
COPY_MEANS = (
    f"stays as the earlier copy shows it until it is more than {SMALL} away from that, so that it can be up to {SMALL} "
    "more or fewer than it says. What is called the same can differ by so many, and shares that are not more than "
    f"{SMALL} rows apart are the same. A change is not told where it rests on a hidden count: such a finding may be "
    "new, and one that is gone may not be listed."
)
ITEMS = "Data items that are known in a larger or smaller share of rows"
ACCEPTED_MEANS = "The owner of the data accepts these for now: they stand apart, and are not asked to be mended first."


def title(since: Since) -> str:
    """The heading."""
    return f"What changed since the report of {story.day(since.created_at)}"


def periods(since: Since) -> str:
    """Whether both are about the same period."""
    if since.same_period:
        return "Both are about the same reporting period."
    if since.period_start is None or since.period_end is None:
        return "The earlier report names no reporting period."
    return f"That one is about another period, {story.day(since.period_start)} to {story.day(since.period_end)}."


def releases(report: Report) -> str | None:
    """That the earlier report was checked against another release; None where it was not."""
    if report.since is None or report.since.release == report.release:
        return None
    return (
        f"That one was checked against another release, {report.since.release}, and this one against "
        f"{report.release}: a rule that is new or has changed makes a difference too."
    )


def about(report: Report) -> list[str]:
    """What there is to know before the changes are read; nothing where there are none."""
    if report.since is None:
        return []
    told = [periods(report.since), releases(report), MEANS]
    if report.copy_kind == "shareable":
        told.append(f"{IN_A_COPY} {COPY_MEANS}")
    elif _are_of_copies(report, report.since):
        told.append(f"{AS_COPIES} {COPY_MEANS}")
    return [paragraph for paragraph in told if paragraph]


def _are_of_copies(report: Report, since: Since) -> bool:
    """Whether the changes of an owner's report are told by other figures than its own."""
    own = {finding.fingerprint: finding.failed_rows for finding in report.findings}
    own |= {f"{each.characteristic} {answer}": getattr(each, answer) for each in report.plus for answer in ANSWERS}
    told = {each.fingerprint: each.now_rows for each in since.findings if each.now_rows is not None}
    told |= {f"{each.characteristic} {each.answer}": each.now for each in since.answers}
    return any(own.get(name, count) != count for name, count in told.items())


def findings(since: Since) -> list[tuple[str, str, str, str]]:
    """Change, defect, before, now: what changed first, what is the same last."""
    ordered = sorted(since.findings, key=lambda each: list(TURNS).index(each.change))
    return [(TURNS[each.change], each.title, *_before_and_now(each)) for each in ordered]


def _before_and_now(change: FindingChange) -> tuple[str, str]:
    return _counted(change.before_rows, change.before_rate), _counted(change.now_rows, change.now_rate)


def _counted(rows: Shown | None, rate: float | None) -> str:
    return words.number(rows) + (f" ({words.percent(rate)})" if rate is not None else "")


def changed_items(since: Since) -> list[ItemChange]:
    """The data items that changed. One of which a copy hides whether it did is no news: there may be a whole table."""
    return [each for each in since.data_items if each.change not in ("same", HIDDEN)]


def items(since: Since) -> list[tuple[str, str, str, str]]:
    """Change, data item, share known before and now, of those that are told to have changed."""
    return [
        (TURNS[each.change], each.title, words.percent(each.before_rate), words.percent(each.now_rate))
        for each in changed_items(since)
    ]


def answers(since: Since) -> list[tuple[str, str, str, str]]:
    """Change, answer, persons before and now, of those that changed, as far as either count is told."""
    told = (each for each in since.answers if (each.before, each.now) != (HIDDEN, HIDDEN))
    changed = (each for each in told if each.change != "same")
    return [
        (TURNS[each.change], f"{each.title}: {each.answer}", words.number(each.before), words.number(each.now))
        for each in changed
    ]


#: an id, the caption, what a row is about, the rows
TABLES = (
    ("t-changed", "Findings of either report", "Finding", findings),
    ("t-known", ITEMS, "Data item", items),
    ("t-answered", "Answers given by more or fewer persons", "Answer", answers),
)


def accepted_until(finding: Finding) -> str | None:
    """That a finding is accepted, by whom and why, as far as the copy says."""
    if finding.accepted is None:
        return None
    who = f" by {finding.accepted.owner}: {finding.accepted.reason}" if finding.accepted.owner else ""
    return f"Until {story.day(finding.accepted.until)}{who}"


def accepted(report: Report) -> Iterator[str]:
    """What became of each entry of the file of accepted findings."""
    for entry in report.accepted:
        who = f" Reason: {entry.reason} ({entry.owner})." if entry.reason and entry.owner else ""
        yield f"{entry.title or 'Finding'} ({entry.fingerprint}): {entry.said}{who}"
