"""One written form a data type: SQL, plain Python and the published JSON Schema read every text alike."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from sqlglot import exp

from schema import release
from schema.type_schema import type_schema
from validators import sql
from validators.engines.duckdb_connection import Database, open_connection
from validators.keywords import well_formed

DATASET = release.load("1.0.0").dataset
ITEMS = [(table.name, item) for table in DATASET.tables.values() if table.name != "header" for item in table.items]
FORMED = {
    item.data_type.name + str(item.data_type.max_length): item.data_type
    for _, item in ITEMS
    if item.data_type.has_format
}

TEXTS = [
    "", " ", "a", "A", "0", "1", "7", "10", "11", "007", "-1", "1.0", "1_000", "1e3", " 7 ", "\u0661", "2026-04-01",
    "2026-4-1", "2026-02-29", "2024-02-29", "2026-13-01", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01",
    "20260401", "2026-W14-3", "2026-04-01T00:00:00", " 2026-04-01", "2026-04-01 ", "2026-04-01\n", "2026/04/01",
    "0002-01-01 (BC)", "9990000018", "9990000018\n", "999 000 0018", "999000001", "99900000189", "RX1", "RX1\n", "rx1",
    "RX1 ", "RX123456", "RX1234567", "R\u00d81", "X" * 20, "X" * 21, "\u00e9" * 20, "\U0001f986" * 20,
    "\U0001f986" * 21,
    "-0", "9" * 20, "-" + "9" * 20,
    "line\nbreak", "tab\t", "\ufdd0number:7", "\ufdd0empty", "'", '"', "\\", "32911000", "1129201000000101", "L-AB1",
    "SW1A 1AA", "sw1a 1aa", "SW1A1AA", "ZZ99 3VZ", "SW1A  1AA", " SW1A 1AA", "SW1A 1A", "\u0131\u0131 1AA",
]  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    spill = tmp_path_factory.mktemp("spill")
    database = Database(open_connection([Path(__file__)], spill, memory="100MB", threads=1))
    database.fill("texts", [(text,) for text in TEXTS], "value VARCHAR")
    return database


@pytest.mark.parametrize("name", FORMED)
def test_sql_reads_a_form_as_python_does(name: str, database: Database) -> None:
    data_type = FORMED[name]
    made = well_formed(exp.column("value"), data_type).sql(dialect="duckdb")
    found = dict(database.rows(f"SELECT value, {made} FROM texts"))
    assert found == {text: data_type.well_formed(text) for text in TEXTS}


@pytest.mark.parametrize("name", [name for name, data_type in FORMED.items() if data_type.kind != "integer"])
def test_json_schema_reads_a_form_as_python_does(name: str) -> None:
    data_type = FORMED[name]
    validator = jsonschema.Draft202012Validator(
        type_schema(data_type), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    carried = [text for text in TEXTS if not text.startswith("\ufdd0")]
    assert {t: validator.is_valid(t) for t in carried} == {t: data_type.well_formed(t) for t in carried}


CODED = {item.data_type.code_list: item.data_type for _, item in ITEMS if item.data_type.code_list}


@pytest.mark.parametrize("name", sorted(CODED))
def test_sql_reads_a_code_list_as_python_does(name: str, database: Database) -> None:
    data_type = CODED[name]
    codes = DATASET.code_lists[name].open_codes
    near = {near for code in codes for near in (code, code.lower(), f" {code}", f"{code}X", code.lstrip("0"), code[:1])}
    texts = [*TEXTS, *sorted(near)]
    database.fill("codes", [(text,) for text in texts], "value VARCHAR")
    made = sql.in_codes(exp.column("value"), data_type, codes).sql(dialect="duckdb")
    found = dict(database.rows(f"SELECT value, {made} FROM codes"))
    assert found == {text: data_type.in_codes(text, codes) for text in texts}
