"""The published JSON Schemas: sound, closed, described, and readable by any library."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from schema import release
from schema.publish.json_schema import read_table
from schema.tables import TABLES
from schema.type_schema import type_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

RELEASE = release.load("1.0.0")
ITEMS = [(table, item.name) for table in TABLES for item in RELEASE.dataset.tables[table].items]


def _item(table: str, name: str) -> dict[str, Any]:
    return RELEASE.schema(table)["properties"][name]


def _patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (value for key, value in schema.items() if key == "pattern")
        yield from (p for key, value in schema.items() if not key.startswith("x-") for p in _patterns(value))
    elif isinstance(schema, list):
        yield from (p for part in schema for p in _patterns(part))


@pytest.mark.parametrize("table", TABLES)
def test_schema_is_sound_and_closed(table: str) -> None:
    schema = RELEASE.schema(table)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:plus-mds:1.0.0:{table}"
    assert schema["additionalProperties"] is False
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("table", TABLES)
def test_required_are_the_mandatory_items_that_have_to_be_sent(table: str) -> None:
    items = RELEASE.dataset.tables[table].items
    sent = [item.name for item in items if item.mandation == "M" and not item.column_absent]
    assert RELEASE.schema(table)["required"] == sent


@pytest.mark.parametrize(("table", "name"), ITEMS)
def test_item_is_described(table: str, name: str) -> None:
    item = _item(table, name)
    assert item["title"]
    assert item["description"].endswith(".")
    assert item["x-plusmds-data-element"]
    assert ("null" in item["type"]) == (item["x-plusmds-mandation"] != "M")


@pytest.mark.parametrize("table", TABLES)
def test_patterns_are_anchored_and_read_alike_by_every_library(table: str) -> None:
    """ECMA 262 with and without u, RE2, Rust and Python: no look-around, no shorthand classes, no back-references."""
    for pattern in _patterns(RELEASE.schema(table)):
        assert re.fullmatch(r"\^\(\?:.*\)\$|\[\^ \]|\[\\n\\r\]", pattern), pattern
        assert not re.search(r"\(\?[=!<P]|\\[^nr]", pattern), pattern


@pytest.mark.parametrize(("table", "name"), ITEMS)
def test_newline_at_the_end_is_refused(table: str, name: str) -> None:
    """Python's $ lets it through; every form but free text has to keep it out another way."""
    schema = _item(table, name)
    check = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    if "pattern" in schema and schema["pattern"] != "[^ ]":
        assert not [value for value in _short_values(schema["pattern"]) if check.is_valid(value + "\n")]


def _short_values(pattern: str) -> list[str]:
    tried = ("A", "CL", "RX1", "HOMELESS", "L-AB", "2026-04-01", "2026-04-01T09:00:00", "9990000018", "1.0.0")
    more = ("ZZ99 3VZ", "100000", "284530008", "L-AB=Label")
    return [value for value in (*tried, *more) if re.search(pattern, value)]


def test_codes_that_are_only_questionable_are_not_refused() -> None:
    for table, name in (
        ("person", "ethnic_category_2021"),
        ("person", "preferred_language"),
        ("referral", "treatment_function"),
        ("care_contact", "treatment_function"),
        ("care_contact", "location_type"),
    ):
        assert "enum" not in _item(table, name), f"{table}.{name}"
        assert _item(table, name)["x-plusmds-code-list"] in RELEASE.code_lists


def test_closed_lists_hold_their_open_codes() -> None:
    assert _item("person", "stated_gender")["enum"] == ["1", "2", "9", "X", None]
    assert "03" not in _item("care_contact", "consultation_mechanism")["enum"]


@pytest.mark.parametrize("day", ["2024-02-29", "2000-02-29", "1996-02-29", "2026-12-31", "0001-01-01"])
def test_day_of_a_time_exists(day: str) -> None:
    assert Draft202012Validator(_item("header", "created_at")).is_valid(f"{day}T00:00:00")


@pytest.mark.parametrize("day", ["2026-02-29", "1900-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "0000-01-01"])
def test_day_of_a_time_that_does_not_exist(day: str) -> None:
    assert not Draft202012Validator(_item("header", "created_at")).is_valid(f"{day}T00:00:00")


@pytest.mark.parametrize("table", TABLES)
def test_definition_is_read_back(table: str) -> None:
    assert read_table(RELEASE.schema(table)) == RELEASE.dataset.tables[table]


def test_data_type_has_a_schema_of_its_own() -> None:
    """Pydantic asks the type, which knows nothing of an item."""
    decile = RELEASE.dataset.tables["person"].item("imd_decile").data_type
    assert type_schema(decile) == {"type": "integer", "minimum": 1, "maximum": 10}
    from schema.dataset import load_model

    properties = load_model("person").model_json_schema()["properties"]
    assert properties["stated_gender"]["anyOf"][0]["enum"] == ["1", "2", "9", "X"]
