"""The fast engine: set-based SQL on DuckDB, built from the release as SQLGlot trees."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from schema.tables import TABLES
from validators.assessable import not_assessed
from validators.causes import plain_kind
from validators.engines.duckdb_across import Across, stages
from validators.engines.duckdb_columns import PERSON_KEY
from validators.engines.duckdb_connection import (
    PACKAGE,
    VERSION,
    Database,
    MemoryShortError,
    Opening,
    ScanError,
    open_connection,
)
from validators.engines.duckdb_hidden import HiddenGroups
from validators.engines.duckdb_measured import measures
from validators.engines.duckdb_misplaced import misplaced_rows, misplaced_tallies
from validators.engines.duckdb_place_verdicts import joined_rules
from validators.engines.duckdb_places import Places
from validators.engines.duckdb_reference import ReferenceTables, stored_paths
from validators.engines.duckdb_rows import TableRows
from validators.errors import EngineError
from validators.header import header_tallies
from validators.plan import row_rules
from validators.scratch import scratch_folder
from validators.tally import CauseTally, ItemTally, RuleTally, TableTally, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from schema.rule import Rule
    from validators.context import Context
    from validators.engines.base import Engine, FailingRow
    from validators.engines.duckdb_enrichment import Enrichment
    from validators.source import Source

#: memory of a run whose tables stand in a file, which takes a fifth longer. DuckDB writes a table in the order of the
#: file with as many threads as have 4 MiB for every column within half of its memory: with little of it that is one
MEMORY = "512MB"
#: bytes of text up to which the tables made of it are kept in memory, and how much memory such a run may take
KEPT = ((240 << 20, "1500MB"), (400 << 20, "800MB"))
#: how much smaller than text a Parquet file is, at the most that is usual
PACKED = 10
RESTRICTED_RULE = "structure"


@dataclass(frozen=True)
class DuckDB:
    """Runs the checks of a release on DuckDB. Threads None: as many as there are cores; memory None: the usual."""

    memory: str | None = None
    threads: int | None = None
    #: where what reference data say of each person is written to
    enrichment: Enrichment | None = None
    #: told, table by table, the rows that a consumer leaves out, in the order of the file
    left_out_to: Callable[[str, Iterator[int]], None] | None = None
    name: str = "duckdb"
    version: str = VERSION

    def run(
        self,
        sources: dict[str, Source],
        context: Context,
        *,
        progress: Callable[[str, float | None], None] | None = None,
        rows_to: Callable[[str, Iterator[FailingRow], bool], None] | None = None,
    ) -> Tally:
        """The tally of the tables in `sources`; see Engine.run."""
        with scratch_folder() as spill:
            return _Run(self, sources, context, progress or _silent, rows_to, spill).run()


def engine() -> Engine:
    """The engine with its usual limits."""
    return DuckDB()  # type: ignore[return-value]


def _silent(stage: str, share: float | None) -> None:
    pass


class _NeedsRepair(Exception):  # noqa: N818 - not an error: the file is read again in its repaired form
    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


@dataclass
class _Run:
    """One run: the tables in turn, stage by stage. A file that cannot be scanned as it stands is repaired first."""

    engine: DuckDB
    sources: dict[str, Source]
    context: Context
    progress: Callable[[str, float | None], None]
    rows_to: Callable[[str, Iterator[FailingRow], bool], None] | None
    spill: Path
    #: whether the tables stand in a file, however small they are
    in_file: bool = False
    #: whether somebody has been given rows: they are given once
    streamed: bool = False

    def run(self) -> Tally:
        """The tally; each table is repaired at most once, and what memory did not suffice for is done in a file."""
        for _ in range(len(self.sources) + 2):
            try:
                return self._attempt()
            except _NeedsRepair as need:
                self.sources[need.table] = self._repaired(need.table)
            except MemoryShortError:
                if self.in_file or self.streamed:
                    raise
                self.in_file = True
        raise EngineError("A repaired file could not be scanned either.")

    def _repaired(self, table: str) -> Source:
        source = self.sources[table]
        repaired = source.repaired()
        if repaired is source:
            raise EngineError(f"The records of the table {table} could not be counted the same way twice.")
        return repaired

    def _attempt(self) -> Tally:
        for name, source in self.sources.items():
            if not source.in_place and not source.census().simple:
                raise _NeedsRepair(name)
        paths = [source.scan_path for source in self.sources.values()]
        paths += [*(self._beside(name) for name in self.sources), *stored_paths(self.context)]
        paths += self.engine.enrichment.paths if self.engine.enrichment else ()
        kept = None if self.in_file else self._memory_of_tables()
        tables = self.spill / "tables.duckdb" if kept is None else None
        memory = self.engine.memory or kept or MEMORY
        options = {"memory": memory, "threads": self.engine.threads, "tables": tables}
        self.order = [name for name in TABLES if name in self.sources]
        self.in_memory = tables is None
        connection = Opening(partial(open_connection, paths, self.spill, **options))
        try:
            self.database = Database(connection)
            self._encode(self.order[:1])
            return self._tally()
        finally:
            connection.close()

    def _memory_of_tables(self) -> str | None:
        """How much memory a run takes that keeps its tables; None where they are too large for that.

        They take about as much as the text of the files.
        """
        sizes = (
            s.scan_path.stat().st_size * (PACKED if s.scan_kind == "parquet" else 1) for s in self.sources.values()
        )
        size = sum(sizes)
        return next((memory for most, memory in KEPT if size <= most), None)

    def _tally(self) -> Tally:
        self.tables: dict[str, TableRows] = {}
        self.across = Across(self.database, self.context, self.tables)
        self._look_up()
        for name in self.order:
            self._read(name)
        results = HiddenGroups(self.database, self.context, self.tables).told(self._rule_tallies())
        tally = self._measured(tuple(results))
        self._stream_rows()
        self._stream_left_out()
        if self.engine.enrichment and "person" in self.tables:
            self.progress("enriching", None)
            self.engine.enrichment.write(self.database, self.context, self.places, self.spill)
        return tally

    def _look_up(self) -> None:
        """Make what the functions over reference data are read from."""
        reference = ReferenceTables(self.database, self.context)
        by_join = joined_rules(self.context) if "person" in self.order else ()
        ids = frozenset(PERSON_KEY) if self.engine.enrichment else frozenset[str]()
        self.places = Places(self.database, self.context, reference, by_join, ids)
        reference.make_types(r for t in self.order for r in self.context.dataset.rules_of(t) if r not in by_join)

    # Reading

    def _read(self, name: str) -> None:
        self.database.idle = partial(self._wait_for, name)
        source = self.sources[name]
        work = TableRows(self.database, source, self.context.dataset.tables[name], self.context, self._beside(name))
        work.encode_again = partial(self._encode, [name])
        if name == "person":
            self.places.ask(work)
        try:
            scanned = work.scan()
            self._encode(self.order[self.order.index(name) + 1 :][:1])
            self._compare(name, work, scanned)
            work.judge()
        except ScanError:
            if source.in_place:
                raise _NeedsRepair(name) from None
            raise
        self.tables[name] = work
        if name == "person":
            self.places.make(work)
        self.across.prepare(name)

    def _encode(self, names: Iterable[str]) -> None:
        """Begin to encode the files of some tables, while something else is done. It takes memory for all of a file."""
        if self.in_memory:
            for name in names:
                self.sources[name].encode(self.engine.threads or os.cpu_count() or 1)

    def _wait_for(self, name: str) -> None:
        """Called when the file of a table begins to be read: what is needed behind that is loaded meanwhile."""
        self.progress(f"reading {name}", None)
        Thread(target=import_module, args=(PACKAGE,), daemon=True).start()

    def _beside(self, name: str) -> Path:
        """Where the records of a table that are in doubt may be written."""
        return self.spill / f"doubtful_{name}.csv"

    def _compare(self, name: str, work: TableRows, scanned: int) -> None:
        """The independent count of the records must be the one that the scan gave."""
        census = work.source.census()
        if not census.simple or scanned != census.records:
            raise _NeedsRepair(name)

    # Judging

    def _rule_tallies(self) -> Iterator[RuleTally]:
        yield from header_tallies(self.context)
        for name in self.order:
            self.progress(f"checking {name}", None)
            yield from self._own_rows(name)
            for rule in stages(self.context, name, "cross_record"):
                yield self.across.run(rule)
        for name in self.order:
            for rule in stages(self.context, name, "cross_table"):
                yield self.across.run(rule)
        for rule in self.context.dataset.rules_of("dataset"):
            yield self.across.run(rule)
        yield from self._absent_tables()

    def _own_rows(self, name: str) -> Iterator[RuleTally]:
        work = self.tables[name]
        yield from work.rule_tallies()
        if name == "person":
            yield from self.places.rule_tallies(work)
        for rule in row_rules(self.context, name):
            reason = not_assessed(rule, self.context)
            if reason:
                yield RuleTally(rule.id, reason=reason)
        for rule in self.context.dataset.rules_of(name):
            if rule.stage == RESTRICTED_RULE:
                yield restricted_tally(rule, work.unseen, self.context)

    def _absent_tables(self) -> Iterator[RuleTally]:
        for name, table in self.context.dataset.tables.items():
            if name == "header" or name in self.sources:
                continue
            for rule in self.context.dataset.rules_of(table.name):
                yield RuleTally(rule.id, reason=not_assessed(rule, self.context) or f"the table {name} was not sent")

    # Measures

    def _measured(self, rules: tuple[RuleTally, ...]) -> Tally:
        self.progress("measuring", None)
        tables, items = [], list[ItemTally]()
        for name in self.order:
            rejected = self.across.rejected(name)
            tables.append(TableTally(name, self.tables[name].rows, rejected))
            items.extend(self._items(name, rejected))
        misplaced = tuple(t for name in self.order for t in misplaced_tallies(self.database, self.tables[name].table))
        if "person" not in self.tables:
            return Tally(tuple(tables), rules, tuple(items), misplaced=misplaced)
        measured = measures(self.database, self.context, self.order, self.places)
        return Tally(tuple(tables), rules, tuple(items), misplaced=misplaced, **measured)

    def _items(self, name: str, rejected: int) -> Iterator[ItemTally]:
        (extra,) = self.database.row(f"SELECT count(*) FROM extra_{name}")
        gone = f"SELECT row FROM gone_{name} UNION ALL SELECT row FROM extra_{name}"
        yield from self.tables[name].item_tallies(gone if rejected or extra else None)

    def _stream_rows(self) -> None:
        if self.rows_to is None:
            return
        from validators.engines.base import FailingRow

        self.streamed = True
        for name in self.order:
            work = self.tables[name]
            queries = filter(None, (work.failing_rows(), misplaced_rows(self.database, work.table)))
            if query := " UNION ALL ".join(queries):
                found = self.database.stream(f"SELECT * FROM ({query}) ORDER BY row, rule_id")
                self.rows_to(name, (FailingRow(*row) for row in found), not work.unseen)

    def _stream_left_out(self) -> None:
        tell = self.engine.left_out_to
        if tell is None:
            return
        self.streamed = True
        for name in self.order:
            tell(name, (row for (row,) in self.database.stream(self.across.left_out(name))))


def restricted_tally(rule: Rule, refused: int, context: Context) -> RuleTally:
    """Refused rows of restricted characteristics: that there are some, and nothing else."""
    if not refused:
        return RuleTally(rule.id, 0, 0)
    return RuleTally(rule.id, None, None, (CauseTally(plain_kind(rule, context), 0),))
