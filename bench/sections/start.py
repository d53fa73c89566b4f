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
    """The median of some runs."""
    yield Line("One command, from its start to its end")
    told = typical([*PLUSMDS, "--help"], 2 * sizes.runs - 1)
    yield limit_line("  plusmds --help", None, told, told.seconds, _HELP_SECONDS, "{:.2f} s")
    small = make_persons(folder / "small", sizes.small_persons)
    checked = typical(validate(small, folder / "report.json"), 2 * sizes.runs - 1)
    rows = sizes.small_persons
    yield limit_line("  plusmds validate, a small file", rows, checked, checked.seconds, _SMALL_SECONDS, "{:.2f} s")
