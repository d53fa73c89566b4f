"""The findings as CSV."""

from __future__ import annotations

import csv
import re
from io import StringIO
from pathlib import Path

import pytest

from tests.test_validators.sample_report import clean_report, findings, sample_report
from validators.report import Report
from validators.reports import REPORTS, Look
from validators.reports.csv import COLUMNS
from validators.reports.formulas import guarded

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def lines(report: Report) -> list[dict[str, str]]:
    written = REPORTS["csv"](report).decode()
    return list(csv.DictReader(StringIO(written, newline=""), strict=True))


def test_it_has_one_line_a_finding_below_the_names_of_the_columns() -> None:
    read = lines(sample_report())
    assert len(read) == len(findings())
    assert tuple(read[0]) == COLUMNS
    assert lines(clean_report()) == []
    assert REPORTS["csv"](clean_report()).startswith(b'"severity","title","message"')


def test_the_page_of_a_rule_stands_after_older_columns_and_is_empty_where_none_is_known() -> None:
    assert COLUMNS[-2] == "rule_page"
    assert {line["rule_page"] for line in lines(sample_report())} == {""}
    written = REPORTS["csv"](sample_report(), Look(site="https://plus.example")).decode()
    pages = {line["rule_page"] for line in csv.DictReader(StringIO(written, newline=""))}
    assert pages == {"", "https://plus.example/v1/releases/1.0.0/pages/PMD001.birth_date.format.html"}


def test_lines_end_as_rfc_4180_says_and_text_is_quoted() -> None:
    written = REPORTS["csv"](sample_report()).decode()
    assert written.count("\r\n") == written.count("\n") == len(findings()) + 1
    assert re.fullmatch(r'(("([^"]|"")*"|[0-9.e-]*)(,|\r\n))+', written)


def test_figures_are_bare_and_what_is_not_given_is_empty() -> None:
    read = {(line["rule_id"], line["cause"]): line for line in lines(sample_report())}
    dates = read["PMD001.birth_date.format", "day_first"]
    assert (dates["failed_rows"], dates["assessed_rows"], dates["rate"]) == ("2128", "4946", "0.430247")
    assert (dates["sample_rows"], dates["sample_lines"]) == ("14|209|3011", "15|210|3012")
    assert dates["samples_revealed"] == ""
    hidden = read["PMD00319", "no_approval"]
    assert {hidden[name] for name in ("failed_rows", "assessed_rows", "rate", "sample_rows")} == {""}


def test_values_stand_there_on_request_only() -> None:
    line = next(line for line in lines(sample_report(reveal="values")) if line["cause"] == "day_first")
    assert line["samples_revealed"].split("|")[0] == "local_patient_id = LP000014, birth_date = 09/03/1984"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_text_that_could_be_a_formula_begins_with_an_apostrophe(start: str) -> None:
    assert guarded(f"{start}1+1") == f"'{start}1+1"
    assert guarded(f"1{start}1") == f"1{start}1"
    first = findings()[0].model_copy(update={"message": f"{start}1+1", "data_items": (f"{start}1",)})
    written = lines(sample_report(findings=[first]))[0]
    guard = f"'{start}" if start.strip() else ""  # white space at the start of a text is left out
    assert (written["message"], written["data_items"]) == (f"{guard}1+1", f"{guard}1")


def test_the_columns_are_documented_in_their_order() -> None:
    documented = re.search(r"^The columns of the CSV: (.*?)\.$", README, re.MULTILINE | re.DOTALL)
    assert documented, "README.md: say what the columns of the CSV are, in a paragraph that begins so"
    assert re.findall(r"`(\w+)`", documented[1]) == list(COLUMNS)
