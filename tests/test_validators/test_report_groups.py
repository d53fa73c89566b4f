"""Figures by group in the forms that people read: the same figures, labelled, never ranked, none on a few people."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.test_validators.sample_report import clean_report, findings, sample_report
from validators.engines import ENGINES
from validators.measured import Access, Equality, Linkage
from validators.report import Report, report_schema
from validators.reports import REPORTS, grouped, measures_told, words
from validators.synthetic import generate
from validators.validate import validate

FORMS = ("text", "html")


def written(report: Report, form: str) -> str:
    """The form without tags and line ends."""
    text = REPORTS[form](report).decode()
    return " ".join((re.sub("<[^>]*>", " ", text) if form == "html" else text).split())


@pytest.mark.parametrize("form", FORMS)
def test_what_is_recorded_stands_by_group_with_its_label(form: str) -> None:
    text = written(sample_report(), form)
    for label in ("Stated gender", "Ethnic group" if form == "text" else "by ethnic group", "Core20", "Declined"):
        assert label in text
    assert grouped.RECORDED_MEANS in text
    assert words.percent(0.8969957) in text  # stated gender known, Black: 348 of 388


def test_a_table_has_a_cell_for_every_heading_and_group() -> None:
    ethnic, core20 = grouped.known_tables(sample_report())
    assert (ethnic.title, core20.title) == ("Ethnic group", "Core20")
    for table in (ethnic, core20):
        assert {len(rates) for _, rates in table.rows} == {len(table.groups)}
    assert [title for title, _ in core20.rows][:3] == [
        "Stated gender",
        "Sexual orientation",
        "Homelessness or rough sleeping",
    ]
    assert core20.groups == ("Core20", "Not Core20", "Not placed")


def test_groups_stand_in_their_own_order_and_cannot_be_sorted() -> None:
    page = REPORTS["html"](sample_report()).decode()
    tables = re.findall(r"<table( class=\"sortable\")?>\s*<caption id=\"(t-(?:known|access|linkage)[^\"]*)", page)
    assert len(tables) == 5
    assert not any(sortable for sortable, _ in tables)


def test_each_row_of_a_measure_has_its_counts_interval_and_the_share_that_is_not_known() -> None:
    page = REPORTS["html"](sample_report()).decode()
    cells = "<td>60</td><td>300</td><td>20.0%</td><td>15.9% to 24.9%</td><td>210</td><td>13.5%</td>"
    assert f'<tr><th scope="row">Black</th>{cells}</tr>' in page
    few = "<td>4</td><td>12</td><td>–</td><td>–</td><td>9</td><td>98.7%</td>"
    assert f'<tr><th scope="row">Yes</th>{few}</tr>' in page
    assert "Lives on a boat (local code)" in page


def test_the_text_says_where_the_rest_is() -> None:
    text = written(sample_report(), "text")
    assert "Waiting over 18 weeks 400 3,201 12.5% 11.4% to 13.7%" in text
    assert "stand in the HTML, XLSX and JSON forms" in text


@pytest.mark.parametrize("form", FORMS)
def test_what_was_not_worked_out_is_not_shown(form: str) -> None:
    report = clean_report(equality=Equality(), access=Access(), linkage=Linkage(), plus=[])
    text = written(report, form)
    for heading in ("by group", "Access to care", "How to record ethnicity well"):
        assert heading.lower() not in text.lower()


@pytest.mark.parametrize("form", FORMS)
def test_ethnicity_stands_apart_with_good_practice(form: str) -> None:
    text = written(sample_report(), form)
    for part in (
        "Known and stated: 73.0% of persons; not stated (Z): 6.0%.",
        measures_told.PUBLISHED_ETHNICITY,
        "“Any other”: 512 of 3,648 known ethnicities (14.0%). 11 have a local second character.",
        "9 persons share an NHS number",
        "Self-reported by the person: 3,720; No source that can be used: 228",
        "Say why you ask. A refusal is an answer.",
        "Born on 1 January: 31 of 2,806",
    ):
        assert part in text


def test_a_report_says_the_same_by_every_engine_and_holds_to_its_schema(tmp_path: Path) -> None:
    faults = {"PMD001.ethnic_category.code": 0.1, "PMD00303": 0.1}
    generate(tmp_path, persons=120, seed=3, period="2026-04", faults=faults)
    told = [validate(tmp_path, engine=engine, today=date(2026, 5, 7)).model_dump(mode="json") for engine in ENGINES]
    for report in told:
        Draft202012Validator(report_schema(), format_checker=FormatChecker()).validate(report)
    parts = ("equality", "plus", "access", "linkage", "core20", "mend_first", "findings", "data_items")
    assert all({part: report[part] for part in parts} == {part: told[0][part] for part in parts} for report in told)
    assert told[0]["access"]["measures"]
    assert any(finding["hides"] for finding in told[0]["findings"])


@pytest.mark.parametrize("form", FORMS)
def test_whom_a_fault_hides_is_named_in_the_owners_copy_alone(form: str) -> None:
    first, *others = findings()
    hiding = first.model_copy(update={"hides": ("ethnic",), "hidden_groups": ("White - Irish",)})
    assert "More than half of the people of a group: White - Irish" in written(
        sample_report(findings=[hiding, *others]), form
    )
    bare = hiding.model_copy(update={"hidden_groups": ()})
    text = written(sample_report(findings=[bare, *others]), form)
    assert "More than half of the people of a group" in text
    assert "White - Irish" not in text
