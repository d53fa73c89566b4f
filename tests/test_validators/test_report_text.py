"""The report for a terminal."""

from __future__ import annotations

import pytest

from tests.test_validators.sample_report import clean_report, parts, sample_report, since
from validators.report import Report, RuleOutcome
from validators.reports import REPORTS, Look, words

SECTIONS = [
    "MEND THESE FIRST",
    "IN FIGURES",
    "PLUS ANSWERS",
    "PERSONS",
    "WHO IS RECORDED, BY GROUP",
    "ACCESS TO CARE",
    "HOW COMPLETELY EACH ITEM IS FILLED",
    "WHAT CHANGED SINCE THE REPORT OF 1 MAY 2026",
    "ERRORS: 4 RULES",
    "WARNINGS: 3 RULES",
    "WORTH KNOWING: 1 RULE",
    "WHAT WAS NOT CHECKED, AND WHY",
    "BEFORE THE RULES RAN",
    "MADE FROM",
]


def written(report: Report, look: Look | None = None) -> str:
    return REPORTS["text"](report, look).decode()


def joined(report: Report) -> str:
    return " ".join(written(report).split())


def test_it_begins_with_the_verdict_and_what_happens_next() -> None:
    report = sample_report()
    assert joined(report).startswith(f"{report.verdict_sentence} {report.what_next} Provider RX1")


def test_the_sections_stand_in_the_order_in_which_people_want_them() -> None:
    lines = written(sample_report(since=since())).splitlines()
    assert [line for line in lines if line.isupper() and line[:1].isalpha()] == SECTIONS


@pytest.mark.parametrize("width", [80, 100, 300, 20])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = written(sample_report(), Look(width=width)).splitlines()
    assert max(len(line) for line in lines) <= min(max(width, 80), 100)


def test_what_could_not_be_judged_is_a_question_mark() -> None:
    rule = RuleOutcome(rule_id="PMD00006", title="x", table="header", severity="error", outcome="not_assessed")
    report = sample_report(findings=[], rules=[rule])
    figures = [line.split() for line in written(report).splitlines() if line.startswith(("Errors", "Warnings"))]
    assert figures == [["Errors", "?", "0", "1"], ["Warnings", "?", "0", "0"]]


def test_a_finding_says_what_where_expected_received_and_who() -> None:
    text = joined(sample_report())
    for part in (
        "[error] Birth date not written as a date (PMD001.birth_date.format)",
        "Where Person: Birth date (birth_date)",
        "Rows 2,128 of 4,946 (43.0%)",
        "person.csv: row 14 (line 15), row 209 (line 210), row 3,011 (line 3,012) and 2,125 more",
        "Received day first: 99/99/9999; forms: 99/99/9999 (2,090), 9/9/9999 (38)",
        "Expected YYYY-MM-DD",
        "Who Those who make the export and its mapping",
        "Persons 1,050 of 4,996 (21.0%); found above 10%",
        words.HIDDEN_COUNT,
    ):
        assert part in text


def test_plus_and_equality_items_come_first() -> None:
    text = written(sample_report())
    titles = ("Characteristic ", "Answer ", "Stated gender", "Ethnic category ", "Local patient", "Treatment func")
    table = text[text.index("HOW COMPLETELY") :]
    places = [table.index(f"\n{title}") for title in titles]
    assert places == sorted(places)


def test_reasons_gather_the_rules_that_were_not_checked() -> None:
    assert "The postcode directory (onspd) is not loaded. (2 rules) PMD00121, PMD00136" in joined(sample_report())


def test_a_failure_of_the_validator_is_said_at_once() -> None:
    broken = RuleOutcome(
        rule_id="PMD00105", title="x", table="person", severity="error", outcome="error", reason="Out of memory."
    )
    text = joined(sample_report(rules=[broken, *parts()["rules"]]))
    assert "The validator itself failed on 1 rule" in text[:700]
    assert "PMD00105: the validator failed. Out of memory." in text


def test_colour_is_there_only_on_request_and_repeats_a_word() -> None:
    plain, coloured = (written(sample_report(), Look(colour=colour)) for colour in (False, True))
    assert "\x1b" not in plain
    assert "\x1b[1;31m[error]" in coloured
    assert len(coloured.splitlines()) == len(plain.splitlines())


def test_values_stand_there_on_request_only() -> None:
    assert "LP000014" not in written(sample_report())
    assert "local_patient_id = LP000014" in joined(sample_report(reveal="keys"))
    assert "birth_date = 09/03/1984" in joined(sample_report(reveal="values"))


def test_a_clean_report_reads_well() -> None:
    text = joined(clean_report())
    assert text.startswith(
        "Accepted: no error and no warning in 12 rules checked. Nothing has to be mended. Provider RX1"
    )
    assert "Every rule of the release was checked." in text
    assert "MEND THESE FIRST" not in text


def test_it_is_called_a_proposed_specification() -> None:
    text = joined(sample_report())
    assert words.PROPOSED in text
    assert "NHS standard" not in text


def test_where_persons_live_is_said_with_those_who_are_not_placed_and_why() -> None:
    text = joined(sample_report())
    assert "1,204 live in the most deprived fifth of England, 3,301 elsewhere in it (26.7% of those placed)" in text
    assert "470 are not placed (9.4%) (130: no fixed abode: an answer, not a gap; 340: a postcode that" in text
    assert "Of 40 deciles sent for a person who is placed, 3 agree. Most are counted from the wrong end" in text
