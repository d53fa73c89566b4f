"""The places of persons back to whoever sent them: a check that also writes what reference data say of each person.

Derived, marked as derived, and never mixed into what was submitted: files of their own, keyed by row and local id.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from validators.engines import load_engine
from validators.engines.duckdb_enrichment import COLUMNS, CSV, GUARDED, PARQUET, Enrichment
from validators.errors import InputError
from validators.reference_data.kinds import SETS
from validators.reference_data.stamps import stamps
from validators.software import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from validators.context import Context
    from validators.engines.base import Engine
    from validators.report import Report

#: what the files are, and what they were made with
ABOUT = "person_derived.json"
FILES = (CSV, PARQUET, ABOUT)
_WHAT = (
    "Derived by PLUS-MDS from the postcode, small area or decile of each person and from reference data. It was not "
    "submitted, and describes areas, not persons. Areas are those at the end of the reporting period."
)
_GUARDED = (
    "In the CSV alone: yes where an id begins with a character by which a spreadsheet knows a formula (= + - @, tab, "
    "line end). An apostrophe was put before it; take it away to load the id, or load the Parquet file."
)


def enriching_engine(folder: Path) -> Engine:
    """The engine that writes the files of an enrichment to a folder while it checks."""
    engine: Any = load_engine("duckdb")
    return dataclasses.replace(engine, enrichment=Enrichment(folder))


def check_place(folder: Path, path: Path, context: Context) -> None:
    """Make the folder; InputError where it cannot be, would mix what is derived into what was submitted, or for want
    of persons."""
    if "person" not in context.tables_sent:
        raise InputError("There is no person table in it: nobody to find the place of.")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file. Name a folder to write to.")
    if path.is_dir() and folder.resolve().is_relative_to(path.resolve()):
        raise InputError(f"{folder} lies in the submission. What is derived is kept apart: name another folder.")
    folder.mkdir(parents=True, exist_ok=True)


def write_about(folder: Path, report: Report, context: Context) -> None:
    """Say what the files are: whose, for when, out of what, and what each column holds."""
    person = next((file for file in report.submission.files if file.table == "person"), None)
    about = {
        "what": _WHAT,
        "software_version": report.software_version or VERSION,
        "created_at": report.created_at.isoformat(),
        "release": report.release,
        "provider": report.submission.provider,
        "period_start": _iso(report.submission.period_start),
        "period_end": _iso(report.submission.period_end),
        "derived_from_file": person.model_dump(mode="json") if person else None,
        "reference_data": [s.model_dump(mode="json") for s in stamps(context.reference, tuple(SETS)) if s.loaded],
        "core20": report.core20.model_dump(mode="json"),
        "columns": {**COLUMNS, GUARDED: _GUARDED},
    }
    (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _iso(day: Any) -> str | None:
    return day.isoformat() if day is not None else None
