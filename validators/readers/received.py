"""The files of a submission as they came: out of a folder, a zip archive, or one alone."""

from __future__ import annotations

import re
import stat
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators.errors import InputError
from validators.readers.unpack import unpack_member

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from validators.limits import Limits
    from validators.readers.unpack import Budget

#: folders of one name within another that are gone down into, where there is nothing else
DEPTH = 4
#: what systems put beside people's files
LITTER = re.compile(r"(?i)(^|/)(__macosx/|\.[^/]*|~\$[^/]*|thumbs\.db$|desktop\.ini$)")


@dataclass(frozen=True, slots=True)
class Received:
    """One file. `name` is what its sender called it, printable; `member` is set while it is still in an archive."""

    name: str
    path: Path
    member: zipfile.ZipInfo | None = None

    def unpacked(self, target: Path, budget: Budget) -> Received:
        """The file out of its archive, at `target`; itself where it is in none."""
        if self.member is None:
            return self
        with opened(self.path) as archive:
            unpack_member(archive, self.member, target, budget)
        return Received(self.name, target)


def printable(name: str) -> str:
    """A name as it may stand in a report or on a terminal: what is no character, or steers one, is replaced."""
    return "".join(character if character.isprintable() else "\ufffd" for character in name)


def check_readable(path: Path, name: str) -> None:
    """Raise InputError where reading would wait, go on for ever, or lead nowhere."""
    if not path.is_file():
        raise InputError(
            f"{name}: it is no plain file, but a pipe, a device, a folder or a link that leads nowhere. "
            "Save what it gives as a file, and send that."
        )


def folder_files(folder: Path, limits: Limits, depth: int = 0) -> list[Received]:
    """The files of a folder; where it holds one folder and nothing else, those of that one."""
    entries = sorted(entry for entry in folder.iterdir() if not LITTER.search(_name_in_folder(entry)))
    if len(entries) > limits.max_files:
        raise InputError(f"{folder.name}: it holds more than {limits.max_files:,} files. Send the tables alone.")
    if len(entries) == 1 and entries[0].is_dir() and depth < DEPTH:
        return folder_files(entries[0], limits, depth + 1)
    return [Received(_name_in_folder(entry), entry) for entry in entries]


def _name_in_folder(entry: Path) -> str:
    return printable(entry.name) + ("/" if entry.is_dir() else "")


def opened(path: Path) -> zipfile.ZipFile:
    """A zip archive, or the error that says why not."""
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(
            f"{path.name}: the zip archive is cut off or damaged. Make it anew, and send it again."
        ) from error


def archive_files(path: Path, limits: Limits) -> list[Received]:
    """The members of a zip archive, without the folders that they all lie in."""
    with opened(path) as archive:
        members = archive.infolist()
    if len(members) > limits.max_files:
        raise InputError(f"{path.name}: it holds more than {limits.max_files:,} files. Send the tables alone.")
    found = [(_safe_name(path.name, member), member) for member in members]
    files = [(name, member) for name, member in found if not member.is_dir() and not LITTER.search(name)]
    root = _common_root([name for name, _ in files])
    return [Received(printable(name[root:]), path, member) for name, member in files]


def _safe_name(archive: str, member: zipfile.ZipInfo) -> str:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise InputError(f"{archive}: a name in it leads out of the archive, so none of it is read. Make it anew.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise InputError(f"{archive}: it holds a link in place of a file, so none of it is read. Pack the files.")
    return name


def _common_root(names: Sequence[str]) -> int:
    """How many characters the folders take that all names begin with."""
    roots: Iterator[str] = (name.rpartition("/")[0] for name in names)
    first = next(roots, "")
    while first and not all(f"{name}/".startswith(f"{first}/") for name in names):
        first = first.rpartition("/")[0]
    return len(first) + 1 if first else 0
