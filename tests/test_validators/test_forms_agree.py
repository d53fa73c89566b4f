"""The figures of a report are the same in every form, in the owner's copy and in the shareable one."""

from __future__ import annotations

import pytest

from tests.test_validators.read_forms import READERS, Told, read_json
from tests.test_validators.sample_report import clean_report, full_report, sample_report
from validators.report import Report
from validators.reports import REPORTS

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
    read, expected = READERS[form](REPORTS[form](report)), of_report(report)
    assert read.counts == expected.counts
    assert read.failed == expected.failed
    assert read.verdict == expected.verdict or (form == "csv" and not expected.failed and read.verdict is None)


def test_there_is_a_reader_for_every_form() -> None:
    assert list(READERS) == list(REPORTS), "tests/test_validators/read_forms.py: read the new form back"


@pytest.mark.parametrize("made", REPORTS_READ.values(), ids=REPORTS_READ)
@pytest.mark.parametrize("form", REPORTS)
def test_every_form_tells_the_same_figures(form: str, made: type[Report]) -> None:
    agree(form, made())


@pytest.mark.parametrize("form", REPORTS)
def test_a_figure_that_differs_is_noticed(form: str) -> None:
    """The readers see the figures: a report with one row more reads differently in every form."""
    report = sample_report()
    first, *rest = report.findings
    changed = first.model_copy(update={"failed_rows": (first.failed_rows or 0) + 1000})
    other = report.model_copy(update={"findings": (changed, *rest)})
    assert READERS[form](REPORTS[form](other)).failed != READERS[form](REPORTS[form](report)).failed
