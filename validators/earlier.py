"""Reads a report that was written before, to be compared with. The file may come from anywhere and hold anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import ValidationError

from validators.copies.cells import shown_figures
from validators.errors import InputError
from validators.finding import HIDDEN
from validators.report import REPORT_SCHEMA, Report
from validators.rounding import SMALL, STEP

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from validators.finding import Part, Shown
    from validators.report import SubmissionInfo

#: no report of ours comes near these
MOST_BYTES = 64 * 1024 * 1024
MOST_FIGURES = 40_000
_NAMES = {
    "report_id": re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "release": re.compile("[0-9]{1,4}([.][0-9]{1,4}){2}(-[a-z0-9.]{1,20})?"),
}
#: of a finding, which are repeated where it is gone; a report put together by hand can lack fingerprints
_OF_A_FINDING = {
    "rule_id": re.compile("PMD[0-9]{3}([0-9]{2}|([.][a-z0-9_]{1,64}){2})"),
    "fingerprint": re.compile("([0-9a-f]{12})?"),
}
_PROVIDER = re.compile("[A-Z0-9]{3,6}")
_HOW = "Name a report that plusmds validate wrote with --format json."


def read_report(path: Path) -> Report:
    """The report in a JSON file. InputError, without a word of its content, where it is none."""
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"The earlier report {path} cannot be read: {error.strerror or type(error).__name__}."
        ) from None
    if len(text) > MOST_BYTES:
        raise InputError(f"{path} is larger than any report. {_HOW}")
    try:
        report = Report.model_validate_json(text)
    except (ValidationError, ValueError, RecursionError):
        raise InputError(f"{path} is no report of the form {REPORT_SCHEMA}. {_HOW}") from None
    if sum(1 for _ in shown_figures(report)) > MOST_FIGURES:
        raise InputError(f"{path} holds more figures than any report. {_HOW}")
    named = _are_ours(report, _NAMES) and all(_are_ours(finding, _OF_A_FINDING) for finding in report.findings)
    if not named:
        raise InputError(
            f"{path} was not written by plusmds: its identifier, its release or a finding of it is none of ours. {_HOW}"
        )
    return report


def _are_ours(part: Part, patterns: Mapping[str, re.Pattern[str]]) -> bool:
    return all(pattern.fullmatch(getattr(part, name)) for name, pattern in patterns.items())


def check_comparable(now: Report, before: Report) -> None:
    """Refuse a report of another provider, of a later day or period, on a part of what was sent, or no real copy."""
    sent, sent_before = now.submission, before.submission
    if sent.provider is None or sent.provider != sent_before.provider:
        raise InputError(
            f"The earlier report is {_provider(sent_before.provider)}, and this file is {_provider(sent.provider)}. "
            "Compare with an earlier report of the same provider; where no header is sent, --provider says whose it is."
        )
    if before.slice is not None:
        raise InputError("The earlier report is a slice. Compare with the whole report that it was cut from.")
    _check_day(now, before)
    _check_period(sent, sent_before)
    if before.copy_kind == "shareable" and not all(_is_shown(value) for _, value in shown_figures(before)):
        raise InputError(
            "The earlier report says that it is a shareable copy, and holds counts that no shareable copy shows. Name "
            "the report as plusmds validate wrote it."
        )


def _check_day(now: Report, before: Report) -> None:
    days = ((now.today, before.today), (now.created_at.date(), before.created_at.date()))
    for day, earlier in days:
        if earlier > day:
            raise InputError(
                f"The earlier report is of a later day, {earlier}, than this one, {day}. Compare with a report that "
                "was made before."
            )


def _check_period(sent: SubmissionInfo, before: SubmissionInfo) -> None:
    if before.period_start and before.period_end and before.period_start > before.period_end:
        raise InputError(
            f"The reporting period of the earlier report ends on {before.period_end}, before it begins on "
            f"{before.period_start}. {_HOW}"
        )
    if sent.period_start and before.period_start and before.period_start > sent.period_start:
        raise InputError(
            f"The earlier report is about a later period, from {before.period_start}, than this file, from "
            f"{sent.period_start}. Compare with a report on the same period or on one before it."
        )


def _is_shown(value: Shown) -> bool:
    """Whether a shareable copy can show this."""
    return value == HIDDEN or value == 0 or (value > SMALL and value % STEP == 0)


def _provider(code: str | None) -> str:
    return f"of {code}" if code is not None and _PROVIDER.fullmatch(code) else "of no provider that is known"
