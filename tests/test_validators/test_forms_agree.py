"""The figures of a report are the same in every form, in the owner's copy and in the shareable one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.test_validators.read_forms import READERS, Told, read_json
from tests.test_validators.sample_report import clean_report, full_report, sample_report
from validators.copies import shareable
from validators.report import Report
from validators.reports import REPORTS
from validators.synthetic import generate
from validators.validate import validate

REPORTS_READ = {
    "sample": sample_report,
    "values revealed": lambda: sample_report(reveal="values"),
    "clean": clean_report,
    "many findings": lambda: full_report(broken=60, causes=3),
    "no outcomes": lambda: sample_report(rules=[]),
}


def of_report(report: Report) -> Told:
    """What stands in the report itself."""
    return read_json(REPORTS["json"](report))


def agree(form: str, report: Report) -> None:
    """That a form tells what the report tells; CSV has a verdict only where it has a line."""
    told = shareable(report) if REPORTS[form].always_shareable else report
    read, expected = READERS[form](REPORTS[form](report)), of_report(told)
    assert read.counts == expected.counts
    assert read.failed == expected.failed
    assert read.verdict == expected.verdict or (form == "csv" and not expected.failed and read.verdict is None)


def test_there_is_a_reader_for_every_form() -> None:
    assert list(READERS) == list(REPORTS), "tests/test_validators/read_forms.py: read the new form back"


@pytest.mark.parametrize("made", REPORTS_READ.values(), ids=REPORTS_READ)
@pytest.mark.parametrize("form", REPORTS)
def test_every_form_tells_the_same_figures(form: str, made: Callable[[], Report]) -> None:
    agree(form, made())


@pytest.mark.parametrize("made", REPORTS_READ.values(), ids=REPORTS_READ)
@pytest.mark.parametrize("form", REPORTS)
def test_every_form_of_the_shareable_copy_tells_the_same_figures(form: str, made: Callable[[], Report]) -> None:
    agree(form, shareable(made()))


#: what a form says of a draft: people read a sentence, programs a status
SAID_OF_A_DRAFT = {
    "json": '"release_status":"draft"',
    "text": "no verdict on it counts",
    "html": "no verdict on it counts",
    "xlsx": "no verdict on it counts",
    "csv": ',"draft"',
    "junit": 'name="release_status" value="draft"',
    "sarif": '"release_status":"draft"',
    "github": "no verdict on it counts",
}


@pytest.mark.parametrize("form", REPORTS)
@pytest.mark.parametrize("copied", [False, True])
def test_every_form_says_that_a_release_is_a_draft(form: str, copied: bool) -> None:
    def told(status: str) -> str:
        report = sample_report(release_status=status)
        written = REPORTS[form](shareable(report) if copied else report)
        if form == "xlsx":
            sheet = load_workbook(BytesIO(written))["Summary"]
            return " ".join(str(row[0]) for row in sheet.iter_rows(values_only=True))
        return " ".join(written.decode().split()).replace('": ', '":')

    assert SAID_OF_A_DRAFT[form] in told("draft")
    assert "draft" not in told("published")


def test_the_shareable_copy_hides_figures_and_every_form_shows_that_they_are_hidden() -> None:
    copy = shareable(sample_report())
    hidden = of_report(copy).failed["PMD001.key.repeated"]
    assert hidden == ["*"]
    for form, read in READERS.items():
        assert read(REPORTS[form](copy)).failed["PMD001.key.repeated"] == hidden, form


def test_a_real_check_reads_alike_in_every_form(tmp_path: Path) -> None:
    generate(tmp_path, persons=200, seed=5, faults={"PMD00111": 0.05, "PMD001.ethnic_category.code": 0.4})
    report = validate(tmp_path, today=date(2026, 5, 7))
    assert {"PMD00111", "PMD001.ethnic_category.code"} <= set(of_report(report).failed)
    for form in REPORTS:
        agree(form, report)
        agree(form, shareable(report))


@pytest.mark.parametrize("form", REPORTS)
def test_a_figure_that_differs_is_noticed(form: str) -> None:
    """The readers see the figures: a report with one row more reads differently in every form."""
    report = sample_report()
    first, *rest = report.findings
    changed = first.model_copy(update={"failed_rows": (first.failed_rows or 0) + 1000})
    other = report.model_copy(update={"findings": (changed, *rest)})
    assert READERS[form](REPORTS[form](other)).failed != READERS[form](REPORTS[form](report)).failed
