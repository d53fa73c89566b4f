"""Rules that look things up in reference data, on both engines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.test_validators.small_submissions import context_of, judged, opened, write_tables
from validators.engines import ENGINES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.test_validators.small_submissions import Outcome

HEADER = {
    "dataset_version": "1.0.0",
    "provider_org_code": "RX1",
    "period_start": "2026-04-01",
    "period_end": "2026-04-30",
    "created_at": "2026-05-06T09:00:00",
}
PRACTICE = {"code": "A99001", "registers_patients": "yes"}
TRUST = {"code": "RX1"}


def run(engine: str, folder: Path, persons: list[dict[str, Any]], **reference: Any) -> Outcome:
    """What an engine makes of some persons, given reference data."""
    key = ({"local_patient_id_org": "RX1", "local_patient_id": f"P{number}"} for number in range(len(persons)))
    rows = [own | person for own, person in zip(key, persons, strict=True)]
    write_tables(folder, {"header": [HEADER], "person": rows})
    with opened(folder) as sources:
        return judged(engine, sources, context_of(sources, reference=reference))


def test_rows_keep_their_numbers_where_values_are_looked_up(tmp_path: Path) -> None:
    """DuckDB reads a large file in pieces, and a join in the same query gives them back in any order."""
    wrong = [3, 250_000, 250_001, 400_000, 499_999]
    with (tmp_path / "person.csv").open("w") as file:
        file.write("local_patient_id_org,local_patient_id,gp_practice_code,postcode\n")
        file.writelines(
            f"RX1,PATIENT-NUMBER-{row},{'A99009' if row in wrong else 'A99001'},AA1 1AA\n" for row in range(1, 500_001)
        )
    with opened(tmp_path) as sources:
        context = context_of(sources, reference={"ods": [PRACTICE]})
        period = {name: HEADER[name] for name in ("period_start", "period_end")}
        outcome = judged("duckdb", sources, replace(context, header=period))
    assert outcome.failing("person", "PMD00130") == wrong


@pytest.mark.parametrize("engine", ENGINES)
def test_a_list_of_trusts_says_nothing_of_practices_nor_the_other_way_round(engine: str, tmp_path: Path) -> None:
    persons = [{"gp_practice_code": "A99009"}]
    trusts = run(engine, tmp_path, persons, ods=[TRUST])
    assert trusts.rule("PMD00130").reason == "reference data not loaded: ods (what is loaded holds no GP practices)"
    assert trusts.rule("PMD00009").assessed == 1
    practices = run(engine, tmp_path, persons, ods=[PRACTICE])
    assert practices.failing("person", "PMD00130") == [1]
    assert practices.rule("PMD00009").reason == (
        "reference data not loaded: ods (what is loaded holds GP practices alone)"
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_an_area_of_which_no_list_is_loaded_is_not_found_wrong(engine: str, tmp_path: Path) -> None:
    persons = [
        {"lsoa_code": "E01000001", "lsoa_vintage": "2021"},
        {"lsoa_code": "E01099999", "lsoa_vintage": "2021"},
        {"lsoa_code": "E01099999", "lsoa_vintage": "2011"},
        {"lsoa_code": "S01006506", "lsoa_vintage": "2011"},
        {"lsoa_code": "S01006506", "lsoa_vintage": "2021"},
        {"lsoa_code": "E01000001"},
    ]
    outcome = run(engine, tmp_path, persons, lsoa=[{"code": "E01000001", "vintage": "2021"}])
    assert outcome.failing("person", "PMD00125") == [2, 5, 6]
    assert outcome.rule("PMD00125").assessed == 4
