"""Peak memory of the whole process on a large file: clean, with three faults in every row, and on twice that file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Measured, run
from bench.ours import make_persons, validate
from bench.sizes import Sizes
from bench.table import Line, limit_line

_MEBIBYTES = 1024
#: as much as two runs on one file may differ
_GROWTH = 1.1
_SAMPLE = 10_000


def measure(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """The most memory that a check takes, of a file of the size and of twice the size."""
    yield Line("Peak memory of a check, one run each")
    rows = _rows_of(sizes.large_bytes, folder)
    clean, line = _check(folder, rows, "clean")
    yield line
    yield _check(folder, rows, "dense")[1]
    twice, line = _check(folder, 2 * rows, "clean")
    yield line
    growth = twice.mebibytes / clean.mebibytes
    yield limit_line("  twice the file over the file", None, None, growth, _GROWTH, "{:.2f} x")


def _check(folder: Path, rows: int, shape: str) -> tuple[Measured, Line]:
    """Make, check and remove one file."""
    made = make_persons(folder / "large", rows, shape)
    megabytes = (made / "person.csv").stat().st_size / 1e6
    measured = run(validate(made, folder / "report.json"))
    shutil.rmtree(made)
    faults = "three faults in every row" if shape == "dense" else shape
    what = f"  file of {megabytes:,.0f} MB, {faults}"
    return measured, limit_line(what, rows, measured, measured.mebibytes, _MEBIBYTES, "{:,.0f} MiB")


def _rows_of(size: int, folder: Path) -> int:
    """How many rows a clean file of at least that size has."""
    made = make_persons(folder / "sample", _SAMPLE) / "person.csv"
    return -(-size * _SAMPLE // made.stat().st_size)
