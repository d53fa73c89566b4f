"""The labels of data items for a report that does not measure them all: a slice measures none."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from schema.release import Release, available, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validators.report import Report


def release_of(report: Report) -> Release | None:
    """The release that a report names; None where it is not here, or is another edition of a draft of that number."""
    if report.release not in available():
        return None
    found = load(report.release)
    return found if found.info.digest == report.release_digest else None


def titles_of(report: Report) -> Mapping[tuple[str, str], str]:
    """The label of each item by (table, name): as the report says, else as its release does."""
    release = release_of(report)
    published = _published(release.version) if release else {}
    return {**published, **{(item.table, item.data_item): item.title for item in report.data_items}}


@cache
def _published(version: str) -> Mapping[tuple[str, str], str]:
    release = load(version)
    return {
        (table, name): told["title"]
        for table in release.info.tables
        for name, told in release.schema(table)["properties"].items()
    }
