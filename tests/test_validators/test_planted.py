"""A thousand planted identifiers: none in a report unless its owner asks, and never in a shareable form or an error."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.test_validators.planted import IDENTIFIERS, IN_WORDS, broken_files, found_in, plant
from validators.copies import shareable
from validators.errors import InputError
from validators.report import Report
from validators.reports import REPORTS
from validators.validate import validate

TODAY = date(2026, 5, 7)
IN_CELLS = [each for each in IDENTIFIERS if each not in IN_WORDS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant(tmp_path_factory.mktemp("planted") / "submission")


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return validate(folder, today=TODAY)


@pytest.fixture(scope="module")
def revealing(folder: Path) -> Report:
    return validate(folder, today=TODAY, reveal="values")


def test_there_are_a_thousand_and_they_can_be_seen(revealing: Report) -> None:
    """These tests can fail: where the owner asks for values the forms show them, and they are seen."""
    assert len(set(IDENTIFIERS)) == 1000
    assert revealing.counts.error > 0
    for form in ("json", "text", "html", "xlsx", "csv"):
        assert len(found_in(REPORTS[form](revealing), IN_CELLS)) > 50, form


@pytest.mark.parametrize("form", REPORTS)
def test_no_form_shows_a_cell_unless_it_is_asked_for(report: Report, form: str) -> None:
    assert found_in(REPORTS[form](report), IN_CELLS) == []


@pytest.mark.parametrize("form", REPORTS)
def test_no_shareable_form_shows_any_of_them(report: Report, revealing: Report, form: str) -> None:
    for given in (report, revealing):
        assert found_in(REPORTS[form](shareable(given))) == []


@pytest.mark.parametrize("form", ["junit", "sarif", "github"])
def test_forms_for_builds_show_none_of_them_whatever_is_revealed(revealing: Report, form: str) -> None:
    assert found_in(REPORTS[form](revealing)) == []


def told(path: Path, **options: str) -> list[bytes]:
    """All that somebody can be told of a submission: every form of its shareable copy, or the error."""
    try:
        report = validate(path, today=TODAY, **options)
    except InputError as error:
        return [str(error).encode()]
    return [form(shareable(report)) for form in REPORTS.values()]


@pytest.mark.parametrize("name", broken_files())
def test_a_file_that_cannot_be_read_is_not_quoted(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(broken_files()[name])
    for written in told(path, period="2026-04", provider="RX1"):
        assert found_in(written) == []


def test_a_file_without_a_line_of_names_gives_none_of_its_first_record_away(tmp_path: Path) -> None:
    """A reader that took the first record for names of columns would print it."""
    folder = plant(tmp_path / "submission", tables=("person",))
    lines = (folder / "person.csv").read_text("utf-8").splitlines()
    for kept in (lines[1:], ["local_patient_id_org,local_patient_id", *lines[1:]]):
        (folder / "person.csv").write_text("\n".join(kept), "utf-8")
        for written in told(folder):
            assert found_in(written) == []
