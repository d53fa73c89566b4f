"""JSON Schema 2020-12: one closed schema for each table, and the definition of the table read back from it.

Patterns stay within what ECMA 262, RE2 and Python read alike. What JSON Schema cannot say stands in x-plusmds-*.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from schema.data_item import Item
from schema.data_type import LOCAL_CODE, DataType
from schema.table_definition import TableDefinition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schema.code_list import CodeList
    from schema.dataset import Dataset

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PREFIX = "x-plusmds-"

#: Python's $ also matches before a newline at the end, and no pattern of ours lets one in.
NO_NEWLINE = {"type": "string", "pattern": "[\\n\\r]"}

_DAY_OF_MONTH = (
    "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])"
)
_YEAR = "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_BY_FOUR = "(?:0[48]|[2468][048]|[13579][26])"
#: A day that exists, as a pattern: `format` has no word for a date and time that may lack its offset.
_DAY = f"(?:{_YEAR}-(?:{_DAY_OF_MONTH})|(?:[0-9]{{2}}{_BY_FOUR}|{_BY_FOUR}00)-02-29)"


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
    schema = _form(data_type, dataset.code_lists, closed=is_closed(item, table, dataset))
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


def is_open(code_list: CodeList) -> bool:
    """Whether the list may hold more codes than are written down."""
    return code_list.snapshot or code_list.open_ended


def type_schema(data_type: DataType, code_lists: Mapping[str, CodeList] | None = None) -> dict[str, Any]:
    """The JSON Schema of a data type alone; without `code_lists`, with those of this checkout."""
    if code_lists is None:
        from schema.code_list import load_code_lists

        code_lists = load_code_lists()
    code_list = (data_type.element or data_type).code_list
    return _form(data_type, code_lists, closed=code_list is not None and not is_open(code_lists[code_list]))


def _form(data_type: DataType, lists: Mapping[str, CodeList], *, closed: bool) -> dict[str, Any]:
    if data_type.kind == "list":
        return {"type": "array", "items": _form(data_type.element, lists, closed=closed) if data_type.element else {}}
    if data_type.kind == "integer":
        return {"type": "integer"} | _given(minimum=data_type.minimum, maximum=data_type.maximum)
    if closed and data_type.code_list:
        return _coded(data_type, lists[data_type.code_list])
    return _text(data_type)


def _coded(data_type: DataType, code_list: CodeList) -> dict[str, Any]:
    codes = [code.code for code in code_list.codes if code.until is None]
    if not (data_type.local_codes or data_type.local_second_character):
        return {"type": "string", "enum": codes}
    return _patterned(_second_character(codes) if data_type.local_second_character else [*codes, LOCAL_CODE])


def _second_character(codes: Sequence[str]) -> list[str]:
    letters = "".join(code for code in codes if re.fullmatch("[A-Z]", code))
    return [*(code for code in codes if code not in letters), f"[{letters}][A-Z0-9]?"]


def _patterned(choices: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "pattern": anchored("|".join(choices)), "not": NO_NEWLINE}


def anchored(pattern: str) -> str:
    """The pattern of the whole text."""
    return f"^(?:{pattern})$"


def _text(data_type: DataType) -> dict[str, Any]:
    if data_type.kind == "date":
        return {"type": "string", "format": "date", "pattern": anchored(data_type.pattern or ""), "maxLength": 10}
    if data_type.kind == "datetime":
        time = (data_type.pattern or "").partition("T")[2]
        return _patterned([f"{_DAY}T{time}"])
    if data_type.pattern is None:
        return _any_text(data_type)
    fixed = _fixed_length(data_type)
    guard = {"maxLength": fixed} if fixed else _given(maxLength=data_type.max_length) | {"not": NO_NEWLINE}
    return {"type": "string", "pattern": anchored(data_type.pattern), **guard}


def _any_text(data_type: DataType) -> dict[str, Any]:
    shown = {"type": "string", "minLength": data_type.min_length or 1} | _given(maxLength=data_type.max_length)
    return shown if data_type.min_length is None else {**shown, "pattern": "[^ ]"}  # not of spaces only


def _fixed_length(data_type: DataType) -> int | None:
    found = re.fullmatch(r"\[[^]]*\]\{(\d+)\}", data_type.pattern or "")
    return int(found[1]) if found else None


def _given(**keywords: int | None) -> dict[str, Any]:
    return {name: value for name, value in keywords.items() if value is not None}


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
