"""Small area and postcode, decile and small area: the rules of the draft that compare what was sent with the place."""

from __future__ import annotations

import csv
import random
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from schema.dataset import load_dataset
from tests.test_validators.reference_files import IMD_2019, IMD_2025, TODAY, area, directory, imd_rows, loaded, written
from tests.test_validators.reference_files import ONSPD as HEADER_OF_DIRECTORY
from tests.test_validators.small_persons import HEADER
from tests.test_validators.small_submissions import write_tables
from validators.engines import ENGINES
from validators.reference_data.store import Store
from validators.synthetic import generate
from validators.synthetic.pools import POSTCODES
from validators.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

    from validators.report import Report

RULES = ("PMD00126", "PMD00128")
POSTCODE = {"postcode": "AA1 1AA", "start": "1980-01-01", "lsoa11": "E01000001", "lsoa21": "E01000002"}
REFERENCE = {
    "onspd": [POSTCODE],
    "imd": [
        {"version": "2025", "lsoa": "E01000002", "decile": "3"},
        {"version": "2019", "lsoa": "E01000001", "decile": "4"},
    ],
}
SENT = {"lsoa_code": "E01000002", "lsoa_vintage": "2021", "imd_version": "2025"}


def checked(
    engine: str, folder: Path, persons: list[dict[str, Any]], reference: Any = REFERENCE, **asked: Any
) -> Report:
    """The report on some persons by the draft."""
    keys = ({"local_patient_id_org": "RX1", "local_patient_id": f"P{number}"} for number in range(len(persons)))
    write_tables(folder, {"header": [HEADER], "person": [k | p for k, p in zip(keys, persons, strict=True)]})
    return validate(folder, **{"release": "1.1.0", "engine": engine, "reference": reference, "today": TODAY, **asked})


def outcome(report: Report, rule_id: str) -> tuple[Any, ...]:
    """What the report says of a rule."""
    (found,) = [rule for rule in report.rules if rule.rule_id == rule_id]
    return found.outcome, found.reason, found.assessed_rows, found.failed_rows


@pytest.mark.parametrize("engine", ENGINES)
def test_a_decile_counted_from_the_wrong_end_is_told_from_another_one(engine: str, tmp_path: Path) -> None:
    persons = [SENT | {"imd_decile": decile} for decile in ("3", "8", "8", "5")]
    report = checked(engine, tmp_path, persons)
    found = {f.cause.kind: (f.failed_rows, f.cause.suggestion) for f in report.findings if f.rule_id == "PMD00128"}
    assert found["order_reversed"] == (2, "1 is the most deprived")
    assert found.keys() == {"order_reversed", "other_decile"}
    assert found["other_decile"][0] == 1
    assert outcome(report, "PMD00128") == ("failed", None, 4, 3)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_draft_is_tried_on_a_file_of_the_release_in_force(engine: str, tmp_path: Path) -> None:
    persons = [SENT | {"postcode": "AA1 1AA", "lsoa_code": "E01000001", "imd_decile": "3"}]
    report = checked(engine, tmp_path, persons)
    assert report.release == "1.1.0"
    assert outcome(report, "PMD00002")[0] == "passed"
    assert outcome(report, "PMD00126") == ("failed", None, 1, 1)
    by_default = checked(engine, tmp_path, persons, release=None)
    assert by_default.release == "1.0.0"
    assert not {rule.rule_id for rule in by_default.rules} & set(RULES)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("rule_id", "needed"), [("PMD00126", "onspd"), ("PMD00128", "imd")])
def test_without_its_reference_data_a_rule_is_not_assessed(
    engine: str, rule_id: str, needed: str, tmp_path: Path
) -> None:
    persons = [SENT | {"postcode": "AA1 1AA", "lsoa_code": "E01000009", "imd_decile": "3"}]
    others = {name: rows for name, rows in REFERENCE.items() if name != needed}
    assert outcome(checked(engine, tmp_path, persons, others), rule_id)[:2] == (
        "not_assessed",
        f"reference data not loaded: {needed}",
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "absent", [{"postcode"}, {"lsoa_code"}, {"lsoa_vintage"}, {"imd_version"}, {"imd_decile", "imd_version"}]
)
def test_what_is_in_no_column_is_compared_with_nothing(engine: str, absent: set[str], tmp_path: Path) -> None:
    person = SENT | {"postcode": "AA1 1AA", "lsoa_code": "E01000001", "lsoa_vintage": "2011", "imd_decile": "9"}
    person |= {"imd_version": "2019"}
    report = checked(engine, tmp_path, [{name: text for name, text in person.items() if name not in absent}])
    compared = {"PMD00126": {"postcode", "lsoa_code", "lsoa_vintage"}, "PMD00128": person.keys() - {"postcode"}}
    for rule_id, read in compared.items():
        assert outcome(report, rule_id)[2] == int(not absent & read), rule_id


@pytest.mark.parametrize("engine", ENGINES)
def test_a_directory_says_nothing_where_the_period_is_not_known(engine: str, tmp_path: Path) -> None:
    write_tables(tmp_path, {"person": [SENT | {"local_patient_id": "A", "postcode": "AA1 1AA", "imd_decile": "8"}]})
    report = validate(tmp_path / "person.csv", release="1.1.0", engine=engine, reference=REFERENCE, today=TODAY)
    assert outcome(report, "PMD00126")[:2] == ("not_assessed", "the reporting period is not known")
    assert outcome(report, "PMD00128") == ("failed", None, 1, 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_generated_fault_is_found_where_reference_data_are_loaded(engine: str, tmp_path: Path) -> None:
    made = generate(tmp_path / "made", persons=60, faults=dict.fromkeys(RULES, 0.1), release="1.1.0")
    reference = {
        "onspd": [{**POSTCODE, "postcode": code} for code in POSTCODES],
        "imd": [{"version": "2025", "lsoa": "E01000001", "decile": "9"}],
    }
    report = validate(tmp_path / "made", release="1.1.0", engine=engine, reference=reference, today=TODAY)
    assert {rule_id: outcome(report, rule_id)[3] for rule_id in RULES} == made["faults"] == dict.fromkeys(RULES, 1)


# Sets in files, and what a trust is given back


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Postcodes in England, Wales and Scotland, and both indices."""
    made = tmp_path_factory.mktemp("files")
    places = [(area(1), area(2)), (area(2), area(1)), (area(3), ""), ("W01000001", "W01000001"), ("S01000001",) * 2]
    postcodes = [
        {"pcds": f"AA1 1A{letter}", "dointr": "198001", "lsoa11": of_2011, "lsoa21": of_2021}
        for letter, (of_2011, of_2021) in zip("ABCDE", places, strict=False)
    ]
    loaded(made / "store", "postcode", directory(made / "x", HEADER_OF_DIRECTORY, postcodes))
    for header in (IMD_2019, IMD_2025):
        loaded(made / "store", "imd", written(made / "x", imd_rows(30, header)))
    return Store(made / "store")


def drawn(count: int) -> list[dict[str, Any]]:
    """Persons with places that agree and that do not, some of them not usable."""
    rng = random.Random(11)
    areas = [*map(area, (1, 2, 3, 30)), "W01000001", "W01000002", "S01000001", "X99999999", "E02000001", None]
    values: dict[str, list[Any]] = {
        "postcode": [*(f"AA1 1A{letter}" for letter in "AABBCDEF"), "aa11aa", "ZZ99 3VZ", "AA1", None],
        "lsoa_code": areas,
        "lsoa_vintage": ["2011", "2021", "2021", "2022", "2001", None],
        "imd_decile": ["1", "10", "2", "9", "11", None],
        "imd_version": ["2019", "2025", "2025", "2015", None],
    }
    return [{name: rng.choice(some) for name, some in values.items()} for _ in range(count)]


def test_both_engines_say_the_same_of_sets_in_files_and_in_memory(store: Store, tmp_path: Path) -> None:
    persons, stored = drawn(600), store.sets()
    in_memory = {name: list(rows) for name, rows in stored.items()}
    reports = [
        checked(engine, tmp_path, persons, sets, rows_to=tmp_path / "rows")
        for engine in ENGINES
        for sets in (stored, in_memory)
    ]
    first, *others = [[rule.model_dump() for rule in report.rules if rule.rule_id in RULES] for report in reports]
    assert all(other == first for other in others)
    assert all(rule["failed_rows"] and rule["assessed_rows"] > rule["failed_rows"] for rule in first)


def test_persons_are_found_wrong_where_the_derived_file_says_that_they_do_not_agree(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "sent").mkdir()
    asked = {"derived_to": tmp_path / "out", "rows_to": tmp_path / "rows.csv"}
    checked("duckdb", tmp_path / "sent", drawn(600), store.sets(), **asked)
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT row FROM read_parquet('{tmp_path}/out/person_derived.parquet') WHERE derived_lsoa_agrees = 'no'"
        ).fetchall()
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        listed = [int(line["row"]) for line in csv.DictReader(file) if line["rule_id"] == "PMD00126"]
    assert listed == sorted(row for (row,) in found)
    assert listed


def test_the_rules_are_judged_by_the_join_that_places_persons() -> None:
    from tests.test_validators.drawn_submissions import context_with
    from validators.engines.duckdb_place_verdicts import joined_rules

    given = {"header_rows": 1, "tables_sent": frozenset({"person"}), "reference": REFERENCE}
    rules = {rule.id for rule in joined_rules(context_with(dict(HEADER), **given))}
    assert rules >= set(RULES)
    assert load_dataset().rule("PMD00136").id in rules
