"""Which faults hide a group of people: the same on every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.test_validators.small_persons import answer, measured, person
from validators.engines import ENGINES

if TYPE_CHECKING:
    from pathlib import Path

    from validators.tally import Tally

every_engine = pytest.mark.parametrize("engine", ENGINES)


def hides(tally: Tally, rule_id: str) -> dict[str, tuple[str, ...]]:
    """Kind of cause → the groups that a rule hides by it."""
    (found,) = (result for result in tally.rules if result.rule_id == rule_id)
    return {cause.kind: tuple(hidden.group for hidden in cause.hides) for cause in found.causes}


@every_engine
def test_a_code_that_takes_away_more_than_half_of_an_ethnic_category(engine: str, tmp_path: Path) -> None:
    codes = ["A"] * 9 + ["a", "r", " R", "R", "B", "b"]
    tally = measured(engine, tmp_path, [person(n, ethnic_category=code) for n, code in enumerate(codes)])
    # two of three R go, one for its case and one for its spaces; one of two B is not more than half
    gone = ("ethnic_category:R",)
    assert hides(tally, "PMD001.ethnic_category.code") == {"small_letters": gone, "spaces_around": gone}
    (first, *_) = next(result for result in tally.rules if result.rule_id == "PMD001.ethnic_category.code").causes
    assert first.hides == (("ethnic_category:R", 2, 3),)
    tally = measured(engine, tmp_path, [person(n, ethnic_category=code) for n, code in enumerate([*codes, "R"])])
    assert hides(tally, "PMD001.ethnic_category.code") == {"small_letters": (), "spaces_around": ()}


@every_engine
def test_a_row_that_goes_hides_the_person_and_what_they_answered(engine: str, tmp_path: Path) -> None:
    persons = [person(0, ethnic_category="A"), person(1, ethnic_category="N", ethnic_category_2021="6")]
    persons.append({**persons[1], "birth_date": "1981-01-01"})
    answers = [answer(0, "HOMELESS", "N"), answer(1, "HOMELESS", "Y"), answer(1, "LD", "N")]
    tally = measured(engine, tmp_path, persons, plus_characteristic=answers)
    expected = ("HOMELESS", "ethnic_category:N", "ethnic_category_2021:6")
    assert list(hides(tally, "PMD001.key.repeated").values()) == [expected]


@every_engine
@pytest.mark.parametrize(
    ("rule_id", "row", "groups_hidden"),
    [
        ("PMD00303", answer(0, "GRT", ""), ("GRT",)),
        ("PMD00303", answer(0, "GRT", "yes"), ("GRT",)),
        ("PMD00325", answer(0, "GRT", "Y", "5"), ("GRT",)),
        ("PMD00302", answer(0, " grt ", "Y"), ("GRT",)),
        ("PMD00302", answer(0, "l-boater", "Y"), ("L-BOATER",)),
        ("PMD00302", answer(0, "TRAVELLER", "Y"), ()),
        ("PMD003.person.link", answer(9, "GRT", "Y"), ("GRT",)),
        ("PMD00321", answer(0, "HOMELESS", "Y", "5"), ("HOMELESS",)),
        ("PMD003.recorded_date.format", answer(0, "GRT", "Y", day="10/04/2026"), ()),
    ],
)  # fmt: skip
def test_a_fault_of_a_plus_row(
    engine: str, rule_id: str, row: dict[str, str | None], groups_hidden: tuple[str, ...], tmp_path: Path
) -> None:
    answers = [row, *(answer(n, "GRT", "N") for n in range(1, 4))]
    tally = measured(engine, tmp_path, [person(n) for n in range(4)], plus_characteristic=answers)
    assert list(hides(tally, rule_id).values()) == [groups_hidden]


@every_engine
def test_a_restricted_characteristic_is_no_group(engine: str, tmp_path: Path) -> None:
    tally = measured(engine, tmp_path, [person(0)], plus_characteristic=[answer(0, "MIGRANT", "Y")])
    assert hides(tally, "PMD00319") == {"restricted": ()} or all(
        not groups for groups in hides(tally, "PMD00319").values()
    )
