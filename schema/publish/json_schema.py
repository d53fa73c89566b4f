"""JSON Schema 2020-12: one closed schema for each table, and the definition of the table read back from it.

What JSON Schema cannot say stands in x-plusmds-*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema.data_item import Item
from schema.data_type import DataType
from schema.table_definition import TableDefinition
from schema.type_schema import form, is_open

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schema.dataset import Dataset

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PREFIX = "x-plusmds-"


def table_schema(table: TableDefinition, dataset: Dataset) -> dict[str, Any]:
    """The JSON Schema of one row of `table`."""
    return {
        "$schema": DIALECT,
        "$id": schema_id(dataset.version, table.name),
        "title": f"PLUS Minimum Data Set {dataset.version}: {table.name}",
        "description": table.description,
        "$comment": "A proposed specification: no Information Standards Notice stands behind it.",
        "type": "object",
        "properties": {item.name: item_schema(item, table.name, dataset) for item in table.items},
        "required": [item.name for item in table.items if _is_required(item)],
        "additionalProperties": False,
    } | _annotations(
        {
            "release": dataset.version,
            "table": table.name,
            "number": table.number,
            "mandatory": table.mandatory,
            "key": list(table.key),
            "links": {target: list(items) for target, items in table.links.items()},
            "presence_applies_when": table.presence_applies_when,
        }
    )


def schema_id(version: str, table: str) -> str:
    """The name of a schema for ever, wherever it is kept."""
    return f"urn:plus-mds:{version}:{table}"


def _is_required(item: Item) -> bool:
    return item.mandation == "M" and item.column_absent is None


def item_schema(item: Item, table: str, dataset: Dataset) -> dict[str, Any]:
    """The JSON Schema of one data item; null is allowed where a blank does not cost the row."""
    data_type = item.data_type
    schema = form(data_type, dataset.code_lists, closed=is_closed(item, table, dataset))
    return {
        "title": item.title,
        "description": item.definition,
        **(schema if item.mandation == "M" else _or_null(schema)),
        **_annotations(
            {
                "mandation": item.mandation,
                "data_element": item.data_element,
                "code_list": (data_type.element or data_type).code_list,
                "coded_by": data_type.coded_by,
                "source": item.source,
                "since": item.since,
                "until": item.until,
                "blank_is_an_answer": item.blank_is_an_answer,
                "applies_when": item.applies_when,
                "column_absent": item.column_absent,
                "written": {check: list(ids) for check, ids in item.written.items()},
                "data_type": data_type.to_dict(),
            }
        ),
    }


def is_closed(item: Item, table: str, dataset: Dataset) -> bool:
    """Whether a code that is not in the list of the item is an error; where it is a warning, the list is open."""
    code_list = (item.data_type.element or item.data_type).code_list
    if code_list is None or is_open(dataset.code_lists[code_list]):
        return False
    rules = (rule for rule in dataset.rules_of(table) if rule.item == item.name)
    judged = [rule for rule in rules if rule.check.kind == "code" or rule.replaces == (item.name, "code")]
    return any(rule.severity == "error" for rule in judged)


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    codes = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **codes}


def _annotations(given: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in given.items() if value not in (None, "", [], {})}
    return {PREFIX + name.replace("_", "-"): value for name, value in shown.items() if value is not False}


def read_table(schema: Mapping[str, Any]) -> TableDefinition:
    """The definition of a table, read back from its published JSON Schema."""
    about = _read_annotations(schema)
    return TableDefinition(
        name=about["table"],
        number=about["number"],
        description=schema["description"],
        mandatory=about.get("mandatory", False),
        key=tuple(about.get("key", ())),
        links={target: tuple(items) for target, items in about.get("links", {}).items()},
        items=tuple(_read_item(name, given) for name, given in schema["properties"].items()),
        presence_applies_when=about.get("presence_applies_when"),
    )


def _read_annotations(schema: Mapping[str, Any]) -> dict[str, Any]:
    found = ((name.removeprefix(PREFIX), value) for name, value in schema.items() if name.startswith(PREFIX))
    return {name.replace("-", "_"): value for name, value in found}


def _read_item(name: str, schema: Mapping[str, Any]) -> Item:
    about = _read_annotations(schema)
    shown = {key: about[key] for key in _OF_AN_ITEM if key in about}
    return Item(
        name=name,
        title=schema["title"],
        definition=schema["description"],
        data_type=DataType.from_dict(about["data_type"]),
        written={check: tuple(ids) for check, ids in about.get("written", {}).items()},
        **shown,
    )


_OF_AN_ITEM = (
    "mandation",
    "data_element",
    "source",
    "since",
    "until",
    "blank_is_an_answer",
    "applies_when",
    "column_absent",
)
