"""The findings as CSV: one line a finding, columns that stay, for programs that join and count.

RFC 4180, UTF-8 without a mark at its start. Text that a spreadsheet program could take for a formula begins with an
apostrophe. Columns are added at the end and never renamed or moved; `report_schema` changes where one has to go.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from validators.reports import sources, story, words
from validators.reports.formulas import guarded
from validators.reports.links import linked
from validators.reports.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validators.finding import Finding, Sample
    from validators.report import Report
    from validators.reports import Look

    Cell = str | int | float | None

#: what parts several entries in one cell
BETWEEN = "|"

COLUMNS = (
    "severity",
    "title",
    "message",
    "fix",
    "mend",
    "failed_rows",
    "assessed_rows",
    "rate",
    "threshold",
    "counted",
    "received",
    "expected",
    "suggestion",
    "table",
    "data_items",
    "rule_id",
    "cause",
    "action",
    "why",
    "fingerprint",
    "file",
    "sample_rows",
    "sample_lines",
    "sample_keys",
    "samples_revealed",
    "provider",
    "period_start",
    "period_end",
    "verdict",
    "release",
    "report_id",
    "report_schema",
    "copy",
    "accepted_until",
    "change",
    "source_columns",
    "source_rows",
    "hides",
    "rule_page",
    "release_status",
)


def write(report: Report, look: Look) -> bytes:
    """The findings in UTF-8, in the order of the other forms, below one line of column names."""
    written = StringIO(newline="")
    # All text is quoted, so that a program that parts cells at semicolons makes no formula of half a cell.
    writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    told = _of_the_report(report)
    for finding in story.in_order(report):
        cells = _of_the_finding(report, finding) | told | {"rule_page": linked(finding, look)}
        writer.writerow([_cell(cells[column]) for column in COLUMNS])
    return written.getvalue().encode()


def _of_the_finding(report: Report, finding: Finding) -> dict[str, Cell]:
    return {
        "severity": finding.severity,
        "title": finding.title,
        "message": finding.message,
        "fix": finding.fix,
        "mend": finding.mend,
        "failed_rows": finding.failed_rows,
        "assessed_rows": finding.assessed_rows,
        "rate": finding.rate,
        "threshold": finding.threshold,
        "counted": finding.counted,
        "received": words.received(finding),
        "expected": finding.cause.expected,
        "suggestion": finding.cause.suggestion,
        "table": finding.table,
        "data_items": BETWEEN.join(finding.data_items),
        "rule_id": finding.rule_id,
        "cause": finding.cause.kind,
        "action": finding.action,
        "why": finding.why,
        "fingerprint": finding.fingerprint,
        "file": story.file_of(report, finding.table),
        "accepted_until": finding.accepted.until.isoformat() if finding.accepted else None,
        "hides": BETWEEN.join(finding.hides),
        "source_columns": sources.columns([finding]),
        "change": story.change_of(report, finding),
        **_samples(finding.samples),
    }


def _samples(samples: Iterable[Sample]) -> dict[str, Cell]:
    shown = list(samples)
    return {
        "sample_rows": _joined(sample.row for sample in shown),
        "sample_lines": _joined(sample.line for sample in shown),
        "sample_keys": _joined(sample.key for sample in shown),
        "source_rows": _joined(sources.row(sample) if sample.source else None for sample in shown),
        "samples_revealed": _joined(words.revealed(sample) or None for sample in shown),
    }


def _joined(parts: Iterable[str | int | None]) -> str:
    """The parts in one cell, an empty place where there is none; nothing where all are."""
    texts = ["" if part is None else str(part) for part in parts]
    return BETWEEN.join(texts) if any(texts) else ""


def _of_the_report(report: Report) -> dict[str, Cell]:
    sent = report.submission
    return {
        "provider": sent.provider,
        "period_start": sent.period_start.isoformat() if sent.period_start else None,
        "period_end": sent.period_end.isoformat() if sent.period_end else None,
        "verdict": report.verdict,
        "release": report.release,
        "release_status": report.release_status,
        "report_id": report.report_id,
        "report_schema": report.report_schema,
        "copy": report.copy_kind,
    }


def _cell(content: Cell) -> Cell:
    """A number as it is, nothing as nothing, and text made harmless."""
    return guarded(plain(content, 4000)) if isinstance(content, str) else "" if content is None else content
