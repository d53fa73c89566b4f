"""A whole submission of five linked files, made by `plusmds generate`: as many PLUS rows and referrals as persons, and
twice as many contacts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from bench.measure import quickest, run
from bench.ours import PLUSMDS, counted, validate
from bench.sizes import Sizes
from bench.table import Line, ratio_line

_SCANS = 5


def measure(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """The whole check to its JSON report, over the count of every column of the five files."""
    yield Line("Whole submission: persons, as many PLUS rows and referrals, twice as many contacts")
    made, report = folder / "submission", folder / "report.json"
    run([*PLUSMDS, "generate", str(made), "--persons", str(sizes.submission_persons), "--format", "csv"])
    scan, check = quickest([counted(*sorted(made.glob("*.csv"))), validate(made, report)], sizes.runs)
    told = json.loads(report.read_text("utf-8"))
    rows = sum(table["rows"] for table in told["tables"])
    yield Line("  scan of the five files", rows, scan, "1 x scan")
    yield ratio_line("  check of the submission", rows, check, scan, "scan", _SCANS)
    yield _clean(told["counts"])


def _clean(counts: dict[str, int]) -> Line:
    """That the check had nothing to stumble over."""
    found = f"{counts['error']} and {counts['warning']}"
    return Line("  its errors and warnings", figure=found, target="0 and 0", met=found == "0 and 0")
