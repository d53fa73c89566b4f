"""One check and then every form of its report, in one process: what each took, how large it is, and the memory.

Whoever imports this loads DuckDB: it runs in a process of its own.
"""

from __future__ import annotations

import json
import resource
import time
from pathlib import Path

from validators.reports import REPORTS
from validators.validate import validate


def write_every_form(submission: str, folder: str) -> None:
    """Check, write each form into the folder, and leave the figures in `forms.json` there."""
    started = time.perf_counter()
    report = validate(submission)
    told = {"check": {"seconds": time.perf_counter() - started, "mebibytes": _peak()}}
    for name, form in REPORTS.items():
        started = time.perf_counter()
        written = form(report)
        seconds = time.perf_counter() - started
        (Path(folder) / f"report.{name}").write_bytes(written)
        told[name] = {"seconds": seconds, "mebibytes": _peak(), "bytes": len(written)}
    (Path(folder) / "forms.json").write_text(json.dumps(told), "utf-8")


def _peak() -> float:
    """The most memory that this process has had so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
