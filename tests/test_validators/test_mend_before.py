"""A rate of people says where values that were sent and cannot be used are counted in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.test_validators.drawn_submissions import TEMPLATES
from tests.test_validators.small_submissions import write_tables
from validators.validate import validate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("code", "suggestion"),
    [
        ("QQ", "Mend PMD001.ethnic_category.code first: values that cannot be used are counted here too"),
        (None, None),
    ],
)
def test_unusable_codes_are_mended_before_people_are_asked(tmp_path: Path, code: str | None, suggestion: str) -> None:
    persons = [
        {**TEMPLATES["person"], "local_patient_id": f"P{n}", "ethnic_category": code if n < 20 else "A"}
        for n in range(60)
    ]
    write_tables(tmp_path, {"person": persons})
    report = validate(tmp_path, period="2026-04", provider="RX1")
    (unknown,) = [found for found in report.findings if found.rule_id == "PMD90001"]
    assert unknown.cause.suggestion == suggestion
