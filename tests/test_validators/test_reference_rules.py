"""Rules that look things up in reference data, on both engines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from schema.dataset import load_dataset
from tests.test_validators.reference_files import (
    IMD_2019,
    IMD_2025,
    ONSPD,
    TODAY,
    area,
    directory,
    imd_rows,
    loaded,
    lsoa_json,
    ods,
    whole_directory,
    written,
)
from tests.test_validators.small_submissions import context_of, judged, opened, write_tables
from validators.engines import ENGINES
from validators.reference_data.stamps import USED
from validators.reference_data.store import Store
from validators.validate import validate

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


# Sets that lie in files


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with something of every set that rules and measures read."""
    made = tmp_path_factory.mktemp("files")
    folder = made / "store"
    postcodes = [
        {"pcds": "AA1 1AA", "dointr": "198001", "lsoa11": area(1), "lsoa21": area(2001)},
        {"pcds": "AA1 1AB", "dointr": "198001", "doterm": "202603", "lsoa11": area(2), "lsoa21": area(2030)},
        {"pcds": "AA1 1AC", "dointr": "198001", "doterm": "202604", "lsoa21": area(2030)},
        {"pcds": "AA1 1AD", "dointr": "202605", "lsoa11": area(1), "lsoa21": area(2001)},
        {"pcds": "ZZ99 3VZ"},
        {"pcds": "ZZ99 4QZ"},
    ]
    practices = [("A99001", "19740401", "", "4"), ("A99002", "19740401", "20260331", "4"), ("A99003", "", "", "RO80")]
    loaded(folder, "postcode", whole_directory(made / "x", postcodes))
    loaded(folder, "organisation", ods(made / "x", [("RX1", "20010401", "", ""), ("RX2", "20010401", "20260331", "")]))
    loaded(folder, "organisation", ods(made / "x", practices))
    loaded(folder, "lsoa", lsoa_json(made / "x", "2021"))
    loaded(folder, "imd", written(made / "x", imd_rows(30, IMD_2019)))
    rows = imd_rows(30, IMD_2025)
    loaded(
        folder, "imd", written(made / "x", [rows[0], *([area(2000 + n), *r[1:]] for n, r in enumerate(rows[1:], 1))])
    )
    loaded(folder, "institution", written(made / "x", [("postcode", "kind"), ("AA1 1AC", "prison")]))
    return Store(folder)


#: values that are known, ended, not begun, and not there at all
VALUES = {
    "postcode": [
        "AA1 1AA",
        "aa11aa",
        "AA1 1AB",
        "AA1 1AC",
        "AA1 1AD",
        "AA9 9AA",
        "Z99 3CZ",
        "ZZ99 3VZ",
        "ZZ99 9ZZ",
        None,
    ],
    "gp_practice_code": ["A99001", "A99002", "A99003", "a99001", "V81999", "RX1", None],
    "lsoa_code": [area(2001), area(1), "W01000001", "E0200001", "X99999999", None],
    "lsoa_vintage": ["2011", "2021", "2022", None, "2021"],
    "imd_version": ["2019", "2025", "2025", None, "2025", "2019", "2025"],
    "imd_decile": ["1", "3", "10", "11", None],
}


def every_value() -> list[dict[str, Any]]:
    count = max(map(len, VALUES.values()))
    rows = [
        {item: values[(n * step) % len(values)] for item, values in VALUES.items()}
        for n in range(40)
        for step in (1, 3)
    ]
    assert len(rows) > count
    return rows


def test_sets_in_files_say_what_the_same_rows_in_memory_say_on_both_engines(store: Store, tmp_path: Path) -> None:
    persons = every_value()
    stored = store.sets()
    in_memory = {name: list(rows) for name, rows in stored.items()}
    outcomes = [run(engine, tmp_path, persons, **sets) for engine in ENGINES for sets in (stored, in_memory)]
    first, *others = [{r.rule_id: r for r in outcome.tally.rules} for outcome in outcomes]
    assert all(other == first for other in others)
    assert all(outcome.tally.core20 == outcomes[0].tally.core20 for outcome in outcomes)
    assert all(outcome.rows == outcomes[0].rows for outcome in outcomes)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_rule_of_the_release_that_needs_reference_data_is_assessed(
    engine: str, store: Store, tmp_path: Path
) -> None:
    outcome = run(engine, tmp_path, every_value(), **store.sets())
    needing = [rule.id for rule in load_dataset().rules if rule.reference_data()]
    assert needing == [
        *("PMD00004", "PMD00009", "PMD00121", "PMD00122", "PMD00125", "PMD00126", "PMD00128", "PMD00130", "PMD00136")
    ]
    assert {rule_id: outcome.rule(rule_id).reason for rule_id in needing} == dict.fromkeys(needing)
    asked = {rule_id: outcome.rule(rule_id).failed for rule_id in needing if rule_id not in ("PMD00004", "PMD00009")}
    assert all(asked.values())


@pytest.mark.parametrize("engine", ENGINES)
def test_a_part_of_the_directory_places_people_and_finds_no_postcode_unknown(engine: str, tmp_path: Path) -> None:
    rows = [{"pcds": "AA1 1AA", "dointr": "198001", "lsoa21": area(1)}]
    loaded(tmp_path / "store", "postcode", directory(tmp_path / "x", ONSPD, rows))
    loaded(tmp_path / "store", "imd", written(tmp_path / "x", imd_rows(30, IMD_2025)))
    persons = [{"postcode": "AA1 1AA"}, {"postcode": "BB1 1AA"}]
    outcome = run(engine, tmp_path, persons, **Store(tmp_path / "store").sets())
    reason = "reference data not loaded: onspd (the whole directory: what is loaded holds 1 of some 120 postcode areas)"
    assert (outcome.rule("PMD00121").reason, outcome.rule("PMD00136").reason) == (reason, reason)
    (figure,) = outcome.tally.core20
    assert sum(figure.outcomes) == 2
    assert figure.outcomes[0] == 1


def test_a_report_stamps_what_it_was_made_with(store: Store, tmp_path: Path) -> None:
    write_tables(tmp_path, {"header": [HEADER], "person": [{"local_patient_id": "A1", "postcode": "AA1 1AA"}]})
    report = validate(tmp_path, reference=store.sets(), today=TODAY)
    parts = {part.manifest.received_sha256: part.manifest for part in store.parts()}
    stamped = [stamp for stamp in report.reference_data if stamp.loaded]
    assert [stamp.name for stamp in stamped] == [
        *("ods", "ods", "onspd", "lsoa", "imd", "imd", "pseudo_postcode", "institution")
    ]
    for stamp in stamped:
        manifest = parts[stamp.sha256 or ""]
        assert (stamp.version, stamp.loaded_on) == (manifest.version, TODAY)
        assert stamp.rows is not None
    bare = validate(tmp_path, today=TODAY)
    assert [(stamp.name, stamp.loaded) for stamp in bare.reference_data] == [(name, False) for name in USED]
