"""Somebody's own extract, checked without writing a program: a mapping in TOML says how it becomes our tables.

Nothing is changed silently. The notes say what was done, and how often; the findings, which column fills which item.
What the mapping does not name (a code, a date of another form) passes unchanged, so that the check finds it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from validators.errors import InputError, stopped
from validators.limits import Limits
from validators.mapping_extract import Extract
from validators.mapping_notes import table_lines
from validators.mapping_origins import header_origins, table_origins
from validators.mapping_rows import RowMaker
from validators.mapping_toml import read_mapping
from validators.mapping_values import iso_date
from validators.readers.columns import missing_columns, shown
from validators.readers.digest import digest_of
from validators.readers.staging import StagedSource, StageWriter
from validators.source import Census, Digest, Source
from validators.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from validators.mapping_rows import Period
    from validators.mapping_toml import MappingFile, TableMap
    from validators.origins import Origins
    from validators.source import StructureFault, TableShape

Note = tuple[str, tuple[str, ...]]


@dataclass(kw_only=True)
class MappedSource(StagedSource):
    """A table that a mapping has made. The faults of the files that it comes from are its faults."""

    files: tuple[Source, ...] = ()

    def fault_rows(self) -> Iterator[tuple[str, str, int, int | None]]:
        """Every place of every fault of the files, with the rows of the files."""
        for file in self.files:
            yield from file.fault_rows()


@dataclass(kw_only=True)
class MappedSubmission(Submission):
    """What a mapping makes of an extract."""

    extract: Extract

    def close(self) -> None:
        """Stop what still reads, and remove every file that was made."""
        self.extract.close()
        super().close()


def open_mapped(
    path: Path,
    mapping_path: Path,
    shapes: Mapping[str, TableShape],
    *,
    workdir: Path,
    limits: Limits | None = None,
) -> MappedSubmission:
    """The tables that a mapping makes of the file or folder `path`.

    Raises InputError where the mapping cannot be followed; the message names its file, the key and what is expected.
    """
    mapping = read_mapping(mapping_path, shapes)
    own = Path(tempfile.mkdtemp(prefix="plusmds-", dir=workdir))
    making: _Making | None = None
    try:
        making = _Making(Extract(path, own / "extract", limits or Limits()), mapping, shapes, own)
        return making.submission()
    except BaseException:
        if making is not None:
            making.extract.close()
        shutil.rmtree(own, ignore_errors=True)
        raise


class _Making:
    """One mapping at work on one extract."""

    def __init__(self, extract: Extract, mapping: MappingFile, shapes: Mapping[str, TableShape], workdir: Path) -> None:
        self._mapping = mapping
        self._shapes = shapes
        self._workdir = workdir
        self.extract = extract
        self._faults_said: set[str] = set()

    def submission(self) -> MappedSubmission:
        """Every table, in the order of the data set."""
        for table in self._mapping.tables:
            self._check(table)
        makers = {table.name: self._maker(table) for table in self._mapping.tables}
        sources: dict[str, Source] = {"header": self._header()} if self._mapping.header else {}
        title = f"{self._mapping.title} ({self._mapping.path.name})"
        notes: list[Note] = [("Mapping", (title, *self._header_lines()))]
        origins: dict[str, Origins] = {}
        if sources:
            origins["header"] = header_origins(self._mapping.header, self._mapping.path.name)
        for name in (name for name in self._shapes if name in makers):
            sources[name] = made = self._made(makers[name])
            origins[name] = table_origins(makers[name], made)
            notes.append(
                (f"Mapping of {name}", tuple(table_lines(makers[name], self._mapping.header.get("local_extensions"))))
            )
        why = f"The mapping {self._mapping.path.name} does not name it."
        ignored = tuple((name, why) for name in self.extract.unread())
        return MappedSubmission(
            name=self.extract.name,
            sources=sources,
            ignored=ignored,
            notes=tuple(notes),
            single="header" not in sources,
            origins=origins,
            extract=self.extract,
            workdir=self._workdir,
        )

    def _check(self, table: TableMap) -> None:
        """Files, columns and the period that a table needs, before any row is made."""
        for feed in table.feeds:
            source = self.extract.file(feed.source, self._told(f"{feed.where_from}.source"))
            for key, column in feed.columns():
                if column not in source.columns:
                    raise self._error(key, _no_column(column, source))
            if feed.period is not None and self._period() is None:
                words = "rows of one period need period_start and period_end in [header], written YYYY-MM-DD"
                raise self._error(f"{feed.where_from}.period", words)

    def _maker(self, table: TableMap) -> RowMaker:
        maker = RowMaker(table, self._period(), self._key())
        with StageWriter(self._workdir / f"{table.name}.mapped.csv", maker.written) as out:
            for feed in table.feeds:
                maker.make(feed, self.extract.file(feed.source, self._error_at), out)
        maker.marks = out.marks
        return maker

    def _made(self, maker: RowMaker) -> MappedSource:
        name = maker.table.name
        shape = self._shapes[name]
        files = tuple({count.source.name: count.source for count in maker.counts}.values())
        read = tuple(source.repaired() if not source.census().simple else source for source in files)
        new = tuple(source for source in read if source.name not in self._faults_said)
        self._faults_said.update(source.name for source in new)
        return MappedSource(
            table=name,
            name=" + ".join(source.name for source in files),
            format=" + ".join(dict.fromkeys(source.format for source in files)),
            bytes=sum(source.bytes for source in files),
            scan_path=self._workdir / f"{name}.mapped.csv",
            columns=maker.written,
            digest=lambda: joined_digest(files),
            shape=shape,
            faults=(*_faults(new, name), *missing_columns(maker.columns, shape)),
            marks=maker.marks,
            counted=Census(sum(c.made for c in maker.counts), sum(source.census().refused for source in read)),
            files=new,
        )

    def _header(self) -> MappedSource:
        header, shape = self._mapping.header, self._shapes["header"]
        content = self._mapping.path.read_bytes()
        with StageWriter(self._workdir / "header.mapped.csv", tuple(header)) as out:
            out.add(1, None, [value.encode() for value in header.values()])
        return MappedSource(
            table="header",
            name=self._mapping.path.name,
            format="toml",
            bytes=len(content),
            scan_path=out.path,
            columns=tuple(header),
            digest=lambda: digest_of(hashlib.sha256(content)),
            shape=shape,
            faults=tuple(missing_columns(header, shape)),
            marks=out.marks,
            counted=Census(1),
        )

    def _header_lines(self) -> Iterator[str]:
        if self._mapping.header:
            yield f"The header is made of constants of the mapping: {', '.join(self._mapping.header)}"

    def _period(self) -> Period | None:
        days = [self._mapping.header.get(item, "") for item in ("period_start", "period_end")]
        return (days[0], days[1]) if all(iso_date(day, ("%Y-%m-%d",)) == day for day in days) else None

    def _key(self) -> bytes:
        """What surrogate ids are made with: the same from month to month, and another one for every provider."""
        secret = self._mapping.surrogate_key or f"plusmds {self._mapping.header.get('provider_org_code', '')}"
        return hashlib.sha256(secret.encode()).digest()

    def _told(self, key: str) -> Callable[[str], InputError]:
        return lambda text: self._error(key, text)

    def _error_at(self, text: str) -> InputError:
        return self._error("source", text)

    def _error(self, key: str, text: str) -> InputError:
        return InputError(f"The mapping {self._mapping.path.name}, {key}: {stopped(text)}")


def joined_digest(sources: Sequence[Source]) -> Digest:
    """The digest of a file, or one digest for several."""
    if len(sources) == 1:
        return sources[0].digest()
    return digest_of(hashlib.sha256("".join(source.sha256 for source in sources).encode()))


def _faults(sources: Sequence[Source], table: str) -> Iterator[StructureFault]:
    for source in sources:
        for fault in source.faults:
            yield dataclasses.replace(fault, table=table, items=(), file=source.name, columns=fault.items)


def _no_column(column: str, source: Source) -> str:
    import difflib

    near = difflib.get_close_matches(column, source.columns, 1)
    hint = f"Is {near[0]} meant?" if near else f"It has {shown(source.columns)}"
    return f"there is no column {column!r} in {source.name}. {hint}"
