"""What nobody can be faster than: DuckDB counting every column of the files, every value as text."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb


def count(*paths: str) -> None:
    """Count the values of every column of each CSV, with as many threads as a check takes."""
    connection = duckdb.connect(config={"threads": os.cpu_count() or 1})
    for path in paths:
        connection.execute(_query(path)).fetchall()


def _query(path: str) -> str:
    with Path(path).open(encoding="utf-8") as text:
        names = text.readline().strip().split(",")
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    counted = ", ".join(f"count({name})" for name in names)
    return (
        f"SELECT {counted} FROM read_csv('{path}', auto_detect=false, header=true, delim=',', quote='\"', escape='\"', "
        f"nullstr='', columns={{{columns}}})"
    )
