"""Whom to ask next: who is on a list, where, and with which questions."""

from __future__ import annotations

import csv
import datetime

import pytest

from service.cli import main
from tests.test_validators.drawn_submissions import TEMPLATES
from tests.test_validators.small_submissions import write_tables
from validators.asklist import NO_CONTACT, Ask
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
    return ask_lists_of(folder, today=TODAY)


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
        ("clinic", "300"): [Ask("RX1", "P1", "2026-04-25", is_next=True, questions=(HOMELESS, CARER))]
    }


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


def test_without_persons_it_is_said_what_is_needed(tmp_path, capsys):
    write_tables(tmp_path, {"care_contact": _rows("care_contact", {})})
    assert main(["asklist", str(tmp_path), "--output", str(tmp_path / "lists")]) == 2
    assert "holds no person table" in capsys.readouterr().err
