"""The minimal submission of the data dictionary is accepted as it stands, whichever way it comes in."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING

from schema import release
from validators.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

FILES = release.FOLDER / "1.0.0" / "examples" / "minimal"


def test_minimal_submission_is_accepted() -> None:
    report = validate(FILES, today=date(2026, 5, 7))
    assert report.verdict == "accepted", [(f.rule_id, f.message) for f in report.findings]
    assert {finding.severity for finding in report.findings} <= {"info"}
    assert not [rule for rule in report.rules if rule.outcome == "error"]


def test_optional_tables_can_be_left_out(tmp_path: Path) -> None:
    for table in ("header", "person", "plus_characteristic"):
        shutil.copy(FILES / f"{table}.csv", tmp_path)
    assert validate(tmp_path, today=date(2026, 5, 7)).verdict == "accepted"
