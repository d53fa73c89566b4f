"""Shareable copies of checked files: nothing that the rules themselves say gives a hidden count away."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from schema.release import load
from tests.test_validators.attacker import Attacker
from tests.test_validators.test_copies import given_away, names_of, written
from validators.by_place import PlaceKind
from validators.copies import shareable
from validators.copies.slices import shareable_slices
from validators.copies.untold import NOT_TOLD
from validators.report import Report
from validators.slices import TO_HAND_ON
from validators.synthetic import generate
from validators.validate import validate

PERSONS_ALONE = ("plus_characteristic", "referral", "care_contact")
TODAY = date(2026, 5, 10)
Rows = list[dict[str, str]]
Tables = dict[str, Rows]

#: rows of each table that carry a fault at random
SHARES = (0.02, 0.05, 0.12, 0.2, 0.3)
FAULTS = 14


def checked(
    persons: int,
    seed: int,
    change: Callable[[Tables], None],
    *,
    without: tuple[str, ...] = (),
    slices: dict[PlaceKind, tuple[Report, ...]] | None = None,
) -> Report:
    """The report on a synthetic submission that was changed."""
    folder = Path(mkdtemp()) / "files"
    generate(folder, persons=persons, seed=seed)
    tables: Tables = {}
    for file in folder.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as given:
            tables[file.stem] = list(csv.DictReader(given))
        if file.stem in without:
            file.unlink()
    columns = {name: list(rows[0]) for name, rows in tables.items()}
    change(tables)
    for name in tables.keys() - set(without):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, columns[name])
            writer.writeheader()
            writer.writerows(tables[name])
    if slices is None:
        return validate(folder, today=TODAY)
    return validate(folder, today=TODAY, cut=TO_HAND_ON, slices_to=slices.update)


def attacked(report: Report) -> list[str]:
    """The small figures of which the copy gives too much away."""
    attacker = Attacker()
    attacker.read(written(shareable(report)), drawn=False)
    exact = names_of(report)
    for name, (low, high) in attacker.narrow().items():
        assert low <= exact.get(name, low) <= high, f"{name} is not told as it is"
    return given_away(attacker, exact)


def answer(person: str, characteristic: str, value: str) -> dict[str, str]:
    blank = dict.fromkeys(("national_item", "national_code", "snomed_code"), "")
    key = {"local_patient_id_org": "RX1", "local_patient_id": person, "characteristic_code": characteristic}
    return key | {"value": value, "source": "1", "recorded_date": "2025-04-11"} | blank


def white(person: dict[str, str]) -> None:
    """An ethnicity that the person stated."""
    person |= {"ethnic_category": "A", "ethnic_category_2021": "", "ethnic_category_source": "1"}
    person["ethnic_category_recorded_date"] = "2020-01-01"


def causes_of_rejection(tables: Tables) -> None:
    """43 rows go: for three causes of one rule 12 each, and for another rule 7."""
    tables["plus_characteristic"][:] = [
        answer(person["local_patient_id"], "HOMELESS", "N") for person in tables["person"]
    ]
    for number, row in enumerate(tables["plus_characteristic"][:43]):
        row["characteristic_code"] = ("ZZZZ", "L-ABC", "", "HOMELESS")[number // 12]
        row["value"] = "N" if number < 36 else "Q"


def rejected_by_two_rules(tables: Tables) -> None:
    for number, row in enumerate(tables["plus_characteristic"][:18]):
        row.update({"characteristic_code": "ZZZZ"} if number < 12 else {"value": "Q"})


def unusable_by_two_rules(tables: Tables) -> None:
    for number, row in enumerate(tables["person"][:18]):
        row["birth_date"] = "2026-05-05" if number < 12 else "31/12/1990"


def declined_by_few(tables: Tables) -> None:
    """Of 17 rows that say declined 8 are of one question, 8 of another: one person declined the third."""
    tables["header"][0]["declared_plus"] = "DISABILITY|LD|INTERPRETER"
    persons = [person["local_patient_id"] for person in tables["person"]]
    declined = {"DISABILITY": range(8), "LD": range(20, 28), "INTERPRETER": range(40, 41)}
    tables["plus_characteristic"][:] = [
        answer(person, code, "Z" if number in some else "N")
        for number, person in enumerate(persons)
        for code, some in declined.items()
    ]


def unknown_ethnicity(many: int) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        for person in tables["person"]:
            white(person)
        for person in tables["person"][:many]:
            person |= {"ethnic_category": "", "ethnic_category_source": "", "ethnic_category_recorded_date": ""}

    return change


@cache
def of_sixty(many: int) -> Report:
    """60 persons, of whom so many have no ethnicity."""
    return checked(60, 1, unknown_ethnicity(many), without=PERSONS_ALONE)


def letters_for_ids(tables: Tables) -> None:
    """Ids of digits, but for one person."""
    for row in (row for name, rows in tables.items() if name != "header" for row in rows):
        old = row["local_patient_id"]
        row["local_patient_id"] = "SMITHJ" if old == "P0000005" else old[1:]


CASES: dict[str, Callable[[], Report]] = {
    "causes of rejection": lambda: checked(150, 1, causes_of_rejection, without=("referral", "care_contact")),
    "rejected by two rules": lambda: checked(60, 1, rejected_by_two_rules, without=("referral", "care_contact")),
    "unusable by two rules": lambda: checked(60, 1, unusable_by_two_rules, without=PERSONS_ALONE),
    "declined by few": lambda: checked(60, 1, declined_by_few, without=("referral", "care_contact")),
    "ethnicity not known": lambda: checked(66, 3, unknown_ethnicity(7), without=PERSONS_ALONE),
    "letters for ids": lambda: checked(180, 7, letters_for_ids, without=PERSONS_ALONE),
}


@pytest.mark.parametrize("case", CASES)
def test_rules_give_no_hidden_count_away(case: str) -> None:
    assert attacked(CASES[case]()) == []


@cache
def faulty(seed: int) -> Report:
    """The report on a small submission with faults at random."""
    draw = random.Random(seed)
    rules = [rule.id for rule in load("1.0.0").dataset.rules if _can_be_broken(rule)]
    broken = {rule: draw.choice(SHARES) for rule in draw.sample(rules, FAULTS)}
    folder = Path(mkdtemp()) / "files"
    generate(folder, persons=draw.choice((30, 60, 100, 140)), seed=seed, faults=broken)
    return validate(folder, today=TODAY)


def _can_be_broken(rule: Any) -> bool:
    return rule.table in ("person", "plus_characteristic", "referral", "care_contact") and rule.stage in (
        "value",
        "record",
    )


@pytest.mark.parametrize("seed", [8, 15, 23])
def test_no_hidden_count_of_a_faulty_file_can_be_had(seed: int) -> None:
    assert attacked(faulty(seed)) == []


@pytest.mark.parametrize("many", [5, 6, 7])
def test_of_few_persons_the_outcome_of_a_rate_is_not_told(many: int) -> None:
    """Six of sixty are a tenth: that the rule failed would say that a hidden count is seven."""
    report = of_sixty(many)
    assert outcome(report, "PMD90001") == ("failed" if many > 6 else "passed")
    copy = shareable(report)
    told = next(rule for rule in copy.rules if rule.rule_id == "PMD90001")
    assert (told.outcome, told.reason, told.failed_rows) == ("not_assessed", NOT_TOLD, None)
    assert "PMD90001" not in {finding.rule_id for finding in copy.findings}
    assert "PMD90001" in {rule.rule_id for rule in copy.not_assessed}


def test_slices_do_not_tell_it_either() -> None:
    slices: dict[PlaceKind, tuple[Report, ...]] = {}
    for many in (6, 7):
        report = checked(60, 1, unknown_ethnicity(many), without=PERSONS_ALONE, slices=slices)
        for each in shareable_slices(report, slices)["gp_practice"]:
            assert "PMD90001" not in {rule.rule_id for rule in each.rules}
            assert "PMD90001" not in {rule.rule_id for rule in each.not_assessed}


def test_the_outcome_of_a_rate_is_told_where_it_says_nothing_of_few() -> None:
    of_many = checked(200, 1, unknown_ethnicity(7), without=PERSONS_ALONE)
    assert outcome(shareable(of_many), "PMD90001") == "passed"
    assert outcome(shareable(of_sixty(20)), "PMD90001") == "failed"


def outcome(report: Report, rule_id: str) -> str:
    return next(rule.outcome for rule in report.rules if rule.rule_id == rule_id)


def test_a_copy_whose_only_warning_is_not_told_reads_like_one_without_a_warning() -> None:
    """Whoever compares the two learns nothing of the one that is silent."""
    copies = [shareable(only_ethnicity(many)) for many in (6, 7)]
    assert {copy.verdict for copy in copies} == {"accepted"}
    assert len({(copy.verdict_sentence, copy.what_next) for copy in copies}) == 1
    assert "what came of 1 rule is not told here" in copies[0].verdict_sentence
    assert "that this copy tells of has to be mended." in copies[0].what_next


def only_ethnicity(many: int) -> Report:
    """A report whose only warning is that the ethnicity of many is not known."""
    report = of_sixty(many)
    rules = [rule for rule in report.rules if rule.rule_id == "PMD90001" or rule.outcome != "failed"]
    found = tuple(finding for finding in report.findings if finding.rule_id == "PMD90001")
    verdict = "accepted_with_findings" if found else "accepted"
    return report.model_copy(update={"rules": tuple(rules), "findings": found, "verdict": verdict})


def test_a_kind_of_identifier_is_not_told_where_its_line_would_tell_how_many() -> None:
    few, many = letters(180), letters(900)
    assert few == (["letters"], [])
    assert many == (["letters"], ["letters"])


def letters(persons: int) -> tuple[list[str], list[str]]:
    """The kinds of identifier that are found in local ids, and those that a copy tells."""
    report = checked(persons, 7, letters_for_ids, without=PERSONS_ALONE)
    return tuple(list(_kinds(each)) for each in (report, shareable(report)))  # type: ignore[return-value]


def _kinds(report: Report) -> Iterator[str]:
    return (f.cause.kind for f in report.findings if f.rule_id == "PMD001.local_patient_id.misplaced")
