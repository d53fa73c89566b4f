"""What somebody waits who types a command: help, and a small file, each in a new process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.measure import typical
from bench.ours import PLUSMDS, make_persons, validate
from bench.sizes import Sizes
from bench.table import Line, limit_line

_HELP_SECONDS = 0.3
_SMALL_SECONDS = 1.2


def measure(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """The median of some runs, which is what somebody waits mostly."""
    runs = 2 * sizes.runs - 1
    yield Line(f"One command in a new process, from its start to its end: the median of {runs}")
    told = typical([*PLUSMDS, "--help"], runs)
    yield limit_line("  plusmds --help", None, told, told.seconds, _HELP_SECONDS, "{:.2f} s")
    small = make_persons(folder / "small", sizes.small_persons)
    checked = typical(validate(small, folder / "report.json"), runs)
    rows = sizes.small_persons
    yield limit_line("  plusmds validate, a small file", rows, checked, checked.seconds, _SMALL_SECONDS, "{:.2f} s")
