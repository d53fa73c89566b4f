"""What DuckDB says when a query fails quotes cells of patients: none of it comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from validators.engines.duckdb_connection import VERSION, Database, Opening, open_connection
from validators.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CELL = "999 000 0018"
#: enough rows that the query is answered before it meets the cell
LATE = f"SELECT CAST(CASE range WHEN 150000 THEN '{CELL}' ELSE '1' END AS INTEGER) AS n FROM range(200000)"
AT_ONCE = f"SELECT CAST('{CELL}' AS INTEGER) AS n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    connection = open_connection([], tmp_path, memory="200MB", threads=1)
    yield Database(connection)
    connection.close()


CALLS: dict[str, Callable[[Database, str], object]] = {
    "rows": Database.rows,
    "row": Database.row,
    "counts": Database.counts,
    "named_row": Database.named_row,
    "stream": lambda database, query: list(database.stream(query)),
    "run": lambda database, query: database.run(f"CREATE TEMP TABLE made AS {query}"),
}


@pytest.mark.parametrize("query", [LATE, AT_ONCE], ids=["late", "at once"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_cell_is_quoted(database: Database, call: Callable[[Database, str], object], query: str) -> None:
    with pytest.raises(EngineError) as raised:
        call(database, query)
    assert CELL not in repr(raised.value)
    assert raised.value.__suppress_context__


def test_the_engine_is_that_of_the_package_that_is_required(database: Database) -> None:
    """Its name is not public: where a version calls it otherwise, duckdb_connection.py has to import the package."""
    with pytest.raises(EngineError) as raised:
        database.run("SELECT nothing")
    assert isinstance(raised.value.__context__, duckdb.BinderException)
    assert duckdb.__version__ == VERSION


def test_a_connection_opens_while_it_is_not_asked_for(tmp_path: Path) -> None:
    opening = Opening(lambda: open_connection([], tmp_path, memory="200MB", threads=1))
    assert Database(opening).row("SELECT 1") == (1,)
    opening.close()
    with pytest.raises(EngineError):
        Database(opening).row("SELECT 1")


def test_what_opening_raises_is_met_by_who_asks() -> None:
    def fail() -> duckdb.DuckDBPyConnection:
        raise EngineError("no")

    opening = Opening(fail)
    with pytest.raises(EngineError, match="no"):
        Database(opening).run("SELECT 1")
    opening.close()


def test_it_is_told_once_that_python_is_idle(database: Database) -> None:
    told: list[str] = []
    database.idle = lambda: told.append("idle")
    database.run("CREATE TEMP TABLE few AS SELECT 1 AS n")
    assert not told
    database.run("CREATE OR REPLACE TABLE many AS SELECT 1 AS n")
    database.run("CREATE OR REPLACE TABLE more AS SELECT 1 AS n")
    assert told == ["idle"]
