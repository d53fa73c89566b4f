"""The process of one check: `python -m service.checks.child`, with the job on standard input.

It confines itself before it opens the file, and leaves a report and an outcome in the folder that the job names.
Nothing of what it meets is printed: an error of DuckDB quotes cells.
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.checks.job import REPORT, Job, Outcome
from service.checks.sandbox import confine, die_with, limit, system_paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validators.reference_data.sets import StoredSet

_ROOT = Path(__file__).parent.parent.parent
_OURS = ("schema", "validators", "service")


def main() -> None:
    """Carry out the job that stands on standard input."""
    job = Job.from_json(sys.stdin.buffer.read())
    die_with(job.parent)
    limit(memory_mb=job.memory_mb, seconds=job.seconds)
    reference = [Path(job.reference)] if Path(job.reference).is_dir() else []
    confined = confine(
        read=[*system_paths(), *(_ROOT / name for name in _OURS), Path(job.file).parent, *reference],
        write=[Path(job.out)],
        look=[_ROOT],
    )
    _outcome(job, confined=confined).write(Path(job.out))


def _outcome(job: Job, *, confined: bool) -> Outcome:
    from validators.errors import InputError

    try:
        _write_report(job)
    except InputError as error:
        return Outcome(kind="input", message=str(error), confined=confined)
    except Exception as error:  # noqa: BLE001 - whatever it is, its message stays here
        from service.logs import where

        return Outcome(kind="failed", error=type(error).__name__, where=where(error), confined=confined)
    return Outcome(kind="report", confined=confined)


def _write_report(job: Job) -> None:
    from service.checks.archive import write_archive
    from validators.copies import shareable
    from validators.limits import Limits
    from validators.reports import REPORTS, Look
    from validators.validate import validate

    derived = Path(job.out) / "derived" if job.enrich else None
    options = _options(job)
    copy = options.pop("copy", "owner")
    limits = Limits(**job.limits)
    report = validate(Path(job.file), limits=limits, reference=_sets(job), derived_to=derived, **options)
    if copy == "shareable":
        report = shareable(report)
    form, target = REPORTS[job.format], Path(job.out) / REPORT
    written = form(report, Look(site=job.site))
    if derived is None:
        target.write_bytes(written)
    else:
        write_archive(target, f"report{form.suffix}", written, derived)


def _sets(job: Job) -> Mapping[str, StoredSet]:
    """The reference data of this installation. That they are damaged is no fault of who sent the file."""
    from validators.errors import EngineError, InputError
    from validators.reference_data.store import Store

    try:
        return Store(Path(job.reference)).sets()
    except InputError:
        raise EngineError("The reference data cannot be used.") from None


def _options(job: Job) -> dict[str, Any]:
    options: dict[str, Any] = dict(job.options)
    if "today" in options:
        options["today"] = datetime.date.fromisoformat(options["today"])
    return options


if __name__ == "__main__":
    main()
