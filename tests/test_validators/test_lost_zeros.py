"""A link that leads nowhere because zeros are lost is told as that, by the shape of the id, and is still broken."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.test_validators.small_persons import HEADER, answer, person
from tests.test_validators.small_submissions import write_tables
from validators.engines import ENGINES, duckdb_links
from validators.lost_zeros import meant, without_zeros
from validators.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

    from validators.report import Report

TODAY = date(2026, 5, 7)
LINK = "PMD003.person.link"


def made(folder: Path, persons: list[str], answers: list[str], org: str = "RX1") -> Path:
    """A submission in which persons and answers have these ids."""
    folder.mkdir(exist_ok=True)
    plus = answer(0, "CARER", "N") | {"local_patient_id_org": org}
    rows = [plus | {"local_patient_id": local_id} for local_id in answers]
    people = [person(0, local_patient_id=local_id) for local_id in persons]
    write_tables(folder, {"header": [HEADER], "person": people, "plus_characteristic": rows})
    return folder


def causes(report: Report, rule: str = LINK) -> dict[str, tuple[object, tuple[tuple[str, object], ...]]]:
    """Kind of cause → rows, and shapes with theirs."""
    found = [finding for finding in report.findings if finding.rule_id == rule]
    shapes = {f.cause.kind: tuple((each.shape, each.rows) for each in f.cause.shapes) for f in found}
    return {f.cause.kind: (f.failed_rows, shapes[f.cause.kind]) for f in found}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("persons", "answers", "expected"),
    [
        (["0012345", "7"], ["12345", "12345", "7"], {"lost_leading_zero": (2, (("99999", 2),))}),
        (["12345"], ["0012345", "12345"], {"leading_zero": (1, (("9999999", 1),))}),
        (["000", "5"], ["0", "5"], {"lost_leading_zero": (1, (("9", 1),))}),
        (["0012345", "012345"], ["12345"], {"link": (1, ())}),
        (["0012345", "0012345"], ["12345"], {"lost_leading_zero": (1, (("99999", 1),))}),
        (["0012345"], ["12346", "P12345", "12345 ", "٠12345"], {"link": (4, ())}),
        (["P0012345"], ["12345"], {"link": (1, ())}),
        (
            ["001", "2", "0033"],
            ["1", "02", "33", "4", "0033"],
            {"lost_leading_zero": (2, (("9", 1), ("99", 1))), "leading_zero": (1, (("99", 1),)), "link": (1, ())},
        ),
    ],
)  # fmt: skip
def test_the_cause_is_told_where_one_id_alone_may_be_meant(
    engine: str, persons: list[str], answers: list[str], expected: object, tmp_path: Path
) -> None:
    report = validate(made(tmp_path, persons, answers), engine=engine, today=TODAY)
    assert causes(report) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_the_number_of_another_organisation_is_not_meant(engine: str, tmp_path: Path) -> None:
    report = validate(made(tmp_path, ["0012345"], ["12345"], org="RX2"), engine=engine, today=TODAY)
    assert causes(report) == {"link": (1, ())}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_contact_whose_referral_lost_its_zeros_is_told_so(engine: str, tmp_path: Path) -> None:
    own = {"local_patient_id_org": "RX1", "local_patient_id": "P0", "care_setting": "COMMUNITY"}
    referral = own | {"service_request_id": "77", "referral_received_date": "2026-04-01"}
    contact = own | {"care_contact_id": "C1", "service_request_id": "00077", "contact_date": "2026-04-10"}
    tables = {"header": [HEADER], "person": [person(0)], "plus_characteristic": [answer(0, "CARER", "N")]}
    write_tables(tmp_path, {**tables, "referral": [referral], "care_contact": [contact]})
    report = validate(tmp_path, engine=engine, today=TODAY)
    assert causes(report, "PMD201.referral.link") == {"leading_zero": (1, (("99999", 1),))}
    (finding,) = [f for f in report.findings if f.rule_id == "PMD201.referral.link"]
    assert finding.cause.suggestion == (
        "Export the column service_request_id of referral as text, or fetch the file again without opening it in a "
        "spreadsheet"
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_lost_is_suggested_and_not_put_right(engine: str, tmp_path: Path) -> None:
    """The totals are those of any id that is not there, and no copy holds an id."""
    persons = ["0012345", "0067890"]
    lost = validate(made(tmp_path / "lost", persons, ["12345", "67890"]), engine=engine, today=TODAY)
    other = validate(made(tmp_path / "other", persons, ["X2345", "X7890"]), engine=engine, today=TODAY)
    (finding,) = [f for f in lost.findings if f.rule_id == LINK]
    assert [r for r in lost.rules if r.rule_id == LINK] == [r for r in other.rules if r.rule_id == LINK]
    assert lost.tables == other.tables
    assert finding.cause.suggestion == (
        "Export the column local_patient_id as text, or fetch the file again without opening it in a spreadsheet"
    )
    assert not {text for text in ("12345", "67890") if text in lost.model_dump_json(exclude={"submission"})}


def test_no_id_is_read_again_where_every_link_leads_somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(duckdb_links.LostZeros, "tell", lambda self: asked.append(self.rule.id) or {})
    validate(made(tmp_path / "whole", ["0012345"], ["0012345"]), engine="duckdb", today=TODAY)
    assert not asked
    validate(made(tmp_path / "lost", ["0012345"], ["12345"]), engine="duckdb", today=TODAY)
    assert asked == [LINK]


def test_one_id_is_meant_or_none() -> None:
    assert without_zeros(("RX1", "0012")) == ("RX1", "12")
    assert without_zeros(("RX1", "0x12")) is None
    assert meant([("RX1", "0012"), ("RX1", "7"), ("RX1", "07"), ("RX2", "12")]) == {
        ("RX1", "12"): "0012",
        ("RX2", "12"): "12",
    }
