"""What each form of one small report looks like, kept as files, so that a change of its looks is seen when it is made.

`python -m pytest tests/test_validators/test_snapshots.py --renew-snapshots` writes the files anew; read the difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.test_validators.sample_report import findings, parts, sample_report
from validators.copies import shareable
from validators.report import Report
from validators.reports import REPORTS

FOLDER = Path(__file__).parent / "snapshots"
COPIES: dict[str, Callable[[Report], Report]] = {"owner": lambda report: report, "shareable": shareable}


def small_report() -> Report:
    """A finding of each severity, a rule of each outcome, an item of each group."""
    found = [finding for finding in findings() if finding.rule_id in ("PMD001.birth_date.format", "PMD00319")]
    found += [finding for finding in findings() if finding.severity != "error"][::3]
    told = {finding.rule_id for finding in found} | {"PMD00121", "PMD001.postcode.format"}
    given = parts()
    items = [item for item in given["data_items"] if item.data_item in ("birth_date", "ethnic_category", "value")]
    rules = [rule for rule in given["rules"] if rule.rule_id in told]
    return sample_report(findings=found, rules=rules, data_items=items, plus=given["plus"][:2], reveal="keys")


def _page(written: bytes) -> str:
    """The page without its style and its script, which have tests of their own."""
    return re.sub(r"(?s)(<(style|script)>).*?(</\2>)|sha256-[A-Za-z0-9+/=]+", r"\1\3", written.decode())


def _book(written: bytes) -> str:
    """The workbook as text: a line a row, cells between strokes."""
    lines: list[str] = []
    for sheet in load_workbook(BytesIO(written)):
        lines += [f"[{sheet.title}]"]
        for row in sheet.iter_rows(values_only=True):
            cells = " | ".join("" if cell is None else str(cell) for cell in row)
            lines.append(cells.rstrip(" |"))
    return "\n".join(lines) + "\n"


def name_of(form: str) -> str:
    """The file of a form; one that is no text is kept as text."""
    return f"{form}{REPORTS[form].suffix}{'.txt' if REPORTS[form].binary else ''}"


READABLE: dict[str, Callable[[bytes], str]] = {"html": _page, "xlsx": _book}


@pytest.mark.parametrize("form", REPORTS)
@pytest.mark.parametrize("copy", COPIES)
def test_the_form_looks_as_it_did(copy: str, form: str, request: pytest.FixtureRequest) -> None:
    written = REPORTS[form](COPIES[copy](small_report()))
    shown = READABLE.get(form, bytes.decode)(written)
    kept = FOLDER / copy / name_of(form)
    if request.config.getoption("renew_snapshots"):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(shown.encode())
    assert kept.is_file(), "a form without a snapshot: run this test with --renew-snapshots"
    assert shown == kept.read_bytes().decode(), "it looks otherwise: if that is meant, --renew-snapshots, and say why"


def test_no_snapshot_is_left_of_a_form_that_is_gone() -> None:
    kept = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.*")}
    assert kept == {f"{copy}/{name_of(form)}" for copy in COPIES for form in REPORTS}
