"""One command as a whole process: its seconds and its peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """Wall-clock seconds and peak resident memory in MB."""

    seconds: float
    megabytes: float


def best_of(command: list[str], runs: int = 3, allowed: frozenset[int] = frozenset({0, 1})) -> Measured:
    """The quickest of some runs of a command, with the most memory that any of them took."""
    results = [_run(command, allowed) for _ in range(runs)]
    return Measured(min(r.seconds for r in results), max(r.megabytes for r in results))


def _run(command: list[str], allowed: frozenset[int]) -> Measured:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    if code not in allowed:
        sys.exit(f"{command[:4]} ended with {code}: {process.stderr.read().decode() if process.stderr else ''}")
    return Measured(seconds, usage.ru_maxrss / 1024)
