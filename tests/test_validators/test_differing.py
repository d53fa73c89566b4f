"""Rows that share a key and differ: it is said in which items, of how many keys; by name alone in a shareable copy."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from tests.test_validators.small_persons import HEADER, answer, person
from tests.test_validators.small_submissions import write_tables
from validators.copies import shareable
from validators.engines import ENGINES, duckdb_across, duckdb_repeats, duckdb_rows
from validators.finding import Cause, Differing, Finding
from validators.reports import REPORTS, words
from validators.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

    from validators.report import Report

TODAY = date(2026, 5, 7)
REPEATED = "PMD001.key.repeated"
#: person → what differs in the second and third row of that key
AGAIN: dict[int, list[dict[str, str | None]]] = {
    0: [{"ethnic_category": "B"}],
    1: [{"ethnic_category": "Z"}, {"ethnic_category": "A"}],
    2: [{"ethnic_category": None, "birth_date": "1981-01-01"}],
    3: [{}],
    4: [{}, {"gp_practice_code": "V81999"}],
}
MANY: dict[int, list[dict[str, str | None]]] = {
    **{number: [{"ethnic_category": "B", "stated_gender": "9"}] for number in range(12)},
    **{number: [{"birth_date": "1981-01-01"}] for number in range(12, 15)},
}


def made(folder: Path, again: dict[int, list[dict[str, str | None]]] = AGAIN) -> Path:
    """A submission with so many persons as are named, or six, some of them again in other rows."""
    folder.mkdir(exist_ok=True)
    people = [person(number, ethnic_category="A") for number in range(max(6, *(number + 1 for number in again)))]
    people += [people[number] | row for number, rows in again.items() for row in rows]
    write_tables(folder, {"header": [HEADER], "person": people, "plus_characteristic": [answer(0, "CARER", "N")]})
    return folder


def repeated(report: Report) -> Finding:
    (finding,) = [finding for finding in report.findings if finding.rule_id == REPEATED]
    return finding


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("at_once", [1, 1 << 30])
@pytest.mark.parametrize("few", [0.0, 1.0])
def test_it_is_said_in_which_items_and_of_how_many_keys(
    engine: str, at_once: int, few: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_across, "ROWS_AT_ONCE", at_once)
    monkeypatch.setattr(duckdb_rows, "FEW", few)
    finding = repeated(validate(made(tmp_path), engine=engine, today=TODAY))
    assert finding.failed_rows == 10
    assert [(each.data_item, each.keys) for each in finding.cause.differing] == [
        ("ethnic_category", 3),
        ("birth_date", 1),
        ("gp_practice_code", 1),
    ]
    assert words.received(finding) == (
        "rows of the same person differ in: ethnic_category (3 persons), birth_date (1), gp_practice_code (1)"
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("few", [0.0, 1.0])
def test_a_file_of_which_no_row_can_be_read_alone_says_the_same(
    engine: str, few: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_rows, "FEW", few)
    plain, packed = made(tmp_path / "plain"), tmp_path / "packed"
    packed.mkdir()
    for file in plain.iterdir():
        (packed / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
    found = [repeated(validate(folder, engine=engine, today=TODAY)).cause for folder in (plain, packed)]
    assert found[0] == found[1]


def of_referrals(folder: Path, engine: str, *referrals: dict[str, str | None]) -> str:
    """What is said of referrals that share their key."""
    row = {"service_request_id": "R", "local_patient_id_org": "RX1", "local_patient_id": "P0"}
    tables = {"header": [HEADER], "person": [person(0)], "plus_characteristic": [answer(0, "CARER", "N")]}
    write_tables(folder, {**tables, "referral": [row | referral for referral in referrals]})
    report = validate(folder, engine=engine, today=TODAY)
    return next(words.received(finding) for finding in report.findings if finding.rule_id == "PMD101.key.repeated")


@pytest.mark.parametrize("engine", ENGINES)
def test_of_another_table_keys_are_counted(engine: str, tmp_path: Path) -> None:
    days = [{"referral_received_date": f"2026-04-0{day}"} for day in (1, 2, 2)]
    assert of_referrals(tmp_path, engine, *days) == "rows of the same key differ in: referral_received_date (1 key)"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_row_that_was_refused_alone_is_not_compared(engine: str, tmp_path: Path) -> None:
    first, second = ({"care_setting": "COMMUNITY", "referral_received_date": f"2026-04-0{day}"} for day in (1, 2))
    refused = {"care_setting": "INPATIENT", "referral_received_date": "soon"}
    told = of_referrals(tmp_path, engine, first, refused, second)
    assert told == "rows of the same key differ in: referral_received_date (1 key)"


def test_a_shareable_copy_names_the_items_alone(tmp_path: Path) -> None:
    """Neither a count nor an order tells of how many persons, and of few persons it is not said in what they differ."""
    few = repeated(shareable(validate(made(tmp_path / "few"), today=TODAY)))
    assert few.failed_rows == 10
    assert few.cause.differing == ()
    many = repeated(shareable(validate(made(tmp_path / "many", MANY), today=TODAY)))
    names = ("ethnic_category", "stated_gender")
    assert many.cause.differing == tuple(Differing(data_item=name, keys=None) for name in names)
    assert words.received(many) == f"rows of the same person differ in: {', '.join(names)}"
    assert shareable(validate(tmp_path / "many", today=TODAY)).findings[0] == many


@pytest.mark.parametrize("form", REPORTS)
def test_every_form_names_the_items(form: str, tmp_path: Path) -> None:
    report = validate(made(tmp_path / "sent", MANY), today=TODAY)
    written = REPORTS[form](report)
    if form == "xlsx":
        with zipfile.ZipFile(BytesIO(written)) as book:
            written = b" ".join(book.read(name) for name in book.namelist())
    if form == "json":
        told = [f["cause"]["differing"] for f in json.loads(written)["findings"] if f["rule_id"] == REPEATED]
        assert told == [[each.model_dump() for each in repeated(report).cause.differing]]
    else:
        assert "rows of the same person differ in" in " ".join(written.decode().split())


def test_many_items_are_counted_and_not_named() -> None:
    differing = tuple(Differing(data_item=f"item_{n}", keys=1234) for n in range(words.MOST_NAMED + 2))
    finding = Finding.model_construct(table="person", cause=Cause(kind="repeated", differing=differing))
    told = words.received(finding)
    assert told.startswith("rows of the same person differ in: item_0 (1,234 persons), item_1 (1,234), ")
    assert told.endswith("item_7 (1,234) and 2 more items")


def test_nothing_is_compared_where_no_rows_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(duckdb_repeats.Repeats, "differing", lambda self: asked.append(self.work.name) or {})
    validate(made(tmp_path / "copies", {0: [{}], 1: [{}, {}]}), engine="duckdb", today=TODAY)
    assert not asked
    validate(made(tmp_path / "differ"), engine="duckdb", today=TODAY)
    assert asked == ["rows_person"]
