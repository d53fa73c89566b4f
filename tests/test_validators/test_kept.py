"""A copy shows a figure as the earlier copy shows it until it is far enough away: no single person is seen to come."""

from __future__ import annotations

from random import Random

import pytest

from tests.test_validators.sample_report import sample_report
from validators.copies import compared, shareable
from validators.copies.cells import Path, Total
from validators.copies.kept import kept_figures
from validators.copies.suppress import Figures
from validators.finding import HIDDEN, Shown
from validators.measured import PlusMeasure
from validators.report import Report
from validators.rounding import is_small, rounded

YES = {"HOMELESS": 32, "GRT": 47, "LD": 42}


def persons_who_said(yes: dict[str, int], persons: int) -> Report:
    plus = [measure for measure in sample_report().plus if measure.characteristic in YES]
    asked = {"unsure": 0, "declined": 0, "not_known": 0, "not_recorded": 0, "asked": persons, "declined_asked": 0}
    given = [_given(measure, yes[measure.characteristic], persons, asked) for measure in plus]
    return sample_report(plus=given, equality=None, linkage=None, access=None)


def _given(measure: PlusMeasure, yes: int, persons: int, asked: dict[str, int]) -> PlusMeasure:
    answers = {"eligible": persons, "yes": yes, "no": persons - yes, "declined_after_known": 0, "splits": ()}
    return measure.model_copy(update=asked | answers)


def shown_of(copy: Report) -> dict[tuple[str, str], Shown | None]:
    return {(each.characteristic, field): getattr(each, field) for each in copy.plus for field in ("eligible", "yes")}


@pytest.mark.parametrize("kind", ["owner", "shareable"])
def test_one_person_more_is_seen_in_no_figure(kind: str) -> None:
    """Each `yes`, and all persons, would go up with them."""
    before = persons_who_said(YES, 147)
    now = persons_who_said({code: yes + 1 for code, yes in YES.items()}, 148)
    earlier = before if kind == "owner" else shareable(before)
    copy = shareable(compared(now, earlier), earlier)
    assert copy.since is not None
    assert shown_of(copy) == shown_of(shareable(before)) != shown_of(shareable(now))
    assert {answer.change for answer in copy.since.answers} == {"same"}


@pytest.mark.parametrize(("yes", "shown"), [(37, 30), (23, 30), (38, 40), (22, 20), (33, 30), (7, HIDDEN)])
def test_a_figure_is_shown_as_before_while_it_is_at_most_seven_away(yes: int, shown: Shown) -> None:
    before = persons_who_said(YES, 500)
    now = persons_who_said(YES | {"HOMELESS": yes}, 500)
    assert shown_of(shareable(now, before))["HOMELESS", "yes"] == shown


def test_what_was_kept_once_is_kept_in_the_copy_after_that() -> None:
    """The third report is compared with the second, whose copy shows what that of the first one shows."""
    reports = [persons_who_said(YES | {"HOMELESS": yes}, 500) for yes in (32, 35, 37, 38)]
    shown, before = [], None
    for report in reports:
        now = report if before is None else compared(report, before)
        shown.append(shown_of(shareable(now, before))["HOMELESS", "yes"])
        before = now
    assert shown == [30, 30, 30, 40]
    assert before is not None
    assert before.since is not None
    copy = shareable(before, compared(reports[2], reports[1]))
    assert copy.since is not None
    assert copy.since.kept == {}


@pytest.mark.parametrize("claimed", [31, 45, -30, 10**18, 5])
def test_what_a_report_from_anywhere_claims_to_be_kept_is_not_believed(claimed: int) -> None:
    now = compared(persons_who_said(YES, 500), persons_who_said(YES, 500))
    assert now.since is not None
    since = now.since.model_copy(update={"kept": {"plus/HOMELESS/yes": claimed}})
    assert shown_of(shareable(now.model_copy(update={"since": since})))["HOMELESS", "yes"] == 30


def at(name: object) -> Path:
    return ("at", str(name))


def drawn_sums(draw: Random) -> tuple[dict[Path, int], list[Total]]:
    """Figures that add up, in two steps, and some that are some of others."""
    values: dict[Path, int] = {}
    totals = []
    for whole in range(3):
        parts = [at(f"{whole} {n}") for n in range(draw.randint(1, 4))]
        values |= {part: draw.choice((0, draw.randint(8, 40), draw.randint(8, 300))) for part in parts}
        values[at(whole)] = sum(values[part] for part in parts)
        totals.append(Total((at(whole),), tuple(parts)))
    values[at("all")] = sum(values[at(whole)] for whole in range(3))
    totals.append(Total((at("all"),), tuple(at(whole) for whole in range(3))))
    some = draw.randint(0, values[at("all")])
    values[at("some")] = 0 if is_small(some) else some
    totals.append(Total((at("all"),), (at("some"),), rest=True))
    return values, totals


def shown_beside(values: dict[Path, int], totals: list[Total], earlier: dict[Path, int]) -> dict[Path, int]:
    small = {path for path, value in values.items() if is_small(value)}
    kept = kept_figures(Figures(values=values, totals=totals), small, earlier)
    return {path: kept.get(path, rounded(value)) for path, value in values.items() if path not in small}


@pytest.mark.parametrize("seed", range(200))
def test_one_person_more_anywhere_is_seen_nowhere(seed: int) -> None:
    draw = Random(seed)
    before, totals = drawn_sums(draw)
    earlier = {path: rounded(value) for path, value in before.items()}
    whole = draw.randrange(3)
    part = draw.choice([path for path in totals[whole].parts if before[path]] or [at("some")])
    more = {part, at(whole), at("all")} if part != at("some") else set()
    now = {path: value + (path in more) for path, value in before.items()}
    assert shown_beside(now, totals, earlier) == earlier


def test_what_is_kept_adds_up_as_rounded_figures_do() -> None:
    kept = let_go = 0
    for seed in range(400):
        draw = Random(seed)
        values, totals = drawn_sums(draw)
        was = {path: max(value + draw.randint(-9, 9), 0) for path, value in values.items()}
        earlier = {path: rounded(value) for path, value in was.items() if not is_small(value)}
        shown = shown_beside(values, totals, earlier)
        assert all(abs(shown[path] - values[path]) <= 7 for path in shown)
        for total in totals:
            whole, parts = total.whole, total.parts
            if not all(path in shown for path in (*whole, *parts)):
                continue
            over = shown[whole[0]] - sum(shown[path] for path in parts)
            most = 2 * sum(shown[path] > 0 for path in (*whole, *parts))
            assert -most <= over, (seed, whole)
            assert total.rest or over <= most, (seed, whole)
            assert all(shown[path] <= shown[whole[0]] for path in parts), (seed, whole)
        near = {path for path in shown if path in earlier and abs(earlier[path] - values[path]) <= 7}
        kept += sum(shown[path] == earlier[path] != rounded(values[path]) for path in near)
        let_go += sum(shown[path] != earlier[path] for path in near)
    assert min(kept, let_go) > 50
