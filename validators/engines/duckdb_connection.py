"""A DuckDB connection for untrusted files: nothing outside the files of the submission, and nothing to be changed."""

from __future__ import annotations

import importlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

# DuckDB itself, without the part of its package that is written in Python, which takes longer to load than the engine:
# `Database.over` alone needs that
import _duckdb as duckdb

from validators.errors import EngineError
from validators.sql import PREAMBLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from validators.dictionary_encoding.arrow_stream import Table

VERSION = duckdb.__version__
PACKAGE = "duckdb"
#: a cast pushed into the reader drops rows, and a long IN list that becomes a join reorders them
UNSAFE_OPTIMIZERS = "type_pushdown,in_clause"
#: how a table is made that may hold every row of a file; small ones are temporary
OF_ALL_ROWS = "CREATE OR REPLACE TABLE"
#: nothing is fetched, loaded or kept
REFUSED = (
    "autoinstall_known_extensions",
    "autoload_known_extensions",
    "allow_community_extensions",
    "allow_unsigned_extensions",
    "allow_persistent_secrets",
)


def open_connection(
    paths: Iterable[Path], spill: Path, *, memory: str, threads: int | None, tables: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection that may read and write `paths` and what is in `spill`, no other file; its configuration is locked.

    `tables`: a file for tables that are not temporary; None keeps them in memory. What stands in a file is compressed,
    and always lets go of its memory. Tables in memory do not: with many narrow columns, what has to be spilled of them
    may stay, until a query finds no memory.
    """
    if tables:
        for left_over in (tables, tables.with_name(f"{tables.name}.wal")):
            left_over.unlink(missing_ok=True)
    limits = {"memory_limit": memory, "threads": threads or os.cpu_count() or 1, "temp_directory": str(spill)}
    connection = duckdb.connect(str(tables or ":memory:"), config={**limits, **dict.fromkeys(REFUSED, False)})
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    for statement in (
        f"SET disabled_optimizers = '{UNSAFE_OPTIMIZERS}'",
        "SET preserve_insertion_order = true",
        "SET enable_progress_bar = false",
        f"SET allowed_paths = [{listed}]",
        "SET allowed_directories = ['" + str(spill).replace("'", "''") + "']",
        "SET enable_external_access = false",
        "SET python_enable_replacements = false",
        *PREAMBLE,
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
    return connection


class Opening:
    """A connection that is being opened in a thread: meanwhile Python writes what it will be asked."""

    def __init__(self, opened: Callable[[], duckdb.DuckDBPyConnection]) -> None:
        self._opened = opened
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._open)
        self._thread.start()

    def _open(self) -> None:
        try:
            self._connection = self._opened()
        except BaseException as error:  # noqa: BLE001 - who waits for the connection raises it
            self._error = error

    def connection(self) -> duckdb.DuckDBPyConnection:
        """Wait for the connection. Raises what opening it raised."""
        self._thread.join()
        if self._connection is None:
            assert self._error is not None
            raise self._error
        return self._connection

    def close(self) -> None:
        """Close the connection, once it is open."""
        self._thread.join()
        if self._connection is not None:
            self._connection.close()


class Database:
    """Runs statements; what DuckDB says when one fails is never passed on, because it quotes cells of patients."""

    #: called once, by `tell_idle`
    idle: Callable[[], None] | None = None

    def __init__(self, connection: duckdb.DuckDBPyConnection | Opening) -> None:
        self._given = connection

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return self._given.connection() if isinstance(self._given, Opening) else self._given

    def tell_idle(self) -> None:
        """Say that a whole file is read from now on, while which Python has nothing to do."""
        if self.idle is not None:
            idle, self.idle = self.idle, None
            idle()

    @property
    def threads(self) -> int:
        """How many threads a query may take."""
        (found,) = self.row("SELECT current_setting('threads')")
        return int(found)

    def run(self, statement: str, parameters: Iterable[Any] = ()) -> None:
        """Run a statement that gives no rows."""
        if statement.startswith(OF_ALL_ROWS):
            self.tell_idle()
        self._execute(statement, parameters)

    def rows(self, statement: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query that gives few."""
        return self._fetched(self._execute(statement, parameters))

    def row(self, statement: str) -> tuple[Any, ...]:
        """The one row of a query."""
        return self.rows(statement)[0]

    def counts(self, statement: str) -> tuple[int, ...]:
        """The one row of a query of counts; a count over nothing but null is 0."""
        return tuple(value or 0 for value in self.row(statement))

    def named_row(self, statement: str) -> dict[str, Any]:
        """The one row of a query by column name."""
        cursor = self._execute(statement, ())
        names = [description[0] for description in cursor.description or ()]
        return dict(zip(names, self._fetched(cursor)[0], strict=True))

    def over(self, name: str, table: Table, statement: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a statement that reads a table in memory under a name: the types of its columns, as DuckDB names them,
        and all of its rows. Raises what went wrong with the table.

        It is done in a thread. DuckDB calls functions of Python, from which nobody would hear of an interrupt.
        """
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(self._over, name, table, statement)
            try:
                return done.result()
            except KeyboardInterrupt:
                self._connection.interrupt()
                raise

    def _over(self, name: str, table: Table, statement: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        importlib.import_module(PACKAGE)
        try:
            self._connection.register(name, table)
            cursor = self._execute(statement, ())
            return [str(description[1]) for description in cursor.description or ()], self._fetched(cursor)
        except (EngineError, duckdb.Error) as error:
            if table.failure is not None:
                raise table.failure from None
            raise (_failure(error) if isinstance(error, duckdb.Error) else error) from None
        finally:
            with suppress(duckdb.Error):
                self._connection.unregister(name)

    def stream(self, statement: str) -> Iterable[tuple[Any, ...]]:
        """The rows of a query that may give many, some thousand at a time; nothing else may run before its end."""
        cursor = self._execute(statement, ())
        try:
            while batch := cursor.fetchmany(10_000):
                yield from batch
        except duckdb.Error as error:
            raise _failure(error) from None

    def fill(self, table: str, rows: list[tuple[str | None, ...]], columns: str) -> None:
        """Make a temporary table of a few text rows."""
        self.run(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            try:
                self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", [list(row) for row in rows])
            except duckdb.Error as error:
                raise _failure(error) from None

    @staticmethod
    def _fetched(cursor: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
        """The rows of a query: part of it may run only while they are fetched, and fail only then."""
        try:
            return cursor.fetchall()
        except duckdb.Error as error:
            raise _failure(error) from None

    def _execute(self, statement: str, parameters: Iterable[Any]) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(statement, list(parameters))
        except duckdb.Error as error:
            raise _failure(error) from None


class ScanError(EngineError):
    """The file could not be scanned as it stands: it may still be read when it is repaired."""


class MemoryShortError(EngineError):
    """What the run may take of memory did not suffice."""


def _failure(error: duckdb.Error) -> EngineError:
    kind = type(error).__name__
    if isinstance(error, duckdb.OutOfMemoryException):
        return MemoryShortError(f"The engine failed ({kind}).")
    if isinstance(error, duckdb.InvalidInputException | duckdb.ConversionException):
        return ScanError(f"The file could not be read as it stands ({kind}).")
    return EngineError(f"The engine failed ({kind}).")
