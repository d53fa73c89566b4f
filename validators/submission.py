"""A submission: its tables, opened, from a folder, a zip archive or one file."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from validators.errors import InputError
from validators.limits import Limits
from validators.readers import READERS, reader
from validators.readers.background import Background
from validators.readers.columns import nearly
from validators.readers.content import ENDING, NAMES, PACKED, SENT_AS, content_of, parse_name, unreadable
from validators.readers.faults import fault
from validators.readers.opening import Opening
from validators.readers.received import Received, archive_files, check_readable, folder_files, printable
from validators.readers.unpack import Budget, unpack

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from types import TracebackType

    from validators.origins import Origins
    from validators.source import Digest, Record, Source, StructureFault, TableShape

#: formats of which one file may hold several tables
HOLDS_SEVERAL = frozenset({"xlsx", "json"})
#: in a text that names what could have been sent
EXPECTED = "a folder or a zip with one file a table (person.csv, header.json …), or one such file"


@dataclass
class Submission:
    """The opened tables. Leaving it removes every file that was made.

    `single`: it was sent as one file that holds one table. `ignored`: files that were not read, each with the reason.
    `origins`: where each table comes from that a mapping has made. `faults`: what is wrong with what was sent as a
    whole, rather than with one of its files.
    """

    name: str
    workdir: Path
    sources: dict[str, Source] = field(default_factory=dict)
    single: bool = False
    ignored: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    faults: tuple[StructureFault, ...] = ()
    origins: Mapping[str, Origins] = field(default_factory=dict)

    @cached_property
    def header(self) -> Record | None:
        """The first record of the header as received; None where there is none."""
        source = self.sources.get("header")
        return next((record for _, _, record in source.records()), None) if source else None

    def close(self) -> None:
        """Stop what still reads, and remove every file that was made."""
        for source in self.sources.values():
            source.close()
        shutil.rmtree(self.workdir, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_submission(
    path: Path,
    shapes: Mapping[str, TableShape],
    *,
    table: str | None = None,
    workdir: Path | None = None,
    limits: Limits | None = None,
) -> Submission:
    """Open what `path` holds. `table` names the table of a single file. Files are made in a folder of its own below
    `workdir` (the system's folder for such, where none is given).

    Raises InputError where something cannot be read at all; what is wrong and can be read past is a fault.
    """
    limits = limits or Limits()
    if table is not None and table not in shapes:
        raise InputError(f"There is no table {table} in this release. Its tables are {', '.join(shapes)}.")
    own = Path(tempfile.mkdtemp(prefix="plusmds-", dir=workdir))
    submission = Submission(printable(path.name), own)
    try:
        _open_all(submission, path, shapes, table, limits)
    except BaseException as error:
        submission.close()
        if isinstance(error, OSError):
            raise InputError(f"{submission.name}: it cannot be read: {error.strerror}.") from error
        raise
    return submission


def open_table(path: Path, *, workdir: Path, shape: TableShape | None = None, limits: Limits | None = None) -> Source:
    """Open one file as one table. Without a shape, records hold every column under its own name."""
    table = shape.name if shape else "table"
    opener = _Opener({table: shape} if shape else {}, Path(workdir), limits or Limits())
    return next(opener.sources(Received(printable(path.name), path), table))


def _open_all(
    submission: Submission, path: Path, shapes: Mapping[str, TableShape], table: str | None, limits: Limits
) -> None:
    opener = _Opener(shapes, submission.workdir, limits)
    if not path.exists():
        raise InputError(f"{path.name}: there is no such file or folder.")
    archive = path.is_file() and content_of(path) == "zip"
    if not path.is_dir() and not archive:
        if table is None and parse_name(path.name).format == "zip":
            raise InputError(
                f"{submission.name}: its name says that it is a zip archive, and it is none. Make the archive anew."
            )
        opener.add(submission, Received(printable(path.name), path), table or _table_of(path.name, shapes))
        submission.single = len(submission.sources) == 1
        return
    if table is not None:
        raise InputError(f"{path.name}: a table can be named for a single file alone, not for a folder or an archive.")
    files = archive_files(path, limits) if archive else folder_files(path, limits)
    named, others = _by_name(files, shapes)
    if not named:
        named, others = _one_that_holds_several(others)
    if not named:
        raise InputError(f"{path.name}: no file in it is named after a table ({', '.join(shapes)}). Send {EXPECTED}.")
    for file, name in named:
        opener.add(submission, file, name)
    submission.ignored = tuple((file.name[-100:], _why_ignored(file, shapes)) for file in others)
    submission.faults = tuple(_misnamed(others, shapes, submission.sources))


def _misnamed(
    files: Sequence[Received], shapes: Mapping[str, TableShape], sent: Collection[str]
) -> Iterator[StructureFault]:
    """Files that are nearly named after a table that was not sent: a build must not pass because they were not read."""
    near = {_nearly(file, shapes): file for file in files if not file.name.endswith("/")}
    for table in shapes:
        if table in near and table not in sent:
            yield fault("misnamed_file", table, expected=f"{table}{_ending(near[table])}")


def _nearly(file: Received, shapes: Mapping[str, TableShape]) -> str | None:
    """The table after which a file that could be read is nearly named."""
    parsed = parse_name(file.name)
    return nearly(parsed.stem, shapes) if parsed.format is not None else None


def _ending(file: Received) -> str:
    """What follows the name of the table: `.csv`, `.csv.gz`."""
    return file.name.lower()[len(parse_name(file.name).stem) :]


def _table_of(name: str, shapes: Mapping[str, TableShape]) -> str | None:
    stem = parse_name(name).stem
    return stem if stem in shapes else None


def _by_name(
    files: Sequence[Received], shapes: Mapping[str, TableShape]
) -> tuple[list[tuple[Received, str | None]], list[Received]]:
    """Files that are named after a table, with an ending that says a format or none; and the others."""
    named: list[tuple[Received, str | None]] = []
    others: list[Received] = []
    for file in files:
        parsed = parse_name(file.name)
        known = parsed.format is not None and parsed.format != "zip"
        if parsed.stem in shapes and known and not file.name.endswith("/"):
            named.append((file, parsed.stem))
        else:
            others.append(file)
    return named, others


def _one_that_holds_several(files: Sequence[Received]) -> tuple[list[tuple[Received, str | None]], list[Received]]:
    several = [file for file in files if parse_name(file.name).format in HOLDS_SEVERAL]
    if len(several) != 1:
        return [], list(files)
    return [(several[0], None)], [file for file in files if file is not several[0]]


def _why_ignored(file: Received, shapes: Mapping[str, TableShape]) -> str:
    if file.name.endswith("/"):
        return "It is a folder."
    parsed = parse_name(file.name)
    if parsed.stem.partition(".")[0] in shapes:
        return "Its ending says no format that is read. " + SENT_AS
    near = _nearly(file, shapes)
    meant = f" If it is that table, name it {near}{_ending(file)}." if near else ""
    return f"It is not named after a table.{meant}"


class _Opener:
    """Opens files one after another; what is unpacked counts together."""

    def __init__(self, shapes: Mapping[str, TableShape], workdir: Path, limits: Limits) -> None:
        self.shapes = shapes
        self.workdir = workdir
        self.limits = limits
        self.budget = Budget(limits)
        self._files = 0

    def add(self, submission: Submission, file: Received, table: str | None) -> None:
        """Open the tables of one file."""
        if table in submission.sources:
            self._twice(table, submission.sources[table].name, file.name)
        for source in self.sources(file, table):
            if source.table in submission.sources:
                source.close()
                self._twice(source.table, submission.sources[source.table].name, file.name)
            submission.sources[source.table] = source

    def _twice(self, table: str, one: str, other: str) -> None:
        raise InputError(f"Two files hold the table {table}: {one} and {other}. Send one of them.")

    def sources(self, file: Received, table: str | None) -> Iterator[Source]:
        """What one file holds."""
        check_readable(file.path, file.name)
        file = file.unpacked(self._new_path(), self.budget)
        size = file.path.stat().st_size
        if size > self.limits.max_bytes:
            raise InputError(f"{file.name}: it has {size:,} bytes, and at most {self.limits.max_bytes:,} are read.")
        parsed = parse_name(file.name)
        path, digest, packed = self._unpacked(file)
        kind = content_of(path)
        if kind in PACKED.values():
            raise InputError(f"{file.name}: it is packed twice. Pack it once.")
        form = _format_of(kind, parsed.format, file.name)
        faults: list[StructureFault] = []
        if packed != parsed.packed:
            faults.append(
                _wrong_ending(table or next(iter(self.shapes), "table"), packed or form, parsed.packed or "csv")
            )
        elif parsed.format and form != parsed.format and kind != "empty":
            faults.append(_wrong_ending(table or next(iter(self.shapes), "table"), form, parsed.format))
        opening = Opening(
            path=path,
            name=file.name,
            bytes=size,
            table=table,
            shapes=self.shapes if table is None else {t: s for t, s in self.shapes.items() if t == table},
            workdir=self.workdir,
            limits=self.limits,
            digest=digest,
            faults=tuple(faults),
        )
        yield from reader(form)(opening)

    def _new_path(self) -> Path:
        self._files += 1
        return self.workdir / f"received-{self._files}"

    def _unpacked(self, file: Received) -> tuple[Path, Background[Digest] | None, str | None]:
        packed = content_of(file.path)
        if packed not in PACKED.values():
            return file.path, None, None
        target = self._new_path()
        digest = unpack(file.path, file.name, packed, target, self.budget)
        return target, Background(lambda _: digest), packed


def _format_of(kind: str, named: str | None, name: str) -> str:
    """The reader for a file: by its content where that can be told."""
    if kind == "empty":
        return "csv"
    if kind == "object":
        return "ndjson" if named == "ndjson" else "json"
    if kind == "csv" and named in {"json", "ndjson"}:
        return named
    if kind not in READERS:
        raise unreadable(name, kind)
    return kind


def _wrong_ending(table: str, found: str, named: str) -> StructureFault:
    return fault("wrong_ending", table, what=NAMES[found], ending=NAMES[named], right=ENDING.get(found, found))
