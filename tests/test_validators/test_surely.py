"""The cheap tests of the first reading never let a value through that is not in its form."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from schema.data_type import DataType, OrganisationCode, Text, WholeNumber
from schema.dataset import load_dataset
from validators.sql import PREAMBLE
from validators.surely import surely_formed

TYPES = {
    item.data_type.name: item.data_type
    for table in load_dataset().tables.values()
    for item in table.items
    if item.data_type.code_list is None
    and item.data_type.has_format
    and item.data_type.kind in ("text", "date", "integer")
} | {"organisation_code": OrganisationCode(3, 8), "text": Text(20), "whole_number": WholeNumber(1, 10)}
#: right ones and near misses, and what casts of a database take for right
NEAR = (
    "9990000018", "0990000018", "999000001", "99900000180", "+999000001", "-999000001", "9.99000001", "9e9       ",
    "999_000_01",
    " 999000001", "999000001 ", "99900000.0", "1e9", "2026-04-01", "2026-4-1", "2026-04-1 ", " 2026-04-01", "20260401",
    "2026/04/01",
    "2026-02-30", "2024-02-29", "0001-01-01", "0000-01-01", "9999-12-31", "infinity", "epoch", "RX1", "rx1", "RX1 ",
    "RX10112345", "A", "P1", " ", "  x", "\ufdd0empty", "é" * 20, "é" * 21, "x" * 20, "x" * 21,
    "~x", "!x", "1", "10", "11", "01",
    "1.0", "0", "٩", "9990000018\n",
)  # fmt: skip


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for statement in PREAMBLE:
        connection.execute(statement)
    return connection


def _sure(database: duckdb.DuckDBPyConnection, data_type: DataType, values: list[str]) -> list[bool | None]:
    test = surely_formed(exp.column("x"), data_type, "RX1").sql(dialect="duckdb")
    return [found for (found,) in database.execute(f"SELECT {test} FROM (SELECT unnest(?) AS x)", [values]).fetchall()]


@pytest.mark.parametrize("data_type", TYPES.values(), ids=TYPES)
def test_what_is_surely_formed_is_well_formed(database: duckdb.DuckDBPyConnection, data_type: DataType) -> None:
    @settings(deadline=None, max_examples=150, derandomize=True)
    @given(
        st.lists(
            st.sampled_from(NEAR)
            | st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12),
            min_size=20,
        )
    )
    def holds(values: list[str]) -> None:
        for value, sure in zip(values, _sure(database, data_type, values), strict=True):
            assert not sure or data_type.well_formed(value), f"{value!r} is let through"

    holds()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nhs_number", "9990000018"),
        ("date", "2024-02-29"),
        ("organisation_code", "RX1"),
        ("organisation_code", "RX9"),
        ("text", "P000001"),
        ("whole_number", "10"),
    ],
)
def test_what_is_usual_is_let_through(database: duckdb.DuckDBPyConnection, name: str, value: str) -> None:
    """Else every row of a right file would be read twice."""
    assert _sure(database, TYPES[name], [value]) == [True]
