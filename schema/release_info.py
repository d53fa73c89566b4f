"""What a release says of itself: its status, the periods it applies to, and the digests of its files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

Status = Literal["draft", "published", "active", "deprecated", "retired"]
#: a submission may follow a release of one of these
IN_USE: frozenset[str] = frozenset({"published", "active", "deprecated"})

NOTICE = (
    "A proposed specification: no Information Standards Notice stands behind it, and it is not an NHS standard. "
    "For sending record-level data no lawful basis is established yet."
)
APPROVAL_FIELDS = frozenset(
    {"provider", "code", "lawful_basis", "dpia_reference", "approver", "approved_from", "approved_until"}
)


class ReleaseError(ValueError):
    """A release that is not there, or cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class ReleaseDates:
    """When a release applies: days are dates, None is open."""

    version: str
    status: str
    implementation_from: date
    conformance_from: date | None = None
    retired_on: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether a period that starts on `day` is judged by this release."""
        return self.status in IN_USE and self.implementation_from <= day <= (self.retired_on or date.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseInfo:
    """release.json. Days are texts, YYYY-MM-DD; `files` maps each file of the folder to its digest."""

    version: str
    title: str
    status: Status
    #: None while it is a draft
    published_on: str | None = None
    implementation_from: str
    conformance_from: str | None = None
    retired_on: str | None = None
    proposed: bool = True
    notice: str = NOTICE
    restricted_approvals: tuple[Mapping[str, str], ...] = ()
    tables: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.status not in get_args(Status):
            raise ReleaseError(f"{self.version}: status is {self.status!r}; expected one of {get_args(Status)}.")
        if self.status != "draft" and not self.published_on:
            raise ReleaseError(f"{self.version} is {self.status}: say in published_on from which day.")
        for approval in self.restricted_approvals:
            missing = APPROVAL_FIELDS - {name for name, text in approval.items() if text}
            if missing:
                raise ReleaseError(f"{self.version}: a restricted approval lacks {', '.join(sorted(missing))}.")

    @property
    def digest(self) -> str:
        """One digest for all that is frozen: the files and the approvals, not the status and the days."""
        frozen = {"version": self.version, "approvals": self.restricted_approvals, "files": self.files}
        return digest(json.dumps(frozen, sort_keys=True, separators=(",", ":")).encode())

    @property
    def dates(self) -> ReleaseDates:
        """When the release applies."""
        return ReleaseDates(
            self.version,
            self.status,
            date.fromisoformat(self.implementation_from),
            _day(self.conformance_from),
            _day(self.retired_on),
        )

    def to_dict(self) -> dict[str, Any]:
        """release.json; what is absent is null there, so that every key is always to be found."""
        shown = {f.name: getattr(self, f.name) for f in fields(self)}
        lists = {"restricted_approvals": [dict(a) for a in self.restricted_approvals], "tables": list(self.tables)}
        return {**shown, **lists, "digest": self.digest, "files": dict(self.files)}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> ReleaseInfo:
        """The information read back from release.json, or from the table of a release in releases.toml."""
        known = {f.name for f in fields(cls)}
        shown: dict[str, Any] = {name: value for name, value in given.items() if name in known}
        shown |= {name: tuple(given.get(name, ())) for name in ("restricted_approvals", "tables")}
        return cls(**shown)


def digest(content: bytes) -> str:
    """The digest of a file of a release: the algorithm and its hexadecimal sum."""
    import hashlib

    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def version_order(version: str) -> tuple[int, ...]:
    """What releases are sorted by: 1.10.0 comes after 1.9.0."""
    return tuple(int(part) for part in version.split("."))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
