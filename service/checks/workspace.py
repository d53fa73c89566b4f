"""Folders that files lie in while they are checked. They are removed with the check; those of a service that was
killed are removed when the next one starts."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from service.logs import log

_PREFIX = "service-"
_LOCK = "lock"


class Workspace:
    """The folder of one running service, locked as long as it runs."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        _remove_left_behind(data_dir)
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=data_dir))
        self._lock = os.open(self.folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    @contextmanager
    def check(self) -> Generator[Path]:
        """A folder for one check, with `in` for its file and `out` for what is made; gone afterwards."""
        folder = Path(tempfile.mkdtemp(prefix="check-", dir=self.folder))
        try:
            (folder / "in").mkdir()
            (folder / "out").mkdir()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def writable(self) -> bool:
        """Whether a file can be written at present."""
        try:
            with tempfile.TemporaryFile(dir=self.folder) as file:
                file.write(b"0")
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Remove the folder. The workspace is of no use afterwards."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def _remove_left_behind(data_dir: Path) -> None:
    left = [folder for folder in data_dir.glob(f"{_PREFIX}*") if not _in_use(folder)]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    if left:
        log("left_behind", removed=len(left))


def _in_use(folder: Path) -> bool:
    """A folder without a lock is one that another service is making at this moment."""
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR)
    except OSError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False
