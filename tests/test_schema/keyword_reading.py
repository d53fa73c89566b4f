"""What the SQL of a schema makes of JSON values: they are carried into cells as the readers carry them, and asked."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from sqlglot import exp

from validators.engines.duckdb_connection import open_connection
from validators.keywords import cell_condition, row_condition
from validators.readers.json_values import DECODER, integer_value, list_value, text_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb


def oracle(schema: Any) -> Draft202012Validator:
    """The same schema as the library `jsonschema` reads it, formats asserted."""
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def cells_accepted(schema: Any, values: Sequence[Any]) -> list[bool]:
    """For each value, whether the cell that it is carried in satisfies the schema."""
    return texts_accepted(schema, [carry(value, schema) for value in values])


def texts_accepted(schema: Any, texts: Sequence[str | None]) -> list[bool]:
    """For each text, whether a cell that holds it satisfies the schema."""
    return _asked(cell_condition(schema, exp.column("value", quoted=True)), {"value": texts}, len(texts))


def rows_accepted(schema: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[bool]:
    """For each object, whether it satisfies the schema as the one row of a file with a column for each of its keys."""
    return [_row_accepted(schema, row) for row in rows]


def _row_accepted(schema: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    # a name of another length for each column: DuckDB does not tell "a" from "A"
    names = {key: f"{'c' * place}" for place, key in enumerate(row, start=1)}
    made = row_condition(schema, {key: exp.column(name, quoted=True) for key, name in names.items()})
    columns = {names[key]: [carry(value, properties.get(key, others))] for key, value in row.items()}
    return _asked(made, columns, 1)[0]


def _asked(made: exp.Expr, columns: Mapping[str, Sequence[str | None]], count: int) -> list[bool]:
    rows = list(zip(range(count), *columns.values(), strict=True))
    names = "".join(f', "{name}" VARCHAR' for name in columns)
    _database().execute(f"CREATE OR REPLACE TEMP TABLE asked (place INTEGER{names})")
    _database().executemany(f"INSERT INTO asked VALUES ({', '.join('?' * (1 + len(columns)))})", rows)
    sql = f"SELECT {made.sql(dialect='duckdb')} FROM asked ORDER BY place"
    verdicts = [verdict for (verdict,) in _database().execute(sql).fetchall()]
    assert None not in verdicts, "a condition is never null"
    return verdicts


def carry(value: Any, schema: Any) -> str | None:
    """The cell in which a reader of JSON carries a value of a property, in a column of the type that the schema has."""
    types = schema.get("type", "string") if isinstance(schema, dict) else "string"
    read = integer_value if "integer" in types else list_value if "array" in types else text_value
    return read(DECODER.decode(json.dumps(value))) or None


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return open_connection([], Path(tempfile.gettempdir()), memory="200MB", threads=1)


def cases() -> Iterable[tuple[str, dict[str, Any]]]:
    """Every group of cases with its name, in the shape of the public JSON-Schema-Test-Suite."""
    for path in sorted((Path(__file__).parent / "keyword_cases").glob("*.json")):
        for group in json.loads(path.read_text(encoding="utf-8")):
            yield f"{path.stem}: {group['description']}", group
