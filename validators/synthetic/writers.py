"""Writing tables row by row, in each of the formats that a submission may come in."""

from __future__ import annotations

import csv
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from validators.synthetic.workbook import sheet_rows

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

    from schema.table_definition import TableDefinition
    from validators.synthetic.workbook import Write

HEADER_FILES = {"csv": "header.csv", "ndjson": "header.json", "parquet": "header.json", "xlsx": "header.xlsx.sheet"}
FORMATS = tuple(HEADER_FILES)


@contextmanager
def csv_rows(path: Path, columns: Sequence[str]) -> Generator[Write]:
    """A CSV file: UTF-8, comma, line feed, names in the first line."""
    with path.open("w", encoding="utf-8", newline="", buffering=1 << 20) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        yield writer.writerow


@contextmanager
def ndjson_rows(path: Path, table: TableDefinition) -> Generator[Write]:
    """A JSON object a line; what is blank is left out."""
    with path.open("w", encoding="utf-8", newline="", buffering=1 << 20) as file:

        def write(row: Sequence[str | None]) -> None:
            file.write(json.dumps(json_record(table, dict(zip(table.item_names, row, strict=True)))) + "\n")

        yield write


@contextmanager
def parquet_rows(path: Path, columns: Sequence[str]) -> Generator[Write]:
    """A Parquet file of text columns."""
    import duckdb

    between = path.with_suffix(".csv")
    with csv_rows(between, columns) as write:
        yield write
    with duckdb.connect() as connection:
        relation = connection.read_csv(str(between), header=True, sep=",", all_varchar=True)
        relation.write_parquet(str(path))
    between.unlink()


def json_record(table: TableDefinition, row: Mapping[str, str | None]) -> dict[str, Any]:
    """A record as JSON has it: numbers as numbers, lists as arrays, nothing where an item is blank."""
    return {name: _json_value(table, name, value) for name, value in row.items() if value is not None}


def _json_value(table: TableDefinition, name: str, value: str) -> Any:
    kind = table.item(name).data_type.kind
    if kind == "list":
        return value.split("|")
    return int(value) if kind == "integer" and value.isdigit() else value


def write_header(directory: Path, form: str, table: TableDefinition, rows: Sequence[Mapping[str, str | None]]) -> str:
    """Write the header; the name of its file."""
    path = directory / HEADER_FILES[form]
    if path.suffix == ".json":
        records = [json_record(table, row) for row in rows]
        path.write_text(json.dumps(records[0] if len(records) == 1 else records, indent=2) + "\n", "utf-8")
        return path.name
    with opened(path, form, table) as write:
        for row in rows:
            write([row[name] for name in table.item_names])
    return path.name


def opened(path: Path, form: str, table: TableDefinition) -> Any:
    """The writer of a table in a format: a context that gives a function for one row, values in order of the items."""
    if form == "ndjson":
        return ndjson_rows(path, table)
    rows = {"csv": csv_rows, "parquet": parquet_rows, "xlsx": sheet_rows}
    return rows[form](path, table.item_names)
