"""Whom to ask next: who is on a list, where, and with which questions."""

from __future__ import annotations

import csv
import datetime

import pytest

from service.cli import main
from tests.test_validators.drawn_submissions import TEMPLATES
from tests.test_validators.small_submissions import write_tables
from validators.asklist import CODE_OF, NO_CONTACT, Ask
from validators.reference_data.loading import load
from validators.reference_data.names import organisation_names
from validators.reference_data.store import Store
from validators.validate import ask_lists_of

TODAY = datetime.date(2026, 4, 20)


def _rows(table, *changes):
    return [{**TEMPLATES[table], **change} for change in changes]


def _lists(folder, persons=({},), answers=(), contacts=(), header=None):
    write_tables(
        folder,
        {
            "header": [
                {
                    "dataset_version": "1.0.0",
                    "provider_org_code": "RX1",
                    "period_start": "2026-04-01",
                    "period_end": "2026-04-30",
                    "created_at": "2026-05-06T09:00:00",
                    "declared_plus": "HOMELESS|CARER|SEXWORK",
                    **(header or {}),
                }
            ],
            "person": _rows("person", *persons),
            "plus_characteristic": _rows("plus_characteristic", *answers)
            or [dict.fromkeys(TEMPLATES["plus_characteristic"])],
            "care_contact": _rows("care_contact", *contacts) or [dict.fromkeys(TEMPLATES["care_contact"])],
        },
    )
    return ask_lists_of(folder, today=TODAY).lists


HOMELESS, CARER = "Homelessness or rough sleeping", "Unpaid carer (18 and over)"


def test_what_nobody_asked_is_on_the_list(tmp_path):
    assert _lists(tmp_path) == {NO_CONTACT: [Ask("RX1", "P1", questions=(HOMELESS, CARER))]}


@pytest.mark.parametrize(
    ("value", "day", "asked"),
    [
        ("Y", "2010-01-01", False),
        ("N", "2010-01-01", False),
        ("Z", "2025-05-01", False),
        ("Z", "2025-04-30", True),
        ("U", "2025-05-01", False),
        ("U", "2025-04-30", True),
        ("Z", None, False),
        ("X", "2026-04-10", True),
    ],
)
def test_an_answer_settles_a_question_and_a_refusal_is_let_be_for_a_year(tmp_path, value, day, asked):
    found = _lists(tmp_path, answers=({"value": value, "recorded_date": day},))
    assert (HOMELESS in found[NO_CONTACT][0].questions) is asked


def test_restricted_characteristics_are_never_asked_for(tmp_path):
    questions = _lists(tmp_path)[NO_CONTACT][0].questions
    assert not [words for words in questions if "ex work" in words]


@pytest.mark.parametrize("item", ["withheld_identity_reason", "death_date"])
def test_who_is_withheld_or_has_died_is_on_no_list(tmp_path, item):
    value = {"withheld_identity_reason": "01", "death_date": "2026-04-02"}[item]
    assert _lists(tmp_path, persons=({item: value},)) == {}


def test_a_question_of_another_age_is_not_asked(tmp_path):
    found = _lists(tmp_path, persons=({"birth_date": "2015-01-01"},))
    assert found[NO_CONTACT][0].questions == (HOMELESS,)


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"ethnic_category": None}, True),
        ({"ethnic_category": "99"}, True),
        ({"ethnic_category": "Z"}, False),
        ({"ethnic_category": None, "ethnic_category_2021": "3"}, False),
        ({"ethnic_category": "QQ"}, True),
    ],
)
def test_ethnicity_is_asked_where_neither_item_answers(tmp_path, changes, asked):
    found = _lists(tmp_path, persons=(changes,))
    assert ("Ethnicity" in found[NO_CONTACT][0].questions) is asked


def test_the_list_is_that_of_the_next_contact_or_else_of_the_last(tmp_path):
    def at(day, **place):
        return {"care_contact_id": day, "contact_date": day, "site_code": "RX101", **place}

    past = at("2026-04-02", ward_code="W1"), at("2026-04-12", team_local_id="T1")
    assert list(_lists(tmp_path, contacts=past)) == [("team", "T1")]
    following = *past, at("2026-04-25", treatment_function="300"), at("2026-04-28", ward_code="W9")
    assert _lists(tmp_path, contacts=following) == {
        ("clinic", "300"): [Ask("RX1", "P1", "2026-04-25", is_next=True, questions=(HOMELESS, CARER), site="RX101")]
    }


def test_no_row_that_a_check_refuses_is_read(tmp_path):
    contacts = (
        {"care_contact_id": "C1", "contact_date": "2026-04-02", "ward_code": "W1"},
        {"care_contact_id": "C2", "contact_date": "2026-03-31", "ward_code": "OLDER"},
        {"care_contact_id": "C4", "contact_date": "2026-04-10", "ward_code": "ONE"},
        {"care_contact_id": "C4", "contact_date": "2026-04-11", "ward_code": "OTHER"},
    )
    assert list(_lists(tmp_path, contacts=contacts)) == [("ward", "W1")]
    inferred = {"characteristic_code": "GRT", "value": "Y", "source": "5"}
    questions = _lists(tmp_path, answers=(inferred,), header={"declared_plus": "GRT"})[NO_CONTACT][0].questions
    assert questions == ("Gypsy, Roma or Traveller community",), "no algorithm answers for anybody"
    twice = {"stated_gender": "1"}, {"stated_gender": "2"}
    assert _lists(tmp_path, persons=twice) == {}, "two rows of one key that differ are both refused"


@pytest.mark.parametrize(
    ("answers", "lost"),
    [
        (({"local_patient_id": "1", "value": "Z"}, {"local_patient_id": "1", "characteristic_code": "CARER"}), 2),
        (({"local_patient_id": "1", "value": "X"},), 0),
        (({"value": "Y"}, {"value": "Y"}), 0),
        (({"characteristic_code": "SEXWORK", "value": "Y"},), 0),
    ],
)
def test_answers_that_a_check_refused_are_mended_before_anybody_is_asked_again(tmp_path, capsys, answers, lost):
    """A copy of a row is no answer lost; how many rows of restricted characteristics came is told to nobody."""
    folder = tmp_path / "in"
    folder.mkdir()
    _lists(folder, persons=({"local_patient_id": "001"}, {}), answers=answers)
    assert main(["asklist", str(folder), "--output", str(tmp_path / "out"), "--today", "2026-04-20"]) == 0
    said = capsys.readouterr()
    assert "left out" not in said.out
    if lost:
        assert f"{lost} rows of answers left out by the check: these have to be mended first" in said.err
        assert "people who have answered or refused are asked again" in said.err
    else:
        assert not said.err


def test_a_contact_booked_after_the_period_is_the_next_though_no_part_of_it(tmp_path):
    seen = {"care_contact_id": "C1", "contact_date": "2026-04-02", "ward_code": "W1"}
    booked = {"care_contact_id": "C2", "contact_date": "2026-05-02", "ward_code": "LATER"}
    (asked,) = _lists(tmp_path, contacts=(seen, booked))[("ward", "LATER")]
    assert (asked.contact, asked.is_next) == ("2026-05-02", True)


def test_a_place_says_what_its_code_is_a_code_of_and_how_it_is_called(tmp_path, monkeypatch, capsys):
    from service.commands import asklist

    folder = tmp_path / "in"
    folder.mkdir()
    persons = tuple({"local_patient_id": f"P{n}"} for n in range(4))
    places = ({"ward_code": "W1"}, {"team_local_id": "T1"}, {"treatment_function": "300"}, {})
    contacts = tuple(
        {"care_contact_id": f"C{n}", "local_patient_id": f"P{n}", "site_code": "RX101", **place}
        for n, place in enumerate(places)
    )
    _lists(folder, persons=persons, contacts=contacts)

    def told(name, ods):
        monkeypatch.setattr(asklist, "loaded_sets", lambda: ods)
        assert main(["asklist", str(folder), "--output", str(tmp_path / name), "--today", "2026-04-20"]) == 0
        files = sorted((tmp_path / name).iterdir())
        return [next(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())) for file in files]

    rows = {row["seen_at"]: row for row in told("named", {"ods": [{"code": "RX101", "name": "=Hill Hospital"}]})}
    assert {kind: row["code_of"] for kind, row in rows.items()} == {k: v for k, v in CODE_OF.items() if k != "none"}
    names = {kind: row["name"] for kind, row in rows.items()}
    assert names == {"ward": "", "team": "", "clinic": "General Internal Medicine Service", "site": "'=Hill Hospital"}
    assert {(row["site"], row["site_name"]) for row in rows.values()} == {("RX101", "'=Hill Hospital")}
    assert "load an organisation list" not in capsys.readouterr().out
    assert {row["site_name"] for row in told("bare", {})} == {""}
    assert "load an organisation list" in capsys.readouterr().out


def test_names_come_from_a_loaded_list_as_it_is_published(tmp_path):
    line = ["RX101", "HILL HOSPITAL", *[""] * 8, "20000401", *[""] * 16]
    other = ["RX102", "DALE HOSPITAL", *[""] * 8, "20000401", *[""] * 16]
    published = tmp_path / "ets.csv"
    published.write_text("".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in (line, other)))
    store = Store(tmp_path / "store")
    list(load("organisation", str(published), store=store, version=None, today=TODAY))
    assert organisation_names(store.sets()["ods"], {"RX101", "RX999"}) == {"RX101": "HILL HOSPITAL"}
    assert organisation_names(store.sets()["ods"], set()) == organisation_names(None, {"RX101"}) == {}


def test_the_command_writes_a_file_for_each_place(tmp_path, capsys):
    folder, out = tmp_path / "in", tmp_path / "lists"
    folder.mkdir()
    contacts = ({"ward_code": "../=W 1", "contact_date": "2026-04-10"},)
    _lists(folder, persons=({}, {"local_patient_id": "=P2"}), contacts=contacts)
    assert main(["asklist", str(folder), "--output", str(out), "--today", "2026-04-20"]) == 0
    assert "2 people to ask, in 2 lists" in capsys.readouterr().out
    names = sorted(path.name for path in out.iterdir())
    assert names == ["0001-none.csv", "0002-ward-W-1.csv"]
    rows = list(csv.reader((out / "0001-none.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows[1][:2] == ["RX1", "'=P2"]
    assert main(["asklist", str(folder), "--output", str(out)]) == 2
    assert "is not empty" in capsys.readouterr().err


def test_only_the_owner_can_read_the_lists_and_no_number_names_a_file(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "lists"
    folder.mkdir()
    _lists(folder, persons=({},), contacts=({"ward_code": "9990000018", "contact_date": "2026-04-10"},))
    assert main(["asklist", str(folder), "--output", str(out), "--today", "2026-04-20"]) == 0
    (written,) = out.iterdir()
    assert written.name == "0001-ward.csv"
    assert [path.stat().st_mode & 0o077 for path in (out, written)] == [0, 0]
    assert "9990000018" in written.read_text(encoding="utf-8-sig")


def test_without_persons_it_is_said_what_is_needed(tmp_path, capsys):
    write_tables(tmp_path, {"care_contact": _rows("care_contact", {})})
    assert main(["asklist", str(tmp_path), "--output", str(tmp_path / "lists")]) == 2
    assert "holds no person table" in capsys.readouterr().err
