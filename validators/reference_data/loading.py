"""From a file, or an address, to a loaded set: recognised by its columns, checked line by line, stored at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from validators.engines.duckdb_connection import Database, open_connection
from validators.errors import EngineError, InputError
from validators.reference_data.fetch import fetched, is_address
from validators.reference_data.kinds import KINDS
from validators.reference_data.layouts import LAYOUTS
from validators.reference_data.layouts.base import Check, Layout, Prepared, Reading, file_of, label, quoted
from validators.reference_data.manifest import Manifest
from validators.reference_data.received import Received, digest_of_file, no_layout, received
from validators.reference_data.store import Store, stored_name

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping, Sequence

    from validators.reference_data.sets import Part
    from validators.source import Source

MEMORY = "640MB"
#: rows that tell a layout whose column names do not
SAMPLED = 200
#: one set of a kind takes the place of another where it holds more than this share of its keys
SAME = 0.5


def load(kind: str, given: str, *, store: Store, version: str | None, today: datetime.date) -> list[Manifest]:
    """Load a file, or what an address leads to; what was stored. InputError where it cannot be."""
    if kind not in KINDS:
        raise InputError(f"There is no kind {kind!r} of reference data. There is {', '.join(KINDS)}.")
    with store.staging() as folder:
        if is_address(given):
            path, name = fetched(given, folder / "fetched"), given.partition("?")[0]
        else:
            path, name = Path(given), Path(given).name
        with received(path, name, folder) as file:
            return list(_Loading(kind, file, folder, store, label(version), today).run())


class _Loading:
    """One file on its way into the store."""

    def __init__(
        self, kind: str, file: Received, folder: Path, store: Store, version: str | None, today: datetime.date
    ) -> None:
        self._kind, self._file, self._folder = kind, file, folder
        self._store, self._version, self._today = store, version, today

    def run(self) -> Iterator[Manifest]:
        """Store the rows of the file, and of what else it holds."""
        if not any(layout.match(self._names) for layout in LAYOUTS):
            raise self._unknown()
        source = self._file.checked()
        outs = {kind: self._folder / f"{kind}.parquet" for kind in KINDS}
        paths = [source.scan_path, *outs.values(), *(part.path for part in self._store.readable())]
        connection = open_connection(paths, self._folder, memory=MEMORY, threads=None)
        try:
            database = Database(connection)
            database.run(f"CREATE TEMP VIEW received AS FROM {source.relation()}")
            layout, reading = self._recognised(database)
            self._check(list(layout.checks(reading)), source, database)
            prepared = layout.prepare(reading)
            made = [self._made(kind, each, outs[kind], database) for kind, each in self._all(layout, prepared)]
        finally:
            connection.close()
        digest, size = self._received()
        for manifest, out in made:
            stored = manifest.model_copy(
                update={"received_sha256": digest, "received_bytes": size, "layout": layout.name}
            )
            self._store.install(stored, out)
            yield stored

    def _all(self, layout: Layout, prepared: Prepared) -> Iterator[tuple[str, Prepared]]:
        yield layout.kind, prepared
        yield from prepared.also.items()

    def _received(self) -> tuple[str, int]:
        same = self._file.source.scan_path.resolve() == self._file.path.resolve()
        digest = self._file.source.sha256 if same else digest_of_file(self._file.path)
        return digest, self._file.path.stat().st_size

    # What it is

    def _recognised(self, database: Database) -> tuple[Layout, Reading]:
        fitting = [(layout, found) for layout in LAYOUTS if (found := self._match(layout, database)) is not None]
        for layout, columns in fitting:
            if layout.kind == self._kind:
                return layout, Reading(self._file, columns, database, self._store, self._version)
        if not fitting:
            raise self._unknown()
        other = fitting[0][0]
        raise InputError(
            f"{self._file.name}: found {KINDS[other.kind].about}; expected {KINDS[self._kind].about}. "
            f"Load it by: reference load {other.kind}."
        )

    @property
    def _names(self) -> list[str]:
        """The columns of the file itself."""
        return [name for name in self._file.columns if not name.startswith("_")]

    def _unknown(self) -> InputError:
        expected = "; or ".join(layout.about for layout in LAYOUTS if layout.kind == self._kind)
        return InputError(f"{no_layout(self._file.name, self._names)}. For {self._kind} expected {expected}.")

    def _match(self, layout: Layout, database: Database) -> Mapping[str, str] | None:
        if not self._file.named and layout.name != "ods":
            return None
        columns = layout.match(self._names)
        if columns is None:
            return None
        asked = ", ".join(f"{quoted(column)} AS {part}" for part, column in columns.items())
        rows = database.rows(f"SELECT {asked} FROM received LIMIT {SAMPLED}")
        sample: dict[str, Sequence[str | None]] = {part: [row[n] for row in rows] for n, part in enumerate(columns)}
        return columns if layout.holds(sample) else None

    # Whether it can be trusted

    def _check(self, checks: list[Check], source: Source, database: Database) -> None:
        counts = ", ".join(f"count_if({check.broken})" for check in checks)
        rows, *broken = database.row(f"SELECT count(*), {counts} FROM received")
        if rows != source.census().records:
            raise EngineError(f"The lines of {self._file.name} could not be counted the same way twice.")
        for check, count in zip(checks, broken, strict=True):
            if count:
                raise InputError(self._broken(check, count, source, database))

    def _broken(self, check: Check, count: int, source: Source, database: Database) -> str:
        """Where the first line is that does not hold what it should."""
        number = "_row" if source.explicit_rows else "row_number() OVER ()"
        numbered = f"(SELECT {number} AS record, * FROM received)"
        at, shown = database.row(f"SELECT record, {check.shown} FROM {numbered} WHERE {check.broken} LIMIT 1")
        found = f"{_plain(shown)!r}" if shown is not None else "nothing"
        more = f", and in {count - 1:,} more" if count > 1 else ""
        return (
            f"{self._file.name}: in record {at:,}{more} there is {found}; expected {check.expected}. The file is "
            "damaged, or not what its columns say: fetch it again."
        )

    # What is kept

    def _made(self, kind: str, prepared: Prepared, out: Path, database: Database) -> tuple[Manifest, Path]:
        target = str(out).replace("'", "''")
        database.run(f"COPY ({prepared.select}) TO '{target}' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)")
        database.run(f"CREATE OR REPLACE TEMP VIEW stored AS FROM {file_of(out)}")
        counted = ", ".join(f'{sql} AS "{name}"' for name, sql in prepared.counts.items())
        found = database.named_row(f'SELECT count(*) AS "*"{", " if counted else ""}{counted} FROM stored')
        rows = found.pop("*")
        self._refuse_doubles(prepared, rows, database)
        if not rows:
            raise InputError(f"{self._file.name}: nothing in it is of use. Fetch it again.")
        name = prepared.name or self._name(kind, prepared, rows, database)
        digest = digest_of_file(out)
        manifest = Manifest(
            kind=kind,
            name=name,
            layout="",
            version=prepared.version,
            source=self._file.name,
            rows=rows,
            received_bytes=0,
            received_sha256="",
            stored=stored_name(kind, name, digest),
            stored_sha256=digest,
            loaded_on=self._today,
            counts={key: count or 0 for key, count in found.items()},
        )
        return manifest, out

    def _refuse_doubles(self, prepared: Prepared, rows: int, database: Database) -> None:
        key = ", ".join(prepared.key)
        different = database.counts(f"SELECT count(*) FROM (SELECT DISTINCT {key} FROM stored)")[0]
        if different == rows:
            return
        (first, *_) = database.row(f"SELECT {key} FROM stored GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 1")
        raise InputError(
            f"{self._file.name}: {_plain(str(first))} stands in it more than once (lines that repeat: "
            f"{rows - different:,}). Each belongs there once: fetch the file again."
        )

    def _name(self, kind: str, prepared: Prepared, rows: int, database: Database) -> str:
        """The name of the loaded set of which this is a newer edition: the one that holds most of the same."""
        taken, column = set[str](), prepared.key[0]
        for part in self._store.readable(kind):
            taken.add(part.manifest.name)
            if part.manifest.counts.get("undated") is not None:
                continue
            both, theirs = database.counts(
                f"SELECT count(*) FILTER (WHERE {column} IN (SELECT {column} FROM stored)), count(*) "
                f"FROM {file_of(part.path)}"
            )
            if both > SAME * theirs:
                return part.manifest.name
            if both > SAME * rows:
                raise self._cut_short(both, theirs, part)
        return next(name for n in range(1, len(taken) + 2) if (name := f"list-{n}") not in taken)

    def _cut_short(self, both: int, theirs: int, part: Part) -> InputError:
        """Beside the loaded set it would say nothing new, and in its place it would leave most of it unknown."""
        return InputError(
            f"{self._file.name}: it holds {both:,} of the {theirs:,} that stand in {part.manifest.source}, which is "
            "loaded, and few others: it is cut short. Fetch the whole file again."
        )


def _plain(text: str) -> str:
    return re.sub("[^ -~]", "?", text)[:40]
