"""The rules as a whole: how many there are, how they are named, and that each can be shown to work."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from schema.check import Rate
from schema.dataset import load_dataset
from schema.example import read_rows
from schema.publish.conditions import condition_text
from schema.publish.examples import cases_of, examples_document
from schema.publish.rules import read_rules, rules_document
from schema.rule import Rule

DATASET = load_dataset("1.0.0")
RULES = DATASET.rules
#: the Counts table of rules.md
COUNTS = {
    False: {
        ("error", "file"): 6,
        ("error", "record"): 6,
        ("error", "field"): 21,
        ("warning", "none"): 24,
        ("info", "none"): 12,
    },
    True: {
        ("error", "file"): 12,
        ("error", "group"): 6,
        ("error", "record"): 22,
        ("error", "field"): 48,
        ("warning", "none"): 20,
    },
}


def _named(rule: Rule) -> str:
    return rule.id


@pytest.mark.parametrize("derived", [False, True], ids=["written", "derived"])
def test_there_are_as_many_as_the_specification_counts(derived: bool) -> None:
    counted = Counter((rule.severity, rule.action) for rule in RULES if rule.derived == derived)
    assert counted == COUNTS[derived]


@pytest.mark.parametrize("rule", RULES, ids=_named)
def test_id_tells_where_the_rule_comes_from(rule: Rule) -> None:
    form = r"PMD[0-9]{3}\.[a-z_0-9]+\.[a-z]+" if rule.derived else "PMD[0-9]{5}"
    assert re.fullmatch(form, rule.id)
    if rule.table != "dataset":
        assert rule.id.startswith(DATASET.tables[rule.table].code)


@pytest.mark.parametrize("rule", RULES, ids=_named)
def test_rule_has_its_words(rule: Rule) -> None:
    assert condition_text(rule, DATASET)
    for text in (rule.title, rule.message, rule.why, rule.fix):
        assert text.strip()
        assert not re.search(r"\b(invalid|please|sorry|illegal)\b|[{}]|—", text, re.IGNORECASE), text
    assert not rule.message.endswith("."), "A message is a phrase, without a full stop."


@pytest.mark.parametrize("rule", RULES, ids=_named)
def test_rule_has_a_case_that_passes_and_one_that_fails(rule: Rule) -> None:
    cases = cases_of(rule, DATASET)
    cannot_fail = isinstance(rule.check, Rate) and rule.check.above is None
    assert any(not case.finding for case in cases), f"{rule.id} has no example without a finding."
    assert cannot_fail or any(case.finding for case in cases), f"{rule.id} has no example with a finding."


@pytest.mark.parametrize("rule", RULES, ids=_named)
def test_case_is_a_submission_with_known_items(rule: Rule) -> None:
    for case in cases_of(rule, DATASET):
        for table, rows in case.tables.items():
            for row in rows:
                assert not row.keys() - set(DATASET.tables[table].item_names), f"{rule.id}, {case.description}"
        assert all(1 <= number <= len(case.tables[case.table]) for number in case.expected)
        assert not case.expected or case.finding


@pytest.mark.parametrize("rule", [r for r in RULES if r.derived and r.check.kind in ("format", "code")], ids=_named)
def test_derived_cases_are_broken_where_they_say_so(rule: Rule) -> None:
    """The definition itself is asked, which no engine reads in this way."""
    data_type = DATASET.tables[rule.table].item(rule.items[0]).data_type
    for case in cases_of(rule, DATASET):
        for number, row in enumerate(case.tables[case.table], start=1):
            text = row.get(rule.items[0])
            parts = text.split("|") if text and data_type.kind == "list" else [text] if text else []
            assert (number in case.expected) == (not all(_right(rule, part) for part in parts))


def _right(rule: Rule, text: str) -> bool:
    data_type = DATASET.tables[rule.table].item(rule.items[0]).data_type
    data_type = data_type.element or data_type
    if rule.check.kind == "format":
        return data_type.well_formed(text)
    return data_type.in_codes(text, DATASET.code_lists[data_type.code_list or ""].open_codes)


def test_nhs_numbers_of_cases_are_never_issued() -> None:
    numbers = {
        row["nhs_number"]
        for rule in RULES
        for case in cases_of(rule, DATASET)
        for row in case.tables.get("person", ())
        if row.get("nhs_number")
    }
    real = {n for n in numbers if re.fullmatch("[0-9]{10}", n) and not n.startswith("999")}
    assert real <= DATASET.sentinels, "NHS numbers come from the range that begins with 999."


def test_rules_are_read_back() -> None:
    assert read_rules(rules_document(DATASET)) == RULES


def test_example_document_names_its_rule() -> None:
    document = examples_document(DATASET.rule("PMD00111"), DATASET)
    assert document["rule_id"] == "PMD00111"
    assert document["table"] == "person"
    assert {"description", "finding", "expected", "context", "reference", "tables"} == set(document["cases"][0])


def test_rows_of_an_example() -> None:
    text = "a | b   | finding\n1 |     | yes\n· | x\\|y |\n"
    assert read_rows(text) == [
        {"a": "1", "b": None, "finding": "yes"},
        {"a": " ", "b": "x|y", "finding": None},
    ]
