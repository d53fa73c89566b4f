"""The files of an extract: in a folder, in a zip, or one alone. Each is opened once, when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.errors import InputError
from validators.readers.columns import shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from validators.limits import Limits
    from validators.readers.received import Received
    from validators.source import Source


class Extract:
    """Files by name. Columns keep their own names."""

    def __init__(self, path: Path, workdir: Path, limits: Limits) -> None:
        from validators.readers.unpack import Budget

        self.name = path.name
        self._workdir = workdir
        self._limits = limits
        self._budget = Budget(limits)
        self._several, self._files = _files(path, limits)
        self._opened: dict[str, Source] = {}

    def file(self, name: str | None, error: Callable[[str], InputError]) -> Source:
        """A file by its name, or the only one."""
        received = self._received(name, error)
        if received.name not in self._opened:
            self._opened[received.name] = self._open(received)
        return self._opened[received.name]

    def unread(self) -> list[str]:
        """The files of a folder or a zip that nothing reads."""
        return [name for name in self._files if name not in self._opened]

    def close(self) -> None:
        """Stop what still reads."""
        for source in self._opened.values():
            source.close()

    def _received(self, name: str | None, error: Callable[[str], InputError]) -> Received:
        if not self._several:
            return next(iter(self._files.values()))
        if name is None:
            raise error(f"{self.name} holds several files: expected the name of the one to read")
        if name not in self._files:
            raise error(f"there is no file {name!r} in {self.name}. There is {shown(list(self._files)) or 'none'}")
        return self._files[name]

    def _open(self, received: Received) -> Source:
        from validators.submission import open_table

        workdir = self._workdir / str(len(self._opened) + 1)
        workdir.mkdir(parents=True)
        unpacked = received.unpacked(workdir / received.name.rpartition("/")[2], self._budget)
        return open_table(unpacked.path, workdir=workdir, limits=self._limits)


def _files(path: Path, limits: Limits) -> tuple[bool, dict[str, Received]]:
    """Whether there may be several files, and each by its name."""
    from validators.readers.content import content_of
    from validators.readers.received import Received, archive_files, folder_files, printable

    if path.is_dir():
        return True, {file.name: file for file in folder_files(path, limits) if not file.name.endswith("/")}
    if not path.is_file():
        raise InputError(f"{path.name}: there is no such file or folder.")
    if content_of(path) == "zip":
        return True, {file.name: file for file in archive_files(path, limits)}
    return False, {printable(path.name): Received(printable(path.name), path)}
