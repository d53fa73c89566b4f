"""A record is read alike by the Pydantic models, by the published JSON Schema under any library, and by the SQL."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from schema import release
from schema.dataset import load_model
from schema.publish.dictionary_minimal import json_row
from schema.publish.minimal import minimal_submission
from schema.tables import TABLES
from tests.test_schema.records import changed_records, drawn, good_records
from tests.test_schema.sql_reading import (
    items_judged_elsewhere,
    items_with_derived_checks,
    refused_items,
    rules_broken_in_sql,
)

RELEASE = release.load("1.0.0")
CHECKED = {
    table: Draft202012Validator(RELEASE.schema(table), format_checker=Draft202012Validator.FORMAT_CHECKER)
    for table in TABLES
}
RIGHT = {table: good_records(RELEASE.dataset.tables[table], RELEASE.dataset) for table in TABLES}
CHANGED = {table: changed_records(RELEASE.dataset.tables[table], RELEASE.dataset) for table in TABLES}
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def _accepts(model: Any, record: dict[str, Any]) -> bool:
    try:
        model.model_validate(record)
    except ValidationError:
        return False
    return True


def _readings(table: str, record: dict[str, Any]) -> dict[str, bool]:
    return {
        "published JSON Schema": CHECKED[table].is_valid(record),
        "model of the release": _accepts(RELEASE.model(table), record),
        "model of the definitions": _accepts(load_model(table), record),
    }


@pytest.mark.parametrize("table", TABLES)
@quick
@given(data=st.data())
def test_right_records_are_accepted(table: str, data: st.DataObject) -> None:
    record = data.draw(RIGHT[table])
    assert _readings(table, record) == dict.fromkeys(_readings(table, record), True)


@pytest.mark.parametrize("table", TABLES)
@settings(quick, max_examples=200)
@given(data=st.data())
def test_readings_agree_on_a_changed_record(table: str, data: st.DataObject) -> None:
    record = data.draw(CHANGED[table])
    readings = _readings(table, record)
    assert len(set(readings.values())) == 1, readings


def _refused_items(table: str, record: dict[str, Any]) -> frozenset[str]:
    """The items in which the published JSON Schema finds something; closed objects apart."""
    errors = list(CHECKED[table].iter_errors(record))
    missing = {name for error in errors if error.validator == "required" for name in error.validator_value} - set(
        record
    )
    return frozenset(missing | {str(error.absolute_path[0]) for error in errors if error.absolute_path})


@pytest.mark.parametrize("table", [table for table in TABLES if table != "header"])
def test_sql_reads_as_the_json_schema_does(table: str) -> None:
    """The same for items whose checks all follow from the definition. Where a written rule says more, the SQL finds
    something wherever the schema does. The header is judged in plain Python.
    """
    pytest.importorskip("validators.readers.ndjson")
    names, same = set(RELEASE.dataset.tables[table].item_names), items_with_derived_checks(table)
    records = drawn(RIGHT[table] | CHANGED[table].filter(lambda record: record.keys() <= names), 150)
    records = [{"local_patient_id_org": "RX1"} | record for record in records if not _is_restricted(record)]
    for record, broken in zip(records, rules_broken_in_sql(table, records), strict=True):
        refused = _refused_items(table, record)
        assert refused & same == refused_items(broken, written=False) & same, record
        assert refused - items_judged_elsewhere(table, record) <= refused_items(broken, written=True), record


def _is_restricted(record: dict[str, Any]) -> bool:
    """A row of a restricted characteristic is refused before any other rule sees it."""
    code = record.get("characteristic_code")
    return isinstance(code, str) and code.strip().upper() in RELEASE.code_lists["plus_characteristic"].restricted


@pytest.mark.parametrize("table", TABLES)
def test_minimal_submission_is_accepted(table: str) -> None:
    for row in minimal_submission("1.0.0")[table]:
        assert set(_readings(table, json_row(RELEASE.dataset.tables[table], row)).values()) == {True}
