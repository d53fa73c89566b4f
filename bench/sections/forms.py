"""Every form of the report, with three faults in every row: how long, how large, how much memory above the check's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.measure import Measured, call, run
from bench.ours import make_persons
from bench.sizes import Sizes
from bench.table import Line, limit_line, ratio_line

_CHECKS = 1
_MEBIBYTES_ABOVE = 300
_LARGEST = {"html": 300, "xlsx": 1000}

Told = Mapping[str, Mapping[str, float]]


def measure(folder: Path, sizes: Sizes) -> Iterator[Line]:
    """All forms together over the check, and each form's size."""
    yield Line("Every form of the report, three faults in every row; check = the check without any form")
    made = make_persons(folder / "dense", sizes.form_rows, "dense")
    told = min((_told(made, folder) for _ in range(sizes.runs)), key=_seconds)
    rows, check = sizes.form_rows, Measured(told["check"]["seconds"], told["check"]["mebibytes"])
    forms = {name: figures for name, figures in told.items() if name != "check"}
    peak = max(figures["mebibytes"] for figures in forms.values())
    yield Line("  check", rows, check, "1 x check")
    yield ratio_line("  every form together", rows, Measured(_seconds(told), peak), check, "check", _CHECKS)
    yield limit_line("  memory above the check's", None, None, peak - check.mebibytes, _MEBIBYTES_ABOVE, "{:.0f} MiB")
    for name, figures in forms.items():
        yield _form(name, figures)


def _told(submission: Path, folder: Path) -> Told:
    run(call("bench.forms", "write_every_form", submission, folder))
    return json.loads((folder / "forms.json").read_text("utf-8"))


def _seconds(told: Told) -> float:
    """What all forms took together."""
    return sum(figures["seconds"] for name, figures in told.items() if name != "check")


def _form(name: str, figures: Mapping[str, float]) -> Line:
    measured = Measured(figures["seconds"], figures["mebibytes"])
    kilobytes = figures["bytes"] / 1000
    if name in _LARGEST:
        return limit_line(f"  {name}", None, measured, kilobytes, _LARGEST[name], "{:.0f} KB")
    return Line(f"  {name}", None, measured, f"{kilobytes:.0f} KB")
