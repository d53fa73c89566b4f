"""Rows for one person and characteristic: copies, yes and no on one day, and which answer counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.test_validators.small_persons import HEADER, answer, person
from tests.test_validators.small_submissions import context_of, judged, opened, write_tables
from validators.engines import ENGINES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.test_validators.small_submissions import Outcome

COPIES, BOTH = "PMD00307", "PMD00308"


def made(engine: str, folder: Path, answers: list[dict[str, str | None]]) -> Outcome:
    """What an engine makes of the answers of three persons."""
    people = [person(number) for number in range(3)]
    write_tables(folder, {"header": [HEADER], "person": people, "plus_characteristic": answers})
    with opened(folder) as sources:
        return judged(engine, sources, context_of(sources))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("copied", "found"),
    [
        (answer(0, "CARER", "Y"), [1, 3]),
        (answer(0, "L-BOATER", "N"), [1, 3]),
        (answer(0, "CARER", None) | {"recorded_date": None}, []),
        (answer(0, "NOSUCH", "Y"), []),
        (answer(0, "CARER", "Y") | {"local_patient_id": None}, []),
    ],
)
def test_copies_are_found_among_rows_that_are_left(
    engine: str, copied: dict[str, str | None], found: list[int], tmp_path: Path
) -> None:
    rows = [copied, answer(1, "CARER", "N"), dict(copied), answer(2, "HOMELESS", "U")]
    assert made(engine, tmp_path, rows).failing("plus_characteristic", COPIES) == found


@pytest.mark.parametrize("engine", ENGINES)
def test_yes_and_no_contradict_on_one_day_alone(engine: str, tmp_path: Path) -> None:
    rows = [
        answer(0, "CARER", "Y"),
        answer(0, "HOMELESS", "N"),
        answer(1, "CARER", "Y"),
        answer(0, "CARER", "N"),
        answer(1, "CARER", "N", day="2026-04-11"),
        answer(2, "CARER", "N"),
    ]
    assert made(engine, tmp_path, rows).failing("plus_characteristic", BOTH) == [1, 4]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_newest_known_answer_counts_beside_those_who_have_one(engine: str, tmp_path: Path) -> None:
    rows = [
        answer(0, "CARER", "N", day="2026-04-01"),
        answer(0, "CARER", "Y", day="2026-04-09"),
        answer(0, "CARER", "Z", day="2026-04-20"),
        answer(1, "CARER", "U"),
        answer(2, "CARER", "X", source="4"),
        answer(2, "CARER", "N", source="4", day="2020-01-01"),
    ]
    (carer,) = [tally for tally in made(engine, tmp_path, rows).tally.plus if tally.characteristic == "CARER"]
    assert (carer.yes, carer.no, carer.unsure, carer.declined, carer.not_known, carer.not_recorded) == (
        1,
        1,
        1,
        0,
        0,
        0,
    )
    assert carer.declined_after_answer == 1
