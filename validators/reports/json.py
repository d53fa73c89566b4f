"""The report as JSON: every key, always in the same order, characters as they are but for those that hide."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from validators.reports.plain import UNSEEN

if TYPE_CHECKING:
    from validators.report import Report
    from validators.reports import Look

_HIDING = re.compile(f"{UNSEEN.pattern}|[\x85\u2028\u2029]")


def write(report: Report, look: Look) -> bytes:  # noqa: ARG001 - every form is called alike
    """The report in UTF-8. What could hide or turn text is written as an escape: a reader gets the same text back."""
    written = json.dumps(report.model_dump(mode="json"), ensure_ascii=False, indent=2, allow_nan=False)
    return (escape_hiding(written) + "\n").encode()


def escape_hiding(written: str) -> str:
    """JSON that says the same, in which nothing hides."""
    return _HIDING.sub(_escaped, written)


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]
