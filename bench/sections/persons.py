"""A large person file: clean, with faults in 1 % of its rows, and with three faults in every row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.faults import SHAPES
from bench.measure import quickest, run
from bench.ours import counted, make_persons, validate
from bench.sizes import Sizes
from bench.table import Line, limit_line, ratio_line

_CLEAN_SCANS = 3.5
_SPARSE_SCANS = 5
_DENSE_CLEANS = 2
_HTML_KILOBYTES = 300


def measure(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """The whole check to its JSON report over the count of every column of the file, and the HTML report's size."""
    yield Line("Person file: whole check to the JSON report; scan = DuckDB counts every column of it")
    made = [make_persons(folder / shape, sizes.persons, shape) for shape in SHAPES]
    commands = [counted(path / "person.csv") for path in made]
    commands += [validate(path, folder / "report.json") for path in made]
    scan, sparse_scan, dense_scan, clean, sparse, dense = quickest(commands, sizes.runs)
    rows = sizes.persons
    yield Line("  scan, clean", rows, scan, "1 x scan")
    yield ratio_line("  check, clean", rows, clean, scan, "scan", _CLEAN_SCANS)
    yield Line("  scan, faults in 1 % of the rows", rows, sparse_scan, "1 x scan")
    yield ratio_line("  check, faults in 1 % of the rows", rows, sparse, sparse_scan, "scan", _SPARSE_SCANS)
    yield Line("  scan, three faults in every row", rows, dense_scan, "1 x scan")
    yield ratio_line("  check, three faults in every row", rows, dense, clean, "clean", _DENSE_CLEANS)
    yield _html(made[-1], folder / "report.html", rows)


def _html(submission: Path, report: Path, rows: int) -> Line:
    measured = run(validate(submission, report))
    kilobytes = report.stat().st_size / 1000
    what = "  HTML report, three faults in every row"
    return limit_line(what, rows, measured, kilobytes, _HTML_KILOBYTES, "{:.0f} KB")
