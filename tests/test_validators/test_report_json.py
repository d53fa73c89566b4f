"""The report as JSON."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.test_validators.sample_report import clean_report, full_report, sample_report
from validators.report import Report, report_schema
from validators.reports import REPORTS

VALIDATOR = Draft202012Validator(report_schema(), format_checker=FormatChecker())


@pytest.mark.parametrize(
    "report",
    [sample_report(), sample_report(reveal="keys"), sample_report(reveal="values"), clean_report(), full_report()],
    ids=["sample", "keys", "values", "clean", "full"],
)
def test_it_holds_to_its_own_schema_and_reads_back(report: Report) -> None:
    written = REPORTS["json"](report)
    read = json.loads(written)
    VALIDATOR.validate(read)
    assert Report.model_validate_json(written) == report


def test_it_is_the_same_bytes_every_time_in_the_order_of_the_model() -> None:
    written = REPORTS["json"](sample_report())
    assert written == REPORTS["json"](sample_report())
    assert list(json.loads(written)) == list(Report.model_fields)
    assert written.endswith(b"}\n")


def test_letters_stand_as_they_are_and_hiding_characters_as_escapes() -> None:
    note = "Łódź é 漢 \u202e turned \x7f\x85\u2028"
    report = sample_report(release=note)
    written = REPORTS["json"](report).decode()
    assert "Łódź é 漢 \\u202e turned \\u007f\\u0085\\u2028" in written
    assert json.loads(written)["release"] == note


def test_a_form_is_known_by_its_media_type_and_suffix() -> None:
    known = {name: (form.media_type.split(";")[0], form.suffix) for name, form in REPORTS.items()}
    assert known["json"] == ("application/json", ".json")
    assert known["text"] == ("text/plain", ".txt")
    assert known["html"] == ("text/html", ".html")
