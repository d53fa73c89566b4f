"""The table: one line for each figure, fixed width, at most 120 columns."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from bench.measure import Measured

WIDTH = 120
_WHAT = 48
HEAD = (
    f"{'what':{_WHAT}} {'rows':>10} {'seconds':>8} {'MiB':>6} {'rows/s':>10} {'figure':>13} {'target':>13} {'met':>4}"
)


@dataclass(frozen=True)
class Line:
    """One figure. `met` is None where it has no target; `note` stands on a line of its own below."""

    what: str
    rows: int | None = None
    measured: Measured | None = None
    figure: str = ""
    target: str = ""
    met: bool | None = None
    note: str = ""

    def __str__(self) -> str:
        rows = f"{self.rows:,}" if self.rows is not None else ""
        seconds, mebibytes, pace = self._measured()
        met = {None: "", True: "yes", False: "no"}[self.met]
        line = f"{self.what:{_WHAT}} {rows:>10} {seconds:>8} {mebibytes:>6} {pace:>10} {self.figure:>13} "
        line = f"{line}{self.target:>13} {met:>4}".rstrip()
        return f"{line}\n    {textwrap.shorten(self.note, WIDTH - 4, placeholder=' …')}" if self.note else line

    def _measured(self) -> tuple[str, str, str]:
        if self.measured is None:
            return "", "", ""
        seconds = self.measured.seconds
        pace = f"{self.rows / seconds:,.0f}" if self.rows and seconds else ""
        return f"{seconds:.2f}", f"{self.measured.mebibytes:,.0f}", pace


def ratio_line(what: str, rows: int, measured: Measured, base: Measured, unit: str, most: float) -> Line:
    """A line whose figure is how many times the seconds of `base` something took, and must not be above `most`."""
    ratio = measured.seconds / base.seconds
    return Line(what, rows, measured, f"{ratio:.2f} x {unit}", f"{most:g} x {unit}", ratio <= most)


def limit_line(what: str, rows: int | None, measured: Measured | None, value: float, most: float, form: str) -> Line:
    """A line whose figure is a value that must not be above `most`; `form` writes both."""
    return Line(what, rows, measured, form.format(value), form.format(most), value <= most)
