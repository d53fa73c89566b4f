"""Submissions that are hostile in names of columns and files, narrative, ids and values, checked and shown in full."""

from __future__ import annotations

import csv
import json
from datetime import date
from html.parser import HTMLParser

import pytest

from schema.dataset import load_dataset
from tests.test_validators.planted import HEADER
from tests.test_validators.test_report_github import annotations
from tests.test_validators.test_report_hostile import OWN, check_csv, check_json, check_sarif, check_xlsx, hiding
from validators.report import Report
from validators.reports import REPORTS
from validators.validate import validate

ITEMS = load_dataset().tables["person"].item_names
#: what a file name can hold on this system
NAMES = [text for text in OWN if "/" not in text and "\x00" not in text and len(text) < 100 and text.isprintable()]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("hostile")
    texts = [text.encode("utf-8", "replace").decode().replace("\x00", "\x01") for text in OWN]
    words = {"narrative": "\n".join(texts), "system_supplier": texts[0], "local_extensions": [f"L-X={texts[1]}"]}
    (folder / "header.json").write_text(json.dumps(HEADER | words), "utf-8")
    for name in NAMES:
        (folder / f"{name}.txt").write_text("x", "utf-8")
    with (folder / "person.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*ITEMS, *texts])
        for number, text in enumerate(texts):
            row = dict.fromkeys(ITEMS, text) | {"local_patient_id_org": "RX1", "local_patient_id": f"{text}{number}"}
            writer.writerow([*row.values(), *texts])
    return validate(folder, today=date(2026, 5, 7), reveal="values")


class _Elements(HTMLParser):
    """The elements of a page, and everything in an attribute that could run or fetch."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.active: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.active += [name for name, _ in attrs if name.startswith("on") or name in ("src", "style", "formaction")]
        self.active += [value for name, value in attrs if name == "href" and value and not value.startswith("#")]


def test_the_report_shows_what_was_hostile(report: Report) -> None:
    told = json.dumps(report.model_dump(mode="json"))
    assert report.counts.error > 0
    for part in ("<script>alert(1)</script>", "=HYPERLINK", "\\u202e", "::error file=x::y"):
        assert part in told, part
    assert len(report.ignored_files) == len(NAMES)


@pytest.mark.parametrize("form", REPORTS)
def test_nothing_hides_in_any_form(report: Report, form: str) -> None:
    written = REPORTS[form](report)
    if REPORTS[form].binary:
        check_xlsx(report, written)
    else:
        assert not hiding(written.replace(b"\r\n", b"\n").decode())


def test_the_page_holds_no_element_of_somebody_else(report: Report) -> None:
    page = _Elements(REPORTS["html"](report).decode())
    assert page.elements.count("script") == page.elements.count("style") == 1
    assert not set(page.elements) & {"img", "iframe", "svg:script", "object", "embed", "link", "base"}
    assert page.active == []


def test_every_other_form_can_be_read_again(report: Report) -> None:
    for form, check in (("json", check_json), ("csv", check_csv), ("sarif", check_sarif)):
        check(report, REPORTS[form](report))
    assert len(annotations(REPORTS["github"](report))) >= len(report.findings)
