"""What shareable copies tell of changes, and what people read of it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from tests.test_validators.sample_report import findings, sample_report
from tests.test_validators.test_changes import compared_report, with_failed
from validators.changes import changes
from validators.copies import compared, shareable
from validators.finding import Finding
from validators.report import Report
from validators.reports import REPORTS, changed


def kept_and(finding: Finding, failed: int) -> Report:
    return sample_report(findings=[findings()[0], with_failed(finding, failed)] if failed else [findings()[0]])


#: rows that had a finding and rows that have it, its change in the owner's copy, and what the shareable copy tells
UNTOLD = [
    (0, 3, "new", ("*", "*", "*")),
    (3, 5, "worse", ("*", "*", "*")),
    (3, 0, "mended", None),
    (60, 5, "better", ("*", 60, "*")),
    (0, 60, "new", ("new", None, 60)),
    (60, 0, "mended", ("mended", 60, None)),
    (60, 100, "worse", ("worse", 60, 100)),
    (60, 64, "worse", ("same", 60, 60)),
]


@pytest.mark.parametrize(("had", "has", "change", "told"), UNTOLD)
@pytest.mark.parametrize("kind", ["owner", "shareable"])
def test_a_copy_tells_no_change_that_rests_on_a_hidden_count(
    had: int, has: int, change: str, told: tuple[Any, Any, Any] | None, kind: str
) -> None:
    """One that is new looks like one that was there; one that is gone is not listed."""
    repeated = findings()[3]
    before, report = kept_and(repeated, had), kept_and(repeated, has)
    owner = {each.rule_id: each.change for each in compared(report, before).since.findings}  # type: ignore[union-attr]
    assert owner[repeated.rule_id] == change
    earlier = before if kind == "owner" else shareable(before)
    since = shareable(compared(report, earlier), earlier).since
    assert since is not None
    listed = {each.rule_id: (each.change, each.before_rows, each.now_rows) for each in since.findings}
    assert listed.get(repeated.rule_id) == told
    assert all(each.before_rate is None for each in since.findings if each.before_rows == "*")


def test_a_finding_whose_count_no_copy_gives_is_not_told_to_be_new() -> None:
    restricted = findings()[4]
    assert restricted.failed_rows is None
    without, with_it = kept_and(restricted, 0), sample_report(findings=[findings()[0], restricted])
    for before, now in ((without, with_it), (with_it, with_it)):
        since = shareable(compared(now, before), before).since
        assert since is not None
        (told,) = (each for each in since.findings if each.rule_id == restricted.rule_id)
        assert (told.change, told.before_rows, told.now_rows) == ("*", None, None)


def test_a_share_that_a_copy_claims_is_not_repeated() -> None:
    before = shareable(sample_report())
    items = tuple(item.model_copy(update={"known_rate": item.known_rate and 0.123456}) for item in before.data_items)
    since = shareable(sample_report(), before.model_copy(update={"data_items": items})).since
    assert since == shareable(sample_report(), before).since


@pytest.mark.parametrize(("assessed", "turn"), [(560, "same"), (480, "better")])
def test_a_share_of_a_copy_changes_by_more_than_its_counts_leave_open(assessed: int, turn: str) -> None:
    """60 are shown of both: 12 % of 500, and 10.7 % of 560, which is not seven rows less; or 12.5 % of 480."""
    first = with_failed(findings()[0].model_copy(update={"assessed_rows": 500}), 60)
    second = with_failed(first.model_copy(update={"assessed_rows": assessed}), 60 if turn == "same" else 30)
    before, now = (sample_report(findings=[finding]) for finding in (first, second))
    since = shareable(now, before).since
    assert since is not None
    assert [each.change for each in since.findings] == [turn]
    assert changes(now, before).findings[0].change == "better"


@pytest.mark.parametrize("form", ["text", "html"])
def test_people_read_how_changes_of_copies_are_told(form: str) -> None:
    before, now = sample_report(), sample_report(findings=[with_failed(findings()[0], 2100), *findings()[1:]])

    def said(report: Report) -> str:
        text = unescape(re.sub("<[^>]*>", " ", REPORTS[form](report).decode()))
        return " ".join(text.split())

    owner, copy = compared(now, before), compared(now, shareable(before))
    assert changed.COPY_MEANS not in said(owner)
    assert f"{changed.IN_A_COPY} {changed.COPY_MEANS}" in said(shareable(owner, before))
    assert f"{changed.AS_COPIES} {changed.COPY_MEANS}" in said(copy)
    assert "Not told" in said(shareable(owner, before))


def test_people_read_that_the_earlier_report_is_of_another_release() -> None:
    before = sample_report().model_copy(update={"release": "1.1.0"})
    told = changed.about(compared(sample_report(), before))
    assert told[1].startswith("That one was checked against another release, 1.1.0, and this one against 1.0.0")
    assert len(changed.about(compared(sample_report(), sample_report()))) == len(told) - 1


def test_answers_of_which_both_counts_are_hidden_are_not_listed() -> None:
    few = sample_report().plus[0].model_copy(update={"yes": 5, "no": 2160, "splits": ()})
    none = few.model_copy(update={"yes": 0, "no": 2165})
    since = shareable(compared_report([few]), compared_report([none])).since
    assert since is not None
    assert {(each.answer, each.before, each.now) for each in since.answers} > {("yes", 0, "*")}
    hidden = since.model_copy(
        update={"answers": tuple(each.model_copy(update={"before": "*"}) for each in since.answers)}
    )
    assert [line[1].rpartition(": ")[2] for line in changed.answers(since) if "*" in line] == ["yes"]
    assert [line for line in changed.answers(hidden) if line[2:] == ("*", "*")] == []
