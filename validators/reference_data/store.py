"""The folder in which loaded reference data lie: for each set a Parquet file, and a manifest that names it.

A set is there when its manifest is: both are written beside, and the manifest is put in its place last, at one stroke.
The file of the set before stays until the next load, because a check may be reading it.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from validators.errors import InputError
from validators.reference_data.intact import intact
from validators.reference_data.kinds import KINDS
from validators.reference_data.sets import Part, StoredSet

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from validators.reference_data.manifest import Manifest

MANIFEST = ".json"
_LOCK = "lock"
_STAGING = "loading-"


class Store:
    """The loaded sets of one installation; the command line and the service share them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def parts(self, kind: str | None = None) -> list[Part]:
        """Every loaded file, or those of one kind, by name. InputError where a manifest cannot be read."""
        found = [self._part(path) for path in sorted(self.folder.glob(f"*{MANIFEST}"))]
        return [part for part in found if kind is None or part.manifest.kind == kind]

    def readable(self, kind: str | None = None) -> Iterator[Part]:
        """Every loaded file that can be read: what is damaged is mended by loading it again, beside the others."""
        for path in sorted(self.folder.glob(f"*{MANIFEST}")):
            try:
                part = self._part(path)
            except InputError:
                continue
            if kind is None or part.manifest.kind == kind:
                yield part

    def _part(self, path: Path) -> Part:
        try:
            manifest = _read(path)
        except (ValueError, OSError) as error:
            raise self._damaged(path, "its manifest cannot be read") from error
        stored = self.folder / manifest.stored
        if stored.parent != self.folder or manifest.kind not in KINDS or not stored.is_file():
            raise self._damaged(path, "its file is not there")
        return Part(manifest, stored)

    def _damaged(self, path: Path, why: str) -> InputError:
        return InputError(
            f"Of the reference data in {self.folder}, {path.stem} cannot be used: {why}. Load it again, or delete "
            f"{path.name}; until then nothing is checked against a part of what was loaded."
        )

    def sets(self) -> dict[str, StoredSet]:
        """What is loaded, by the name that the rules use."""
        parts: dict[str, list[Part]] = {}
        for part in self.parts():
            parts.setdefault(KINDS[part.manifest.kind].set_name, []).append(part)
        return {name: StoredSet(name, tuple(found)) for name, found in parts.items()}

    @contextmanager
    def staging(self) -> Generator[Path]:
        """A folder beside the sets, on the same file system; gone afterwards."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._locked():
            self._clear()
            folder = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self.folder))
            inside = (folder / _LOCK).open("w")
            fcntl.flock(inside, fcntl.LOCK_EX)
        try:
            with inside:
                yield folder
        finally:
            with self._locked():
                shutil.rmtree(folder, ignore_errors=True)

    def _clear(self) -> None:
        """Take away what loads have left behind that were killed: nobody holds a lock in it."""
        for folder in self.folder.glob(f"{_STAGING}*"):
            with (folder / _LOCK).open("w") as inside, suppress(BlockingIOError):
                fcntl.flock(inside, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)

    def install(self, manifest: Manifest, file: Path) -> None:
        """Put a file and its manifest in place. `file` has to lie in a staging folder."""
        name = f"{manifest.kind}-{manifest.name}"
        written = file.with_suffix(MANIFEST)
        written.write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")
        with self._locked():
            kept = {manifest.stored, self._named_before(name)}
            file.replace(self.folder / manifest.stored)
            written.replace(self.folder / f"{name}{MANIFEST}")
            for old in self.folder.glob(f"{name}-*.parquet"):
                if old.name not in kept and _is_file_of(name, old.name):
                    old.unlink(missing_ok=True)

    def _named_before(self, name: str) -> str | None:
        try:
            return _read(self.folder / f"{name}{MANIFEST}").stored
        except (ValueError, OSError):
            return None

    @contextmanager
    def _locked(self) -> Generator[None]:
        with (self.folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def verify(self) -> Iterator[str]:
        """What is wrong with the stored sets, in a sentence each: files are compared with their digests."""
        for path in sorted(self.folder.glob(f"*{MANIFEST}")):
            try:
                part = self._part(path)
            except InputError as error:
                yield str(error)
                continue
            if not intact(part):
                yield f"{part.path.name} is not as it was stored: its digest is another one. Load the set again."


def _read(path: Path) -> Manifest:
    """A manifest; ValueError where it is none. Pydantic is loaded when there is one: mostly there is none."""
    from validators.reference_data.manifest import Manifest

    return Manifest.model_validate_json(path.read_bytes())


def stored_name(kind: str, name: str, digest: str) -> str:
    """The name of the Parquet file of a set."""
    return f"{kind}-{name}-{digest[:12]}.parquet"


def _is_file_of(name: str, file: str) -> bool:
    return re.fullmatch(re.escape(name) + "-[0-9a-f]{12}[.]parquet", file) is not None
