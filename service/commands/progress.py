"""How far a check is: one line on standard error that writes over itself, where that is a terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

_CLEAR = "\r\x1b[K"


class Progress:
    """Called with the name of a stage and the share that is done; gone from the screen at the end."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __call__(self, stage: str, share: float | None) -> None:
        """Show where the check is."""
        if self._shown:
            done = "" if share is None else f" {share:.0%}"
            sys.stderr.write(f"{_CLEAR}{stage}{done}")
            sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
