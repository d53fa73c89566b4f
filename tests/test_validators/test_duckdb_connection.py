"""What DuckDB says when a query fails quotes cells of patients: none of it comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from validators.engines.duckdb_connection import Database, open_connection
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
