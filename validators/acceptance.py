"""The file of accepted findings (TOML): what the owner of the data lives with for now, and until when.

[[accepted]]
fingerprint = "0123456789ab"
reason = "The old system cannot send it; it is replaced in the autumn"
owner = "Data quality team"
until = 2026-12-31
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from validators.accepted import AcceptedEntry
from validators.errors import InputError
from validators.finding import Accepted
from validators.mend_first import mend_first
from validators.report import counts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from validators.accepted import State
    from validators.finding import Finding
    from validators.report import Report

MOST_BYTES = 1024 * 1024
LONGEST = 500
KEYS = ("fingerprint", "reason", "owner", "until")
_FINGERPRINT = re.compile("[0-9a-f]{12}")
_HOW = 'An entry is [[accepted]] with fingerprint = "…", reason = "…", owner = "…" and until = 2026-12-31.'


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding that is accepted, by whom, why and until which day."""

    fingerprint: str
    reason: str
    owner: str
    until: date

    def toml(self) -> str:
        """The entry as it stands in the file."""
        texts = {"fingerprint": self.fingerprint, "reason": self.reason, "owner": self.owner}
        lines = (f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in texts.items())
        return "\n".join(("[[accepted]]", *lines, f"until = {self.until.isoformat()}\n"))


def read_accepted(path: Path) -> tuple[Entry, ...]:
    """The entries of a file. InputError, which names the entry and no content, where something is wrong."""
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
        content = tomllib.loads(text[:MOST_BYTES].decode("utf-8"))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError(f"The file of accepted findings {path} cannot be read: {why}.") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path} is not TOML in UTF-8. {_HOW}") from None
    if len(text) > MOST_BYTES:
        raise InputError(f"{path} is larger than {MOST_BYTES // 1024:,} KiB. {_HOW}")
    listed = content.pop("accepted", [])
    if content or not isinstance(listed, list):
        raise InputError(f"{path} holds something else than [[accepted]] entries. {_HOW}")
    entries = tuple(_entry(path, number, given) for number, given in enumerate(listed, start=1))
    _check_once(path, entries)
    return entries


def _entry(path: Path, number: int, given: Any) -> Entry:
    where = f"Entry {number} of {path}"
    if not isinstance(given, dict) or set(given) != set(KEYS):
        missing = [key for key in KEYS if not isinstance(given, dict) or key not in given]
        what = f"has no {', no '.join(missing)}" if missing else "has a key that no entry has"
        raise InputError(f"{where} {what}. {_HOW}")
    if not isinstance(given["fingerprint"], str) or not _FINGERPRINT.fullmatch(given["fingerprint"]):
        raise InputError(f"{where} has no fingerprint of 12 characters 0 to 9 and a to f, as the report prints it.")
    if not isinstance(given["until"], date) or isinstance(given["until"], datetime):
        raise InputError(f"{where} has no day in until. Expected a day without quotation marks: until = 2026-12-31")
    return Entry(given["fingerprint"], _text(where, given, "reason"), _text(where, given, "owner"), given["until"])


def _text(where: str, given: Mapping[str, Any], key: str) -> str:
    text = given[key]
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise InputError(f"{where} has no text of 1 to {LONGEST} characters in {key}.")
    return text.strip()


def _check_once(path: Path, entries: Sequence[Entry]) -> None:
    first: dict[str, int] = {}
    for number, entry in enumerate(entries, start=1):
        before = first.setdefault(entry.fingerprint, number)
        if before != number:
            raise InputError(f"Entries {before} and {number} of {path} name the same fingerprint. Keep one of them.")


def accept(report: Report, entries: Sequence[Entry]) -> Report:
    """The report with its accepted findings marked, and with what became of each entry. Errors are never accepted."""
    found = {finding.fingerprint: finding for finding in report.findings}
    told = tuple(_told(entry, found.get(entry.fingerprint), report.today) for entry in entries)
    used = {entry.fingerprint: entry for entry, said in zip(entries, told, strict=True) if said.state == "used"}
    findings = tuple(_marked(finding, used) for finding in report.findings)
    return report.model_copy(
        update={
            "findings": findings,
            "accepted": told,
            "counts": counts_of(findings),
            "mend_first": mend_first(findings, report.data_items, report.tables),
        }
    )


def _marked(finding: Finding, used: Mapping[str, Entry]) -> Finding:
    entry = used.get(finding.fingerprint)
    if entry is None:
        return finding
    return finding.model_copy(update={"accepted": Accepted(reason=entry.reason, owner=entry.owner, until=entry.until)})


def _told(entry: Entry, finding: Finding | None, today: date) -> AcceptedEntry:
    state, said = _outcome(entry, finding, today)
    return AcceptedEntry(
        fingerprint=entry.fingerprint,
        state=state,
        said=said,
        rule_id=finding.rule_id if finding else None,
        title=finding.title if finding else None,
        reason=entry.reason,
        owner=entry.owner,
        until=entry.until,
    )


def _outcome(entry: Entry, finding: Finding | None, today: date) -> tuple[State, str]:
    until = f"{entry.until.day} {entry.until:%B %Y}"
    if finding is None:
        return "unused", "This report has no such finding. Take the entry out of the file."
    if finding.severity == "error":
        return "refused", "An error cannot be accepted away: what is left out because of it stays left out. Mend it."
    if entry.until < today:
        return "expired", f"It was accepted until {until}. Mend it, or decide anew."
    return "used", f"Accepted until {until}."
