"""CSV, and whatever else is text with a separator."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from validators.dictionary_encoding.encoded import CsvForm, encode
from validators.errors import InputError
from validators.readers.apart import Apart, can_be_copied
from validators.readers.background import Background, CancelledError
from validators.readers.census import BLOCK, Mark, Marks, Tally, take_census
from validators.readers.columns import match_columns, own_names
from validators.readers.digest import digest_of
from validators.readers.encoding import UTF_16, utf_8_blocks
from validators.readers.faults import fault
from validators.readers.layout import DELIMITERS, HEAD, Layout, layout_of
from validators.readers.repair import Repair
from validators.readers.rows import all_values, by_mark, parts_with, raw_records, values_of
from validators.readers.scan import csv_relation, scan_name
from validators.readers.staging import StagedSource, StageWriter
from validators.source import Census, Digest, Record, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from validators.dictionary_encoding.blocks import Encoded
    from validators.readers.background import Stop
    from validators.readers.columns import Columns
    from validators.readers.opening import Opening
    from validators.source import StructureFault, TableShape


#: how much larger than the file as received the rewritten one may get; numbering adds some twenty bytes a line
GROWTH: Final = 24
GROWTH_FREE: Final = 64 << 20
#: bytes from which counting is worth a process of its own
LARGE: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class Counted:
    """What one pass over the file gives."""

    digest: Digest
    census: Census
    marks: Marks
    multiline: bool

    def to_json(self) -> list[Any]:
        """The same as JSON."""
        marks = [(mark.offset, mark.row) for mark in self.marks.marks]
        return [self.digest.sha256, self.digest.key.hex(), *astuple(self.census), self.multiline, marks]

    @classmethod
    def from_json(cls, given: list[Any]) -> Counted:
        """Read back from `to_json`."""
        sha256, key, *census, multiline, places = given
        marks = Marks()
        for offset, row in places:
            marks.add(Mark(offset, row, inside=False))
        return cls(Digest(sha256, bytes.fromhex(key)), Census(*census), marks, multiline)


@dataclass(kw_only=True)
class CsvSource(Source):
    """A CSV file that is scanned as it was received, until its census says that it cannot be."""

    layout: Layout
    opening: Opening = field(repr=False)
    counting: Background[Counted] | Apart[Counted] = field(repr=False)
    encoding: Background[Encoded | None] | None = field(default=None, repr=False)

    def census(self) -> Census:
        """The count of records in strict form."""
        return self.counting.result().census

    def relation(self) -> str:
        """The file as received."""
        return csv_relation(self.scan_path, self.columns, self.delimiter)

    def repaired(self) -> Source:
        """The file rewritten, once."""
        return self._repaired

    def close(self) -> None:
        """Stop the census, and encoding."""
        self.counting.cancel()
        if self.encoding is not None:
            self.encoding.cancel()

    def encode(self, threads: int) -> None:
        """Begin to encode the file, unless it is known that it cannot be scanned in place."""
        if self.in_place and self.encoding is None:
            places = [place for place, name in enumerate(self.columns) if name in self.items]
            form = CsvForm(len(self.columns), self.delimiter, self.new_line)
            with suppress(RuntimeError):  # no more threads: the file is scanned
                self.encoding = Background(lambda stop: encode(self.scan_path, form, places, threads, stop))

    def encoded(self) -> Encoded | None:
        """The encoded file: it is given away."""
        begun, self.encoding = self.encoding, None
        return begun.result() if begun else None

    @cached_property
    def _repaired(self) -> StagedSource:
        return repair(self)

    def records(self) -> Iterator[tuple[int, int | None, Record]]:
        """Every record, by Python's own reader; what is not in strict form is read from the rewritten file."""
        if not self.census().simple:
            yield from self.repaired().records()
            return
        with self.opening.path.open("rb") as file:
            for row, (line, values) in enumerate(all_values(file, self.delimiter)):
                if row:
                    yield row, line, self.record(values)

    def fetch(self, rows: Collection[int]) -> dict[int, tuple[int | None, Record]]:
        """The records of a few rows."""
        if not self.census().simple:
            return self.repaired().fetch(rows)
        counted = self.counting.result()
        found: dict[int, tuple[int | None, Record]] = {}
        for mark, wanted in by_mark(sorted(set(rows)), counted.marks):
            for row, record in self._records_at(mark.offset, mark.row, wanted, multiline=counted.multiline):
                found[row] = (None, self.record(values_of(record, self.delimiter)))
        lines = zip(sorted(found), self.line_numbers(sorted(found)), strict=True)
        return {row: (line, found[row][1]) for row, line in lines}

    def _records_at(
        self, offset: int, first: int, wanted: list[int], *, multiline: bool
    ) -> Iterator[tuple[int, bytes]]:
        with self.opening.path.open("rb") as file:
            file.seek(offset)
            if not multiline and wanted[-1] - first < BLOCK:
                lines = file.read(BLOCK).split(b"\n")
                known = [row for row in wanted if row > 0 and row - first < len(lines) - 1]
                yield from ((row, lines[row - first]) for row in known)
                wanted = wanted[len(known) :]
            sought = frozenset(wanted)
            file.seek(offset)
            for row, record in enumerate(raw_records(file), first) if sought else ():
                if row in sought and row > 0:
                    yield row, record
                if row >= wanted[-1]:
                    break

    def copy_rows(self, rows: Iterable[int], path: Path) -> bool:
        """Copy records as they stand, out of the parts of the file that hold them."""
        counted = self.counting.result()
        if not counted.census.simple:
            return False
        with self.opening.path.open("rb") as file, path.open("wb") as out:
            out.write(next(raw_records(file)).rstrip(b"\r\n") + b"\n")
            for block, first, wanted in parts_with(file, rows, counted.marks):
                records = list(raw_records(io.BytesIO(block))) if counted.multiline else block.split(b"\n")
                if wanted[-1] - first >= len(records):
                    raise InputError(f"{self.name}: it was changed while it was read. Check it again.")
                out.writelines(records[row - first].rstrip(b"\r\n") + b"\n" for row in wanted)
        return True

    def line_numbers(self, rows: Iterable[int]) -> Iterator[int | None]:
        """The lines of ascending rows: a sum, where no value goes over a line end."""
        if not self.census().simple:
            yield from self.repaired().line_numbers(rows)
        elif not self.counting.result().multiline:
            above = self.layout.lines_above
            yield from (row + above for row in rows)
        else:
            yield from self._counted_lines(rows)

    def _counted_lines(self, rows: Iterable[int]) -> Iterator[int | None]:
        with self.opening.path.open("rb") as file:
            at, line, known = -1, 1, raw_records(file)
            taken = 0
            for row in rows:
                while at < row:
                    line += taken
                    taken = next(known, b"").count(b"\n")
                    at += 1
                yield line


def read(opening: Opening) -> Iterator[Source]:
    """Open a CSV file: its first block is read, its census begins."""
    table = opening.only_table
    shape = opening.shape(table)
    with opening.path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0\r\n "):
        yield empty_source(opening, table, shape)
        return
    if len(head) == HEAD and b"\n" not in head and b"\r" not in head:
        raise opening.refused(f"its first line is longer than {HEAD:,} bytes. The first line has to name the columns.")
    layout = layout_of(head, shape)
    if layout is None:
        raise opening.refused(_no_names(shape))
    _check_layout(opening, layout)
    yield _source(opening, table, shape, layout, head)


def _no_names(shape: TableShape | None) -> str:
    items = f" of {shape.name}: {', '.join(shape.items[:3])} …" if shape else ""
    return (
        "none of its first lines holds the names of the columns. The first line has to name the data items"
        f"{items}. Add it, or check that the file is the table that its name says."
    )


def _check_layout(opening: Opening, layout: Layout) -> None:
    if layout.width > opening.limits.max_columns:
        raise opening.refused(
            f"it has {layout.width:,} columns, and at most {opening.limits.max_columns:,} are read. "
            "Send the columns of the data set alone."
        )


def _source(opening: Opening, table: str, shape: TableShape | None, layout: Layout, head: bytes) -> Source:
    columns = match_columns(layout.names, shape, layout.lines_above) if shape else own_names(layout.names, table)
    in_place = (
        layout.encoding in {"utf-8", "utf-8-sig"}
        and layout.on_first_line
        and not layout.broken_names
        and layout.new_line != "\r"
        and layout.width > 1
    )
    counting = _counting(opening, lambda stop: _count(opening, layout, stop, in_place=in_place))
    return CsvSource(
        table=table,
        name=opening.name,
        format="csv",
        bytes=opening.bytes,
        scan_path=scan_name(opening.path, opening.workdir, table),
        columns=columns.names,
        digest=lambda: counting.result().digest,
        shape=shape,
        delimiter=layout.delimiter,
        new_line="\n" if layout.new_line == "\r" else layout.new_line,
        in_place=in_place,
        faults=(*opening.faults, *_layout_faults(table, layout, columns), *_no_records(table, layout, head)),
        layout=layout,
        opening=opening,
        counting=counting,
    )


def _layout_faults(table: str, layout: Layout, columns: Columns) -> Iterator[StructureFault]:
    if layout.encoding in UTF_16:
        yield fault("utf_16", table)
    if layout.delimiter != ",":
        yield fault("delimiter", table, what=DELIMITERS[layout.delimiter])
    if layout.titles:
        yield fault("title_lines", table, count=layout.titles)
    yield from columns.faults


def _no_records(table: str, layout: Layout, head: bytes) -> Iterator[StructureFault]:
    """The fault of a file that ends behind its column names, where the rewritten file is not needed to see it."""
    if layout.on_first_line and len(head) < HEAD and layout.encoding not in UTF_16:
        below = head.split(b"\r" if layout.new_line == "\r" else b"\n", layout.lines_above)
        if len(below) <= layout.lines_above or not below[-1].strip():
            yield fault("no_records", table)


def _counting(opening: Opening, count: Callable[[Stop], Counted]) -> Background[Counted] | Apart[Counted]:
    """The pass over the file, begun beside everything else."""
    if opening.bytes >= LARGE and can_be_copied():
        with suppress(OSError):  # there may be no more processes
            return Apart(count, Counted.to_json, Counted.from_json)
    return Background(count)


def _count(opening: Opening, layout: Layout, stop: Stop, *, in_place: bool) -> Counted:
    """The pass over the file: its digest, and its census where it may be scanned in place."""
    tally = Tally(layout.width, layout.delimiter, layout.new_line, opening.limits.max_cell_bytes)
    if not in_place:
        tally.fault = "an encoding, a line end or a beginning that cannot be scanned"
    state = hashlib.sha256()
    max_rows = opening.limits.max_rows

    def see(block: bytes) -> None:
        if stop.is_set():
            raise CancelledError
        if opening.digest is None:
            state.update(block)
        if max_rows is not None and tally.lines - 1 > max_rows:
            raise InputError(f"{opening.name}: it has more than {max_rows:,} records.")

    with opening.path.open("rb", buffering=0) as file:
        take_census(file, tally, see)  # type: ignore[arg-type]  an unbuffered file reads whole blocks of a regular file
    see(b"")
    digest = opening.digest.result() if opening.digest else digest_of(state)
    census = Census(max(tally.lines - 1, 0), simple=not tally.fault, reason=tally.fault)
    return Counted(digest, census, tally.marks, tally.multiline)


def repair(source: CsvSource) -> StagedSource:
    """Rewrite a file into one that can be scanned."""
    opening, layout, table = source.opening, source.layout, source.table
    log = opening.log(table)
    path = opening.staged(table)
    most = GROWTH * source.bytes + GROWTH_FREE
    with opening.path.open("rb") as file, StageWriter(path, source.columns, source.delimiter, most) as out:
        work = Repair(layout, out, log, opening.limits)
        work.run(utf_8_blocks(file, layout.encoding, BLOCK))
    known = [found for found in source.faults if found.kind != "no_records"]
    return StagedSource(
        table=table,
        name=source.name,
        format=source.format,
        bytes=source.bytes,
        scan_path=path,
        columns=source.columns,
        digest=source.digest,
        shape=source.shape,
        delimiter=source.delimiter,
        faults=(*known, *work.faults()),
        marks=out.marks,
        counted=Census(out.records, work.row - out.records),
        log=log,
    )


def empty_source(opening: Opening, table: str, shape: TableShape | None) -> StagedSource:
    """A table without even column names."""
    columns = tuple(f"_absent_{at}" for at in range(1, len(shape.items) + 1)) if shape else ("_column_1",)
    with StageWriter(opening.staged(table), columns) as out:
        pass
    return StagedSource(
        table=table,
        name=opening.name,
        format="csv",
        bytes=opening.bytes,
        scan_path=out.path,
        columns=columns,
        digest=opening.digesting().result,
        shape=shape,
        faults=(*opening.faults, opening.empty(table)),
        marks=out.marks,
        counted=Census(0),
    )
