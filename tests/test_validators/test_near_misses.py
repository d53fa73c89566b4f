"""What was nearly a code of a list is told as that, and how to write it is suggested: on both engines alike."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from schema.release import load
from tests.test_validators.small_persons import HEADER, of, person
from tests.test_validators.small_submissions import context_of, opened, write_tables
from validators.causes import causes_of
from validators.engines import ENGINES
from validators.finding import Finding
from validators.near_misses import WORD, _letters, _loosely
from validators.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

#: (table, item) → value sent → kind of cause, suggestion
SENT = {
    ("plus_characteristic", "characteristic_code"): {
        "carer": ("case", "Write the code as the list does: for example ARMEDFORCES, not armedforces"),
        "Learning disability": ("meaning_sent", "Send the code"),
        "Young-Carers": ("near_code", "Write the code as the list does, such as ARMEDFORCES"),
        "KARER": ("not_in_list", None),
        "l-boater": ("local_form", None),
    },
    ("plus_characteristic", "value"): {
        "y": ("case", "Write the code as the list does: for example N, not n"),
        "Asked and declined": ("meaning_sent", "Send the code"),
        "?": ("not_in_list", None),
    },
    ("plus_characteristic", "source"): {
        "Clinician or staff assessment": ("meaning_sent", "Send the code"),
        " 1": ("spaces_around", "Trim the value"),
        "7": ("not_in_list", None),
    },
    ("person", "ethnic_category"): {
        "a": ("small_letters", "Write the code as the list does: for example A, not a"),
        "w": ("not_in_list", None),
    },
    ("person", "ethnic_category_2021"): {
        "07": ("leading_zero", "Send it without the leading zero: 01 is 1"),
        "7.0": ("decimal", "Export the column as text"),
        "Asian: Chinese": ("meaning_sent", "Send the code"),
        "77": ("not_in_list", None),
    },
    ("person", "preferred_language"): {
        "UR": ("capital_letters", "Write the code as the list does: for example aa, not AA"),
        "xx": ("not_in_list", None),
    },
}  # fmt: skip


def sent(folder: Path) -> Path:
    """A submission with one row for each value, and all else in order."""
    people, answers = [], []
    for (table, item), values in SENT.items():
        for value in values:
            number = len(people)
            people.append(person(number, **({item: value} if table == "person" else {})))
            row = {"characteristic_code": "CARER", "value": "Y", "source": "1", "recorded_date": "2026-04-10"}
            if table != "person":
                answers.append(of(number, **row | {item: value}))
    write_tables(folder, {"header": [HEADER], "person": people, "plus_characteristic": answers})
    return folder


def found(findings: tuple[Finding, ...], table: str, item: str) -> dict[str, tuple[int | str | None, str | None]]:
    rules = {"characteristic_code": "PMD00302", "value": "PMD00303", "source": "PMD00304"}
    rules |= {"ethnic_category": "PMD001.ethnic_category.code", "ethnic_category_2021": "PMD00117"}
    rules |= {"preferred_language": "PMD00131"}
    return {
        f.cause.kind: (f.failed_rows, f.cause.suggestion)
        for f in findings
        if (f.table, f.rule_id) == (table, rules[item])
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_each_value_has_its_cause_and_what_is_certain_is_suggested(engine: str, tmp_path: Path) -> None:
    report = validate(sent(tmp_path), engine=engine, today=date(2026, 5, 7))
    for (table, item), values in SENT.items():
        assert found(report.findings, table, item) == {kind: (1, said) for kind, said in values.values()}, item


def test_nothing_is_said_apart_of_a_restricted_characteristic(tmp_path: Path) -> None:
    release = load("1.0.0")
    with opened(sent(tmp_path)) as sources:
        context = context_of(sources)
    codes = release.code_lists["plus_characteristic"]
    restricted = [code for code in codes.codes if code.code in codes.restricted]
    assert restricted
    added = [c for c in causes_of(release.dataset.rule("PMD00302"), context) if c.kind == "meaning_sent"]
    assert all(code.meaning.lower() not in repr(added) for code in restricted)
    told = [cause.suggestion.lower() for cause in causes_of(release.dataset.rule("PMD00302"), context)]
    assert all(code.code.lower() not in text for code in restricted for text in told)


def test_no_word_is_near_to_two_codes_of_a_list() -> None:
    for code_list in load("1.0.0").code_lists.values():
        codes = [code.code for code in code_list.codes if len(_letters(code.code)) >= WORD]
        for code in codes:
            for sent in (code, f"{code}S", "-".join(code)):
                assert [c for c in codes if re.fullmatch(_loosely(c), sent.upper())] == [code], code_list.name


def test_the_last_cause_of_a_rule_stays_the_last_that_it_names(tmp_path: Path) -> None:
    release = load("1.0.0")
    with opened(sent(tmp_path)) as sources:
        context = context_of(sources)
    for rule in release.rules:
        own, tried = [cause.kind for cause in rule.causes], [cause.kind for cause in causes_of(rule, context)]
        assert [kind for kind in tried if kind in own][: len(own)] == own, rule.id
        if own and rule.causes[-1].when is None:
            assert tried[-2] == own[-1], rule.id
