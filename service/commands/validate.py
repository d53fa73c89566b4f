"""plusmds validate: check a submission, write the report, answer with an exit status."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from service.commands.output import check_writable, write
from service.commands.progress import Progress
from service.commands.reference import loaded_sets
from validators.reports import REPORTS, Look

if TYPE_CHECKING:
    from validators.report import Report


def run(asked: Namespace) -> int:
    """Check what `asked.path` names. 0 or 1, by the findings and --fail-on."""
    form = _form(asked)
    for place in (asked.output, asked.rows):
        check_writable(place)
    report = _report(asked)
    write(REPORTS[form](report, _look(asked.output)), asked.output)
    if asked.output:
        sys.stdout.write(f"{report.verdict_sentence}\nThe report is in {asked.output}\n")
    return int(_falls_short(report, asked.fail_on))


def _report(asked: Namespace) -> Report:
    from validators.validate import validate

    with Progress() as progress:
        return validate(
            asked.path,
            release=asked.release,
            table=asked.table,
            period=asked.period,
            provider=asked.provider,
            mapping=asked.map,
            today=asked.today,
            engine=asked.engine,
            reveal=asked.reveal,
            rows_to=asked.rows,
            reference=loaded_sets(),
            progress=progress,
        )


def _form(asked: Namespace) -> str:
    if asked.format:
        return asked.format
    suffix = Path(asked.output).suffix.lower() if asked.output else ""
    return next((name for name, form in REPORTS.items() if form.suffix == suffix), "text")


def _look(output: Path | None) -> Look:
    terminal = output is None and sys.stdout.isatty()
    if not terminal:
        return Look()
    return Look(colour="NO_COLOR" not in os.environ, width=min(shutil.get_terminal_size().columns, 120))


def _falls_short(report: Report, fail_on: str) -> bool:
    if fail_on == "never":
        return False
    counted = report.counts.error + (report.counts.warning if fail_on == "warning" else 0)
    return counted > 0 or report.verdict == "rejected"
