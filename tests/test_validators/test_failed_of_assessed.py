"""No more rows fail than were assessed, whatever was sent: of every finding, and of every rule."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.test_validators.drawn_submissions import DRAWN, Submission
from tests.test_validators.small_submissions import TODAY, write_tables
from validators.copies import shareable
from validators.finding import exact
from validators.validate import validate

if TYPE_CHECKING:
    from validators.report import Report

SETTINGS = settings(
    max_examples=15,
    deadline=None,
    derandomize=os.environ.get("PLUSMDS_CI", "0") not in ("", "0"),
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    print_blob=True,
)
#: texts of a header that hold one identifier, or several
NARRATIVES = ("Nothing of note", "Ask someone@example.org", "someone@example.org, 07700 900123, AA1 1AA, 999 000 0018")


@SETTINGS
@given(submission=DRAWN, narrative=st.sampled_from(NARRATIVES))
def test_no_more_rows_fail_than_are_assessed(submission: Submission, narrative: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        submission.write(Path(folder))
        header = {"dataset_version": "1.0.0", **submission.context.header, "narrative": narrative}
        write_tables(Path(folder), {"header": [header]})
        report = validate(folder, today=TODAY)
    for copy in (report, shareable(report)):
        _check(copy)
    told = Counter[str]()
    for finding in report.findings:
        told[finding.rule_id] += exact(finding.failed_rows) or 0
    failed = {rule.rule_id: exact(rule.failed_rows) for rule in report.rules}
    assert {rule_id: failed[rule_id] or 0 for rule_id in told} == dict(told)


def _check(report: Report) -> None:
    for part in (*report.findings, *report.rules):
        failed, assessed = exact(part.failed_rows), exact(part.assessed_rows)
        assert failed is None or assessed is None or failed <= assessed, (part.rule_id, failed, assessed)
