"""The report for a terminal."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

import pytest

from tests.test_validators.sample_report import clean_report, findings, parts, sample_report, since
from validators.finding import HIDDEN, Cause, Shape, sample_of
from validators.measured import Access, DataItemMeasure
from validators.report import Report, RuleOutcome
from validators.reports import REPORTS, Look, changed, words
from validators.synthetic import generate
from validators.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

SECTIONS = [
    "MEND THESE FIRST",
    "IN FIGURES",
    "PLUS ANSWERS",
    "PERSONS",
    "WHO IS RECORDED, BY GROUP",
    "WHO CAN BE LINKED, BY GROUP",
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


def test_an_id_that_is_a_cell_at_fault_too_is_told_once() -> None:
    ids = {"local_patient_id_org": "RX1", "local_patient_id": "P0000101"}
    sample = sample_of(101, ids=ids, values={**ids, "birth_date": None}, reveal="values")
    told = "local_patient_id_org = RX1, local_patient_id = P0000101, birth_date = (blank)"
    assert words.revealed(sample) == told


def test_each_sign_in_the_forms_of_values_is_explained_where_one_stands() -> None:
    first = findings()[0]
    shapes = (Shape(shape="AA", rows=400), Shape(shape="?9", rows=2))
    bare = first.model_copy(update={"cause": Cause(kind="not_in_list", received="not in the list", shapes=shapes)})
    assert words.received(bare) == (
        "not in the list; forms (A for a letter of either case, 9 for a digit, ? for another sign): AA (400), ?9 (2)"
    )


@pytest.mark.parametrize("form", ["text", "html", "junit", "github"])
def test_what_mends_a_finding_and_its_cause_alike_is_said_once(form: str) -> None:
    first = findings()[0]
    advice = "Rename religon_group to religion_group"
    cause = first.cause.model_copy(update={"suggestion": advice})
    report = sample_report(findings=[first.model_copy(update={"fix": advice, "cause": cause})])
    told = " ".join(REPORTS[form](report).decode().split())
    once = {"text": 2, "html": 2, "junit": 1, "github": 1}  # a text and a page say what is mended first, too
    assert told.count(advice) == once[form]


def test_data_items_of_which_a_copy_hides_the_change_are_not_listed() -> None:
    (item,) = since().data_items
    hidden = item.model_copy(update={"change": HIDDEN, "now_rate": None})
    report = sample_report(since=since().model_copy(update={"data_items": (hidden,)}))
    assert changed.ITEMS not in written(report)
    assert changed.ITEMS in written(sample_report(since=since()))


def test_each_table_of_changes_says_what_it_is_about() -> None:
    lines = written(sample_report(since=since())).splitlines()
    for caption, heading in (
        ("Findings of either report", "Finding"),
        ("Data items that are known in a larger or smaller share of rows", "Data item"),
        ("Answers given by more or fewer persons", "Answer"),
    ):
        assert lines[lines.index(caption) + 1].split("  ")[0] == heading


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
        "Received day first: 99/99/9999; forms (9 for a digit): 99/99/9999 (2,090), 9/9/9999 (38)",
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


def measured_item(table: str, rows: int, **outcomes: int) -> DataItemMeasure:
    return DataItemMeasure(
        table=table,
        data_item="treatment_function",
        title="Treatment function of whoever offers the care that is meant",
        mandation="R",
        group="other",
        rows=rows,
        **{"missing": 0, "invalid": 0, "not_known": 0, "declined": 0, "asked_unsure": 0} | outcomes,
        known_rate=outcomes["valid"] / rows,
        item_score=outcomes["valid"] / rows,
    )


def test_items_alike_in_title_are_told_apart_by_their_table_and_have_a_score() -> None:
    items = (measured_item("referral", 40, valid=30, missing=10), measured_item("care_contact", 60, valid=60))
    lines = written(sample_report(data_items=items)).splitlines()
    start = lines.index("HOW COMPLETELY EACH ITEM IS FILLED")
    tables = [" ".join(line.split()) for line in lines[start:]]
    first, second = (tables.index(next(t for t in tables if t.startswith(f"{n} not not not"))) for n in TABLES)
    assert tables[first + 1] == "(40 rows) known sure declined known missing usable score"
    assert tables[first + 3 : first + 6] == [
        "Treatment function of 75.0% 0 0 0 10 0 75.0%",
        "whoever offers the care",
        "that is meant",
    ]
    assert tables[second + 3] == "Treatment function of 100% 0 0 0 0 0 100%"


TABLES = ("Referral", "Care contact")


def test_rows_stand_beside_each_item_where_they_are_not_the_same_for_all() -> None:
    items = (measured_item("referral", 40, valid=40), measured_item("referral", 60, valid=60))
    told = [line.split()[-9:] for line in written(sample_report(data_items=items)).splitlines()]
    assert ["rows", "known", "sure", "declined", "known", "missing", "usable", "score"] in [t[-8:] for t in told]
    assert [t[1] for t in told if t[-1:] == ["100%"] and len(t) == 9][-2:] == ["40", "60"]


def test_linkage_stands_there_by_group() -> None:
    text = joined(sample_report())
    linked = text[text.index("WHO CAN BE LINKED") : text.index("ACCESS TO CARE")]
    report = sample_report()
    placed, first, local = report.linkage.splits
    for title, share in (
        ("Verified NHS number (status 01)", "rate"),
        ("No NHS number that can be used", "without_rate"),
    ):
        assert f"{title} {' '.join(words.percent(getattr(g, share)) for g in placed.groups)}" in linked
        table = linked[linked.rindex(title) :]
        assert f"{first.title} {' '.join(words.percent(getattr(g, share)) for g in first.groups)}" in table
        assert f"{local.title} (local code)" in table
    assert "HTML, XLSX and JSON" in linked


def test_the_words_of_the_provider_stand_before_the_figures_on_access() -> None:
    text = joined(sample_report())
    access = text[text.index("ACCESS TO CARE") : text.index("HOW COMPLETELY")]
    assert access.index(f"{words.NARRATIVE}: The booking screen") < access.index("Waiting over 18 weeks")
    without = joined(sample_report(access=Access()))
    assert f"{words.NARRATIVE.upper()} " in without
    assert "The booking screen" in without


def test_a_file_whose_rows_nobody_counted_does_not_have_none() -> None:
    report = sample_report()
    first, *rest = report.submission.files
    for rows, told in ((1, "1 row,"), (None, "rows not counted,"), (HIDDEN, "number of rows not given (*),")):
        files = (first.model_copy(update={"rows": rows}), *rest)
        sent = report.submission.model_copy(update={"files": files})
        assert f"File {first.name}: {told}" in joined(sample_report(submission=sent))


def test_it_says_where_the_rules_are_explained() -> None:
    assert "plusmds release bundle 1.0.0 --output FOLDER" in joined(sample_report())
    text = written(sample_report(), Look(site="https://plus.example"))
    assert "https://plus.example/v1/releases/1.0.0/pages/index.html" in text


@pytest.mark.parametrize("form", ["text", "html"])
def test_the_ways_of_one_rule_that_is_mended_first_are_told_apart(form: str) -> None:
    report = sample_report(findings=findings()[:2])
    assert [first.rule_id for first in report.mend_first] == ["PMD001.birth_date.format"]
    text = " ".join(re.sub("</?strong>", "", REPORTS[form](report).decode()).split())
    part = text[: text.lower().index('<h2 id="figures"' if form == "html" else "in figures =")]
    for finding in report.findings:
        assert f"{words.many(finding.failed_rows or 0, 'row')}: Received: {words.received(finding)}" in part
    assert "Try: Turn day and month round." in part


def test_a_long_title_stands_below_its_own_beginning() -> None:
    long = findings()[0].model_copy(update={"title": "word " * 30})
    lines = written(sample_report(findings=[long])).splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("1. word"))
    assert lines[start + 1].startswith("   word")


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


@pytest.mark.parametrize("form", ["text", "html"])
def test_declared_groups_are_counted_as_groups(form: str, tmp_path: Path) -> None:
    """The rule is on the header's list: no row of a person is at fault."""
    submission = tmp_path / "given"
    generate(submission, persons=60, seed=3, faults={"PMD90005": 1.0})
    report = validate(submission, today=datetime.date(2026, 5, 7))
    (finding,) = [found for found in report.findings if found.rule_id == "PMD90005"]
    assert finding.counted == "groups"
    told = " ".join(REPORTS[form](report).decode().split())
    assert f"{finding.failed_rows} of {finding.assessed_rows} groups" in told
    assert words.extent(finding) in told
