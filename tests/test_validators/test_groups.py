"""Groups of persons, and what is made of their counts: shares, intervals, scores, advice, what to mend first."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from schema.dataset import load_dataset
from tests.test_validators.sample_report import findings
from validators.advice import FEWEST, ethnicity_advice
from validators.assemble_groups import Names, access_measures
from validators.context import Context, completed_years, last_birth
from validators.figures import FEWEST_PERSONS
from validators.finding import Finding, HiddenRows
from validators.groups import AGE_BANDS, ETHNIC_HEADINGS, Ages, age_band, ethnic_groups
from validators.intervals import wilson
from validators.item_score import item_score
from validators.mend_first import Scale, mend_first
from validators.tally import AccessTally, EqualityTally

DATASET = load_dataset()


@pytest.mark.parametrize("name", ["ethnic_category", "census_2021"])
def test_every_ethnic_category_stands_under_a_heading_of_its_list(name: str) -> None:
    groups = ethnic_groups(DATASET.code_lists[name])
    assert set(groups.values()) == set(ETHNIC_HEADINGS)
    assert groups.keys() == DATASET.code_lists[name].of_kind("value")


@pytest.mark.parametrize(
    ("age", "band"), [(0, "0-15"), (15, "0-15"), (16, "16-24"), (24, "16-24"), (25, "25-34"), (74, "65-74"),
                      (75, "75+"), (120, "75+"), (None, "not_known")],
)  # fmt: skip
def test_age_bands(age: int | None, band: str) -> None:
    assert age_band(age) == band


@pytest.mark.parametrize("day", [datetime.date(2026, 4, 30), datetime.date(2024, 2, 29), datetime.date(2023, 2, 28),
                                 datetime.date(2023, 3, 1), datetime.date(9999, 12, 31)])  # fmt: skip
def test_the_latest_birth_of_an_age_is_where_completed_years_change(day: datetime.date) -> None:
    for years in (0, 1, 16, 18, 26, *(lowest for lowest, _ in AGE_BANDS)):
        latest = last_birth(day, years)
        assert latest is not None
        assert completed_years(latest, day) == years
        if latest < datetime.date.max:
            assert completed_years(latest + datetime.timedelta(days=1), day) == years - 1


def test_before_the_calendar_nobody_is_that_old() -> None:
    assert last_birth(datetime.date(16, 1, 1), 16) is None


def test_ages_that_are_open_include_people_of_unknown_age() -> None:
    assert Ages().include(None)
    assert not Ages(lowest=16).include(None)
    assert not Ages(highest=17).include(18)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 10, 0.0, 0.277533),
        (10, 10, 0.722467, 1.0),
        (81, 263, 0.255289, 0.366208),  # Newcombe (1998), the example without continuity correction: 0.2553 to 0.3662
        (1, 29, 0.006113, 0.171755),  # the same: 0.0061 to 0.1718
    ],
)
def test_wilsons_interval(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("records", "complete", "defaults", "threshold", "score"),
    [
        (2500, 2400, 100, 0.02, 0.94),
        (2500, 2500, 100, 1.0, 1.0),
        (2500, 2000, 100, 0.0, 0.76),
        (1000, 900, 900, 0.0, 0.0),
        (1000, 800, 800, 1.0, 0.8),
        (1000, 900, 450, 0.0, 0.45),
        (1000, 1000, 100, 0.035, 0.935),
        (50000, 49000, 5000, 1.0, 0.98),
        (50000, 45000, 5000, 0.035, 0.835),
    ],
)
def test_the_item_score_is_that_of_the_published_example(
    records: int, complete: int, defaults: int, threshold: float, score: float
) -> None:
    """Appendix 1 of the DQMI methodology."""
    assert item_score(complete, defaults, records, threshold) == score


def test_an_item_score_takes_away_not_known_and_never_declined() -> None:
    assert item_score(complete=80, defaults=30, records=100) == 0.5
    assert item_score(complete=0, defaults=0, records=0) is None


# Access


def _context() -> Context:
    moment = datetime.datetime(2026, 5, 7, tzinfo=datetime.UTC)
    header = {"declared_plus": "HOMELESS|L-BOATER", "local_extensions": "L-BOATER=Lives on a boat"}
    return Context(dataset=DATASET, header=header, today=moment.date(), received_at=moment)


def _tallies(persons: int) -> list[AccessTally]:
    groups = [("all", "all"), ("ethnic_group", "white"), ("ethnic_group", "declined"), ("L-BOATER", "yes")]
    return [AccessTally("missed", by, group, 10, 40, persons, 9) for by, group in groups]


def test_no_rate_is_given_on_fewer_than_twenty_persons() -> None:
    (measure,) = access_measures(_tallies(FEWEST_PERSONS - 1), Names(_context()))
    figures = [measure, *(group for split in measure.splits for group in split.groups)]
    assert {(f.numerator, f.denominator, f.rate, f.low, f.high) for f in figures} == {(10, 40, None, None, None)}
    (measure,) = access_measures(_tallies(FEWEST_PERSONS), Names(_context()))
    assert (measure.rate, measure.low, measure.high) == (0.25, *wilson(10, 40))


def test_each_kind_says_how_many_rows_are_of_people_whose_group_is_not_known() -> None:
    (measure,) = access_measures(_tallies(30), Names(_context()))
    ethnic, local = measure.splits
    assert (ethnic.by, ethnic.rows, ethnic.group_not_known, ethnic.group_not_known_rate) == (
        "ethnic_group",
        80,
        40,
        0.5,
    )
    assert (local.title, local.local, local.group_not_known) == ("Lives on a boat", True, 0)


def test_a_share_of_all_groups_has_no_share_of_its_own() -> None:
    tallies = [AccessTally("referrals", "all", "all", 50, 50, 40, 40)]
    (measure,) = access_measures(tallies, Names(_context()))
    assert (measure.numerator, measure.rate) == (50, None)


# Advice


def _found(**counts: Any) -> EqualityTally:
    none = dict.fromkeys(
        ("known", "declined", "not_known", "missing", "invalid", "asked", "any_other", "local_second_character"), 0
    )
    return EqualityTally(**{"persons": 1000, **none, **counts})


ALWAYS = ethnicity_advice(_found())


def test_the_advice_always_says_why_that_a_refusal_stands_and_that_nobody_is_coded_by_looks() -> None:
    for words in ("Say why you ask", "A refusal is an answer", "Nobody is coded by their name, their looks"):
        assert words in ALWAYS


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"missing": 8}, "no ethnicity recorded at all"),
        ({"not_known": 8}, "99 says that nobody asked"),
        ({"declined": 100}, "Not stated (Z) is common"),
        ({"sources": (("3", 4), ("5", 4))}, "assumed by staff or worked out"),
        ({"sources": (("9", 3), (None, 5))}, "nobody knows who said so"),
        ({"known": 100, "any_other": 15}, "“Any other” is used often"),
        ({"conflicting": 8}, "more than one ethnicity"),
        ({"local_second_character": 8}, "CL, CM and CN"),
    ],
)
def test_the_advice_is_about_what_was_found_and_tells_no_small_number(counts: dict[str, Any], words: str) -> None:
    assert words in ethnicity_advice(_found(**counts))
    fewer = {
        name: count - 1 if isinstance(count, int) and count >= FEWEST and name != "known" else count
        for name, count in counts.items()
        if name != "sources"
    }
    assert ethnicity_advice(_found(**fewer)) == ALWAYS


# What to mend first


def test_what_hides_a_group_comes_first_however_few_they_are() -> None:
    ranked = [first.fingerprint for first in mend_first(findings())]
    weight = Scale().weight
    (last, *_) = sorted((f for f in findings() if weight(f) > 0 and f.action == "none"), key=weight)
    assert last.fingerprint not in ranked
    hiding = [_hiding(f) if f.fingerprint == last.fingerprint else f for f in findings()]
    first = mend_first(hiding)[0]
    assert first.fingerprint == last.fingerprint
    assert first.reason.endswith(
        " It comes first because it hides more than half of an ethnic group and of a PLUS group "
        "(9 of 12 rows of White - Irish), however few they are."
    )
    assert [later.fingerprint for later in mend_first(hiding)[1:]] == ranked[:2]


def test_what_nobody_can_mend_is_not_mended_first_whatever_it_hides() -> None:
    found = [_hiding(f).model_copy(update={"mend": "nobody"}) for f in findings()]
    assert mend_first(found) == ()


def _hiding(finding: Finding) -> Finding:
    rows = (HiddenRows(title="White - Irish", lost_rows=9, rows=12),)
    return finding.model_copy(
        update={"hides": ("ethnic", "plus"), "hidden_groups": ("White - Irish",), "hidden_rows": rows}
    )
