"""Works out what changed between two reports of one provider. No word of the earlier report is repeated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from validators.figures import SMALL
from validators.finding import HIDDEN, Hidden, Shown, exact
from validators.item_titles import titles_of
from validators.misplaced import can_be_silent
from validators.misplaced import title as misplaced_title
from validators.since import Answer, AnswerChange, AnswerTurn, FindingChange, FindingTurn, ItemChange, ItemTurn, Since
from validators.structure import title_of

if TYPE_CHECKING:
    from validators.finding import Finding
    from validators.measured import DataItemMeasure
    from validators.report import Report

ANSWERS: tuple[Answer, ...] = ("yes", "no", "unsure", "declined")
#: shares of known values that are less than this apart, a percentage point, are the same
ALIKE = 0.01
#: stands for the title of a rule that only the earlier report knows, and no check of this software has
OF_AN_EARLIER_RULE = "A finding of a rule that was not checked this time"


def changes(now: Report, before: Report) -> Since:
    """What changed from `before` to `now`, two reports that show their figures alike: both exact, or both rounded."""
    sent, sent_before = now.submission, before.submission
    return Since(
        report_id=before.report_id,
        created_at=before.created_at,
        release=before.release,
        period_start=sent_before.period_start,
        period_end=sent_before.period_end,
        same_period=(sent.period_start, sent.period_end) == (sent_before.period_start, sent_before.period_end),
        findings=tuple(_findings(now, before)),
        data_items=tuple(_items(now, before)),
        answers=tuple(_answers(now, before)),
    )


def _findings(now: Report, before: Report) -> Iterator[FindingChange]:
    """Every finding of this report, then those that only the earlier one has.

    Of copies nothing is told that rests on a count that one of them does not give: a finding that came looks there like
    one that was there before, and one that went is left out.
    """
    copies = now.copy_kind == "shareable"
    earlier = {finding.fingerprint: finding for finding in before.findings}
    for finding in now.findings:
        was = earlier.pop(finding.fingerprint, None)
        if was is None and not _judged(before, finding):
            yield _change(finding, finding.title, "not_judged", None, finding)
        elif copies and _is_untold(finding):
            yield _change(finding, finding.title, HIDDEN, was or finding, finding)
        else:
            turn = _turn(was, finding, copies=copies) if was else "new"
            yield _change(finding, finding.title, turn, was, finding)
    titles = {rule.rule_id: rule.title for rule in now.rules}
    for finding in earlier.values():
        title = titles.get(finding.rule_id) or _title_of_the_software(now, finding)
        gone = title is not None and _judged(now, finding)
        if not (gone and copies and _is_untold(finding)):
            yield _change(finding, title or OF_AN_EARLIER_RULE, _gone(finding) if gone else "not_judged", finding, None)


def _is_untold(finding: Finding) -> bool:
    """Whether no count is given. A finding that is not there has one that is: 0."""
    return exact(finding.failed_rows) is None


def _title_of_the_software(now: Report, earlier: Finding) -> str | None:
    """The title of a check that no release has, which reports name only where it found something.

    None where this software has no such check.
    """
    item, _, check = earlier.rule_id.partition(".")[2].partition(".")
    if check != "misplaced":
        return title_of(earlier.rule_id)
    label = titles_of(now).get((earlier.table, item))
    return misplaced_title(label) if label else None


def _gone(finding: Finding) -> FindingTurn:
    """What is worth knowing, such as that persons declined, was no fault that anybody mended."""
    return "fewer" if finding.severity == "info" else "mended"


#: in ids of checks that no release has: they are made on every file of the table
OF_THE_SOFTWARE = (".file.", ".column.", ".misplaced")


def _judged(report: Report, finding: Finding) -> bool:
    """Whether a report would have the finding if it were there."""
    if can_be_silent(report, finding):
        return False
    if any(part in finding.rule_id for part in OF_THE_SOFTWARE):
        return any(finding.table in (file.table, "dataset") for file in report.submission.files)
    return any(rule.rule_id == finding.rule_id and rule.outcome in ("passed", "failed") for rule in report.rules)


def _change(
    finding: Finding, title: str, turn: FindingTurn | Hidden, was: Finding | None, now: Finding | None
) -> FindingChange:
    return FindingChange(
        fingerprint=finding.fingerprint,
        rule_id=finding.rule_id,
        title=title,
        severity=finding.severity,
        change=turn,
        counted=finding.counted,
        before_rows=was.failed_rows if was else None,
        now_rows=now.failed_rows if now else None,
        before_rate=was.rate if was else None,
        now_rate=now.rate if now else None,
    )


def _turn(was: Finding, now: Finding, *, copies: bool) -> FindingTurn | Hidden:
    """By the share of the rows that were assessed, since files differ in size; else by the rows.

    What reads alike, count and share, is the same; so are shares of copies that kept figures can have parted.
    """
    if was.rate is not None and now.rate is not None:
        if was.failed_rows == now.failed_rows and _reads_alike(was.rate, now.rate):
            return "same"
        if copies and _is_left_open(now.rate - was.rate, was.assessed_rows, now.assessed_rows):
            return "same"
        return _grown(was.rate, now.rate, now)
    if HIDDEN in (was.failed_rows, now.failed_rows):
        return HIDDEN
    if (was.failed_rows is None) is not (now.failed_rows is None):
        return "not_judged"
    return _grown(exact(was.failed_rows) or 0, exact(now.failed_rows) or 0, now)


def _grown(was: float, now: float, finding: Finding) -> FindingTurn:
    """What is worth knowing, such as how many declined, is more or fewer, and no worse for that."""
    if now == was:
        return "same"
    if finding.severity == "info":
        return "more" if now > was else "fewer"
    return "worse" if now > was else "better"


def _is_left_open(gained: float, *rows: Shown | None) -> bool:
    """Whether a share of so many rows can have changed so much because copies keep figures, and so few rows."""
    return abs(gained) * min(exact(count) or 0 for count in rows) <= SMALL


def _items(now: Report, before: Report) -> Iterator[ItemChange]:
    copies = now.copy_kind == "shareable"
    earlier = {(item.table, item.data_item): item for item in before.data_items}
    for item in now.data_items:
        was = earlier.get((item.table, item.data_item))
        if was is not None:
            yield ItemChange(
                table=item.table,
                data_item=item.data_item,
                title=item.title,
                before_rate=was.known_rate,
                now_rate=item.known_rate,
                change=_item_turn(was, item, copies=copies),
            )


def _item_turn(was: DataItemMeasure, now: DataItemMeasure, *, copies: bool) -> ItemTurn | Hidden:
    """By the share that is known, as the table of data items shows it.

    It is no better or worse where the share that was answered, refusals among them, did not go the same way.
    """
    if HIDDEN in (was.valid, now.valid, was.rows, now.rows):
        return HIDDEN
    gained = _gained(_share(was, was.valid), _share(now, now.valid))
    if not gained or (copies and _is_left_open(gained, was.rows, now.rows)):
        return "same"
    answered = _gained(_answered(was), _answered(now))
    if now.mandation in ("O", "P") or gained * answered <= 0:
        return "more" if gained > 0 else "fewer"
    return "better" if gained > 0 else "worse"


def _gained(before: float | None, after: float | None) -> float:
    """How much a share grew; 0 where it is the same, or where nobody knows."""
    if before is None or after is None:
        return 0
    gained = round(after - before, 6)
    return gained if abs(gained) >= ALIKE else 0


def _share(item: DataItemMeasure, *counts: Shown | None) -> float | None:
    """By the counts: of few rows a share is compared, and not shown. None where a count is hidden."""
    rows = exact(item.rows)
    if not rows or HIDDEN in counts:
        return None
    return sum(exact(count) or 0 for count in counts) / rows


def _answered(item: DataItemMeasure) -> float | None:
    return _share(item, item.valid, item.declined, item.asked_unsure)


def _reads_alike(was: float, now: float) -> bool:
    """Whether two shares are written with the same digits."""
    return was == now or (f"{was:.1%}" == f"{now:.1%}" and was not in (0, 1) and now not in (0, 1))


def _answers(now: Report, before: Report) -> Iterator[AnswerChange]:
    earlier = {measure.characteristic: measure for measure in before.plus}
    for measure in now.plus:
        was = earlier.get(measure.characteristic)
        for answer in ANSWERS if was is not None else ():
            counts: tuple[Shown | None, Shown | None] = (getattr(was, answer), getattr(measure, answer))
            if None not in counts:
                yield AnswerChange(
                    characteristic=measure.characteristic,
                    title=measure.title,
                    answer=answer,
                    before=counts[0],
                    now=counts[1],
                    change=_more_or_fewer(*map(exact, counts)),
                )


def _more_or_fewer(was: int | None, now: int | None) -> AnswerTurn | Hidden:
    if was is None or now is None:
        return HIDDEN
    return "same" if now == was else "more" if now > was else "fewer"
