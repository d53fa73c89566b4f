"""What nobody can be faster than: DuckDB counting every column of the file, every value as text."""

from __future__ import annotations

from pathlib import Path

import duckdb


def count(path: str) -> None:
    """Count the values of every column."""
    with Path(path).open(encoding="utf-8") as text:
        names = text.readline().strip().split(",")
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    counted = ", ".join(f"count({name})" for name in names)
    duckdb.execute(
        f"SELECT {counted} FROM read_csv('{path}', auto_detect=false, header=true, delim=',', quote='\"', escape='\"', "
        f"nullstr='', columns={{{columns}}})"
    ).fetchall()
