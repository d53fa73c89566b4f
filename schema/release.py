"""Releases: everything in force in one published version of the data set, found by number or period; and published."""

from __future__ import annotations

import functools
import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from schema.release_folder import INFO, Release
from schema.release_info import ReleaseDates, ReleaseError, ReleaseInfo, version_order

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent / "releases"


def available() -> list[str]:
    """The versions that are in the folder of releases, oldest first, whatever their status."""
    found = (path.parent.name for path in FOLDER.glob(f"*/{INFO}"))
    return sorted((name for name in found if re.fullmatch("[0-9]+[.][0-9]+[.][0-9]+", name)), key=version_order)


@functools.cache
def load(version: str) -> Release:
    """The release of that version; ReleaseError where there is none."""
    if version not in available():
        raise ReleaseError(f"There is no release {version!r}. There is {', '.join(available()) or 'none yet'}.")
    path = FOLDER / version
    return Release(path, ReleaseInfo.from_dict(json.loads((path / INFO).read_bytes())))


def dates() -> tuple[ReleaseDates, ...]:
    """When each release applies, oldest first."""
    return tuple(load(version).info.dates for version in available())


def release_for(period: str | date) -> Release:
    """The release in force for a reporting period, named by its month (YYYY-MM), its first day or a date.

    Where several are in force, the newest. ReleaseError where none is.
    """
    day = _first_day(period)
    in_force = [known.version for known in dates() if known.in_force(day)]
    if not in_force:
        published = (known for known in dates() if known.status != "draft")
        spans = ", ".join(f"{known.version} from {known.implementation_from}" for known in published)
        raise ReleaseError(f"No release is in force for a period that starts on {day}. There is {spans or 'none yet'}.")
    return load(in_force[-1])


def newest() -> Release:
    """The newest release that is no draft: what is not told its period is judged by it."""
    return load([known.version for known in dates() if known.status != "draft"][-1])


def _first_day(period: str | date) -> date:
    if isinstance(period, date):
        return period
    try:
        return date.fromisoformat(f"{period}-01" if len(period) == len("2026-04") else period)
    except ValueError:
        raise ReleaseError(f"{period!r} is no reporting period. Expected a month such as 2026-04.") from None


def build(version: str, into: Path | None = None, *, draft: bool = False) -> Path:
    """Write the release folder of `version` from the definitions of this checkout; the folder.

    ReleaseError where that would change a release that is already published. With `draft` it is written as a draft
    all the same, and may be written again until it is built without.
    """
    from schema.publish import folder

    written = folder.build(version, into or FOLDER / version, draft=draft)
    load.cache_clear()
    return written


def verify(version: str) -> tuple[str, ...]:
    """What is wrong with a release, in words: digests, files too many or too few, and whether it is built again alike.

    Empty where all is well.
    """
    from schema.publish import folder

    return folder.verify(load(version))


@functools.cache
def pages(release: Release) -> Mapping[str, bytes]:
    """The pages for people, by file name: made from the folder, in which they do not lie."""
    from schema.publish.pages import pages as made

    return made(release)


def bundled(release: Release) -> Mapping[str, bytes]:
    """The folder and the pages, by their path below the folder in which that of the release stands."""
    from schema.publish.pages import FOLDER as PAGES

    files = {name: release.read(name) for name in (INFO, *release.info.files)}
    files |= {f"{PAGES}/{name}": page for name, page in pages(release).items()}
    return {f"{release.version}/{name}": content for name, content in files.items()}


def bundle(version: str) -> bytes:
    """What is bundled as a zip, the same to the byte wherever it is made."""
    from schema.publish.bundle import zipped

    return zipped(bundled(load(version)))
