"""What reference data say of each person, written beside a check: right, marked as derived, and safe to open."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.test_validators.reference_files import (
    IMD_2019,
    IMD_2025,
    ONSPD,
    TODAY,
    area,
    directory,
    imd_rows,
    loaded,
    written,
)
from tests.test_validators.small_submissions import context_of, opened, write_tables
from tests.test_validators.test_core20 import HEADER, some_persons
from validators.core20 import INDEXES, class_of, gazetteer, place
from validators.engines import duckdb_enrichment
from validators.engines.duckdb_enrichment import COLUMNS
from validators.enrich import FILES
from validators.errors import InputError
from validators.reference.run import Run
from validators.reference_data.store import Store
from validators.validate import validate


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Postcodes, indices, institutions, names, and lists of rural and coastal areas."""
    made = tmp_path_factory.mktemp("files")
    folder, file = made / "store", made / "x"
    places = {"icb": "E54000008", "nhser": "E40000003"}
    postcodes = [
        {"pcds": "AA1 1AA", "dointr": "198001", "lsoa11": area(1), "lsoa21": area(1)} | places,
        {"pcds": "AA1 1AB", "dointr": "198001", "doterm": "201006", "lsoa11": area(2), "lsoa21": area(30)} | places,
        {"pcds": "AA1 1AC", "dointr": "198001", "lsoa11": area(7), "lsoa21": area(2)} | places,
        {"pcds": "AA1 1AD", "dointr": "202605", "lsoa11": area(1), "lsoa21": area(1)},
        {"pcds": "AA1 1AE", "dointr": "198001", "lsoa11": area(30), "lsoa21": area(2), "icb": "E54000010"},
        {"pcds": "BB1 1BB", "dointr": "198001", "lsoa11": area(9), "lsoa21": area(9)} | places,
        {"pcds": "CF1 1AA", "dointr": "198001", "lsoa11": "W01000001", "lsoa21": "W01000001"},
    ]
    loaded(folder, "postcode", directory(file, ONSPD, postcodes))
    for header in (IMD_2019, IMD_2025):
        loaded(folder, "imd", written(file, imd_rows(30, header)))
    loaded(folder, "institution", written(file, [("postcode", "kind"), ("BB1 1BB", "care_home")]))
    loaded(folder, "rural", written(file, [("LSOA21CD", "RUC21CD", "RUC21NM"), (area(1), "RLN1", "Larger rural")]))
    coast = [("lsoa_code", "lsoa_vintage", "coastal"), (area(1), "2021", "yes"), (area(2), "2021", "no")]
    loaded(folder, "coastal", written(file, coast))
    (made / "icb").write_text(json.dumps({"E54000008": "=A Board", "E54000010": "Another Board"}))
    loaded(folder, "icb", made / "icb")
    return Store(folder)


def enriched(folder: Path, persons: list[dict[str, Any]], store: Store) -> list[dict[str, Any]]:
    """The rows of the Parquet file."""
    submission = folder / "submission"
    submission.mkdir(exist_ok=True)
    write_tables(submission, {"header": [HEADER], "person": persons})
    validate(submission, reference=store.sets(), today=TODAY, derived_to=folder / "out")
    return rows_of(folder / "out")


def rows_of(out: Path) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT * FROM read_parquet('{out}/person_derived.parquet')")
        names = [name for name, *_ in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def csv_of(out: Path) -> list[dict[str, str]]:
    with (out / "person_derived.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_row_says_what_plain_python_says(store: Store, tmp_path: Path) -> None:
    persons = some_persons(7, 300)
    rows = enriched(tmp_path, persons, store)
    assert [row["row"] for row in rows] == list(range(1, 301))
    with opened(tmp_path / "submission") as sources:
        context = context_of(sources, reference=store.sets())
        work = Run(context, lambda *_: None)
        work.read("person", sources["person"])
    read = work.rows["person"]
    known = gazetteer(context, {person.typed["postcode"] for person in read})
    for person, row in zip(read, rows, strict=True):
        for index in INDEXES:
            found = place(person.typed, index, known)
            said = class_of(found.outcome)
            assert row[f"derived_core20_{index}"] == said, (index, person.raw)
            assert row[f"derived_core20_{index}_reason"] == (found.outcome if said == "not_placed" else None)
            if row["derived_from"] != "imd_decile" and found.decile is not None:
                assert row[f"derived_imd_{index}_decile"] == found.decile
                assert row[f"derived_imd_{index}_quintile"] == (found.decile + 1) // 2


def test_a_person_has_areas_indices_board_and_region(store: Store, tmp_path: Path) -> None:
    (row,) = enriched(tmp_path, [{"local_patient_id": "A1", "postcode": "aa11aa"}], store)
    expected = {
        "row": 1,
        "local_patient_id_org": "RX1",
        "local_patient_id": "A1",
        "derived_from": "postcode",
        "derived_lsoa_2011": area(1),
        "derived_lsoa_2021": area(1),
        "derived_imd_2025_rank": 1,
        "derived_imd_2025_decile": 1,
        "derived_core20_2025": "yes",
        "derived_rural_urban_code": "RLN1",
        "derived_rural_urban": "Larger rural",
        "derived_coastal": "yes",
        "derived_icb_code": "E54000008",
        "derived_icb_name": "=A Board",
        "derived_region_code": "E40000003",
        "derived_region_name": None,
        "derived_institution": None,
    }
    assert {name: row[name] for name in expected} == expected
    assert list(row) == list(COLUMNS)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({"postcode": "BB1 1BB"}, {"derived_core20_2025": "institution", "derived_institution": "care_home"}),
        ({"postcode": "ZZ99 3VZ"}, {"derived_core20_2025_reason": "no_fixed_abode", "derived_lsoa_2021": None}),
        ({"postcode": "AA1 1AD"}, {"derived_core20_2025_reason": "postcode_unknown", "derived_lsoa_2021": None}),
        ({"postcode": "CF1 1AA"}, {"derived_core20_2025_reason": "outside_england", "derived_lsoa_2021": "W01000001"}),
        ({"postcode": "AA1 1AC"}, {"derived_coastal": "no", "derived_rural_urban_code": None}),
        # every postcode of the area is of one board; of the other area they are not
        (
            {"lsoa_code": area(1), "lsoa_vintage": "2021"},
            {"derived_from": "lsoa_code", "derived_icb_code": "E54000008"},
        ),
        ({"lsoa_code": area(2), "lsoa_vintage": "2021"}, {"derived_icb_code": None, "derived_imd_2025_decile": 1}),
        ({"lsoa_code": area(1), "lsoa_vintage": "2011"}, {"derived_imd_2019_rank": 1, "derived_imd_2025_rank": None}),
        ({"lsoa_code": "X99999999"}, {"derived_lsoa_2021": None, "derived_core20_2025_reason": "not_known"}),
        ({"imd_decile": "2", "imd_version": "2025"}, {"derived_core20_2025": "yes", "derived_imd_2025_decile": None}),
        ({}, {"derived_from": None, "derived_core20_2025_reason": "nothing_sent"}),
        (
            {"postcode": "AA1 1AA", "withheld_identity_reason": "01"},
            {"derived_from": None, "derived_lsoa_2021": None, "derived_core20_2025": "not_placed"},
        ),
    ],
)
def test_what_is_not_known_is_not_filled_in(
    person: dict[str, str], expected: dict[str, Any], store: Store, tmp_path: Path
) -> None:
    (row,) = enriched(tmp_path, [{"local_patient_id": "A1", **person}], store)
    assert {name: row[name] for name in expected} == expected


HOSTILE = ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\tA", "\nA", "'A", "A=1", 'say "A"', "A,B", "＝1"]


@pytest.mark.parametrize(
    ("sent", "agrees"),
    [
        ((area(1), "2021"), "yes"),
        ((area(2), "2021"), "no"),
        ((area(1), "2011"), "yes"),
        (("X99999999", "2021"), None),
        (("S01000001", "2022"), None),
        (("S01000001", "2011"), "no"),
        ((area(1), None), None),
        ((None, None), None),
    ],
)
def test_an_area_that_was_sent_is_compared_with_that_of_the_postcode(
    sent: tuple[str | None, str | None], agrees: str | None, store: Store, tmp_path: Path
) -> None:
    others = [("ZZ99 3VZ", area(1)), ("CF1 1AA", area(1)), ("AA9 9AA", area(1)), (None, area(1))]
    values = [("AA1 1AA", *sent), *((*other, "2021") for other in others)]
    items = ("postcode", "lsoa_code", "lsoa_vintage")
    persons: list[dict[str, Any]] = [
        {"local_patient_id": f"A{n}", **dict(zip(items, row, strict=True))} for n, row in enumerate(values)
    ]
    rows = enriched(tmp_path, persons, store)
    assert [row["derived_lsoa_agrees"] for row in rows] == [agrees, None, "no", None, None]


def test_deciles_that_were_sent_agree_as_often_as_the_report_says(store: Store, tmp_path: Path) -> None:
    persons = [{**person, "local_patient_id": f"A{n}"} for n, person in enumerate(some_persons(3, 400))]
    enriched(tmp_path, persons, store)
    told = json.loads((tmp_path / "out" / "person_derived.json").read_text())["core20"]["figures"]
    counted = Counter(row["derived_imd_decile_agrees"] for row in rows_of(tmp_path / "out"))
    for word, name in (("yes", "agree"), ("reversed", "reversed")):
        assert counted[word] == sum(figure["submitted"][name] for figure in told) > 0
    assert counted["yes"] + counted["no"] + counted["reversed"] == sum(f["submitted"]["compared"] for f in told)


def test_a_spreadsheet_calculates_nothing_and_every_id_can_be_loaded(store: Store, tmp_path: Path) -> None:
    persons = [{"local_patient_id_org": "RX1", "local_patient_id": text, "postcode": "AA1 1AA"} for text in HOSTILE]
    exact = enriched(tmp_path, persons, store)
    assert [row["local_patient_id"] for row in exact] == HOSTILE
    opened_csv = csv_of(tmp_path / "out")
    assert not [row for row in opened_csv for cell in row.values() if re.match("[=+@\t\r\n＝＋－＠-]", cell)]
    restored = [r["local_patient_id"][1:] if r["ids_guarded"] else r["local_patient_id"] for r in opened_csv]
    assert restored == HOSTILE
    assert {row["derived_icb_name"] for row in opened_csv} == {"'=A Board"}


def test_the_csv_holds_what_the_parquet_file_holds(store: Store, tmp_path: Path) -> None:
    persons = [person | {"local_patient_id": f"A{n}"} for n, person in enumerate(some_persons(3, 50))]
    exact = enriched(tmp_path, persons, store)
    for row, cells in zip(exact, csv_of(tmp_path / "out"), strict=True):
        texts = {name: "" if value is None else str(value) for name, value in row.items()}
        assert {name: cells[name] for name in texts} == texts | {"derived_icb_name": cells["derived_icb_name"]}


def test_an_id_that_is_not_of_its_form_is_left_out_and_the_row_is_there(store: Store, tmp_path: Path) -> None:
    rows = enriched(tmp_path, [{"local_patient_id": "x" * 50, "postcode": "AA1 1AA"}, {"postcode": "AA1 1AA"}], store)
    assert [(row["row"], row["local_patient_id"], row["derived_core20_2025"]) for row in rows] == [
        (1, None, "yes"),
        (2, None, "yes"),
    ]


def test_a_file_beside_says_what_they_are(store: Store, tmp_path: Path) -> None:
    enriched(tmp_path, [{"local_patient_id": "A1", "postcode": "AA1 1AA"}], store)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)
    about = json.loads((tmp_path / "out" / "person_derived.json").read_text())
    assert "not submitted" in about["what"]
    assert about["columns"].keys() == {*COLUMNS, "ids_guarded"}
    assert {(s["name"], s["version"]) for s in about["reference_data"]} >= {("imd", "2025"), ("imd", "2019")}
    assert about["derived_from_file"]["name"] == "person.csv"
    assert about["core20"]["figures"][0]["yes"] == 1
    assert "A1" not in json.dumps({**about, "columns": None})


def test_without_reference_data_every_reason_says_so(tmp_path: Path) -> None:
    (row,) = enriched(tmp_path, [{"local_patient_id": "A1", "postcode": "AA1 1AA"}], Store(tmp_path / "none"))
    assert (row["derived_core20_2025"], row["derived_core20_2025_reason"]) == ("not_placed", "not_loaded")
    assert row["derived_imd_2025_rank"] is None


def test_the_report_is_the_one_that_a_check_gives(store: Store, tmp_path: Path) -> None:
    submission = tmp_path / "submission"
    submission.mkdir()
    write_tables(submission, {"header": [HEADER], "person": some_persons(5, 60)})
    plain = validate(submission, reference=store.sets(), today=TODAY)
    beside = validate(submission, reference=store.sets(), today=TODAY, derived_to=tmp_path / "out")
    same = {"report_id": "", "created_at": plain.created_at}
    assert beside.model_copy(update=same) == plain.model_copy(update=same)


def test_what_is_derived_is_kept_apart_from_what_was_submitted(store: Store, tmp_path: Path) -> None:
    write_tables(tmp_path, {"header": [HEADER], "person": [{"local_patient_id": "A1"}]})
    for place_in in (tmp_path, tmp_path / "out"):
        with pytest.raises(InputError, match="lies in the submission"):
            validate(tmp_path, reference=store.sets(), derived_to=place_in)
    (tmp_path / "person.csv").unlink()
    with pytest.raises(InputError, match="no person table"):
        validate(tmp_path, reference=store.sets(), derived_to=tmp_path / ".." / "elsewhere")
    with pytest.raises(InputError, match="on the engine duckdb alone"):
        validate(tmp_path, engine="reference", derived_to=tmp_path / ".." / "elsewhere")
    assert not (tmp_path / ".." / "elsewhere").exists()


def test_rows_keep_their_numbers_in_a_large_file(store: Store, tmp_path: Path) -> None:
    submission = tmp_path / "submission"
    submission.mkdir()
    at = {3: "AA1 1AB", 250_000: "ZZ99 3VZ", 400_001: "CF1 1AA"}
    with (submission / "person.csv").open("w") as file:
        file.write("local_patient_id,postcode,religion_group\n")
        file.writelines(f"PATIENT-NO-{n},{at.get(n, 'AA1 1AA')},A\n" for n in range(1, 400_002))
    validate(submission, reference=store.sets(), period="2026-04", provider="RX1", derived_to=tmp_path / "out")
    rows = rows_of(tmp_path / "out")
    assert all(row["local_patient_id"] == f"PATIENT-NO-{n}" for n, row in enumerate(rows, 1))
    others = {n: row["derived_core20_2025"] for n, row in enumerate(rows, 1) if row["derived_core20_2025"] != "yes"}
    assert others == {3: "no", 250_000: "not_placed", 400_001: "not_placed"}


def test_persons_are_joined_some_at_a_time(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    persons = some_persons(9, 100)
    at_once = enriched(tmp_path, persons, store)
    monkeypatch.setattr(duckdb_enrichment, "ROWS_AT_ONCE", 7)
    assert enriched(tmp_path, persons, store) == at_once
    assert [int(row["row"]) for row in csv_of(tmp_path / "out")] == list(range(1, 101))


def test_a_mapped_extract_is_enriched(store: Store, tmp_path: Path) -> None:
    written(tmp_path / "patients.csv", [("id", "pc"), ("A1", "AA1 1AA")])
    (tmp_path / "map.toml").write_text(
        'title = "x"\n[header]\nprovider_org_code = "RX1"\nperiod_start = "2026-04-01"\nperiod_end = "2026-04-30"\n'
        '[[table]]\nname = "person"\nsource = "patients.csv"\n[table.items]\nlocal_patient_id = "id"\npostcode = "pc"\n'
    )
    validate(
        tmp_path / "patients.csv", mapping=tmp_path / "map.toml", reference=store.sets(), derived_to=tmp_path / "out"
    )
    assert [row["derived_core20_2025"] for row in rows_of(tmp_path / "out")] == ["yes"]
