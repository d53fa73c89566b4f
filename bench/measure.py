"""One command as a whole process: its seconds and its peak memory.

Linux counts the memory of the process that started a command to the command itself until its own program is loaded.
So this process has to stay small: whatever needs DuckDB, making the files too, runs in a process of its own.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_ANSWERED = frozenset({0, 1})


@dataclass(frozen=True, slots=True)
class Measured:
    """Wall-clock seconds and peak resident memory in MiB."""

    seconds: float
    mebibytes: float


class RunError(Exception):
    """A command did not end as it should. The message holds no path and no cell; `told` is its standard error."""

    def __init__(self, message: str, told: str = "") -> None:
        super().__init__(message)
        self.told = told


def call(module: str, function: str, *arguments: object) -> list[str]:
    """The command that calls a function of this project, with texts, in a process of its own."""
    code = f"import sys; from {module} import {function} as called; called(*sys.argv[1:])"
    return [sys.executable, "-c", code, *map(str, arguments)]


def quickest(commands: Sequence[list[str]], runs: int) -> list[Measured]:
    """The quickest of some runs of each command, with the most memory that any of its runs took.

    They take turns, so that a machine that is busy for a while is busy for all of them.
    """
    rounds = [[run(command) for command in commands] for _ in range(runs)]
    return [best(results) for results in zip(*rounds, strict=True)]


def best(results: Sequence[Measured]) -> Measured:
    """The least seconds and the most memory of some runs."""
    return Measured(min(each.seconds for each in results), max(each.mebibytes for each in results))


def typical(command: list[str], runs: int) -> Measured:
    """The median of some runs: what somebody at the command line waits."""
    results = [run(command) for _ in range(runs)]
    return Measured(statistics.median(r.seconds for r in results), max(r.mebibytes for r in results))


def run(
    command: list[str],
    *,
    allowed: frozenset[int] = _ANSWERED,
    folder: Path | None = None,
    limit: float | None = None,
) -> Measured:
    """Run a command to its end; RunError where it ends otherwise than allowed, or after `limit` seconds."""
    with tempfile.TemporaryFile() as told:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told, cwd=folder)
        watch = threading.Timer(limit or threading.TIMEOUT_MAX, process.kill)
        watch.daemon = True
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        watch.cancel()
        # It was waited for here; Popen must not wait for that number again.
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in allowed:
            told.seek(0)
            raise _error(process.returncode, told.read().decode("utf-8", "replace"), seconds, limit)
    return Measured(seconds, usage.ru_maxrss / 1024)


def _error(status: int, told: str, seconds: float, limit: float | None) -> RunError:
    if limit and seconds >= limit:
        return RunError(f"stopped after {limit:.0f} seconds", told)
    raised = re.findall(r"^([\w.]+(?:Error|Exception|Interrupt))\b", told, re.MULTILINE)
    reason = f" ({raised[-1].rpartition('.')[2]})" if raised else ""
    return RunError(f"ended with status {status}{reason}", told)
