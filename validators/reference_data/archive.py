"""The table in a zip archive: the ONS and the Organisation Data Service publish theirs beside pages to read."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from validators.errors import InputError
from validators.readers.columns import shown
from validators.readers.content import content_of
from validators.readers.unpack import Budget, Unpacking, unpack_member

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from validators.limits import Limits

#: endings of what is read
TABLES = (".csv", ".xlsx", ".json")
#: the table that is meant is at least so many times as large as any other: a directory holds its parts, and lists, too
LARGER = 2
AGAIN = "Fetch the file again."


def unpack_table(path: Path, name: str, target: Path, limits: Limits) -> Path:
    """Unpack the one table of an archive. InputError where there is none, or several that could be meant."""
    if not zipfile.is_zipfile(path):
        raise InputError(f"{name}: it begins as a zip archive or a workbook, and is cut off or damaged. {AGAIN}")
    with Unpacking(name), zipfile.ZipFile(path) as archive:
        unpack_member(archive, _meant(archive.infolist(), name), target, Budget(limits))
    if content_of(target) == "zip":
        raise InputError(f"{name}: it holds an archive that holds an archive. Unpack it, and load the table.")
    return target


def _meant(members: Sequence[zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    tables = [member for member in members if member.filename.lower().endswith(TABLES) and member.file_size]
    if not tables:
        raise InputError(f"{name}: this is a zip archive without a table in it (CSV, JSON or .xlsx). {AGAIN}")
    largest, *others = sorted(tables, key=lambda member: member.file_size, reverse=True)
    if others and largest.file_size < LARGER * others[0].file_size:
        found = shown([member.filename for member in tables])
        raise InputError(f"{name}: it holds several tables: {found}. Unpack it, and load the one that is meant.")
    return largest
