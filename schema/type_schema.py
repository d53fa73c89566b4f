"""The JSON Schema of a data type: what Pydantic, the published schemas and the SQL all read.

Patterns stay within what ECMA 262, RE2 and Python read alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schema.code_list import CodeList
    from schema.data_type import DataType

#: a local code, which the header declares
LOCAL_CODE = "L-[A-Z0-9]{2,12}"

#: Python's $ also matches before a newline at the end, and no pattern of ours lets one in.
NO_NEWLINE = {"type": "string", "pattern": "[\\n\\r]"}

_DAY_OF_MONTH = (
    "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])"
)
_YEAR = "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_BY_FOUR = "(?:0[48]|[2468][048]|[13579][26])"
#: A day that exists, as a pattern: `format` has no word for a date and time that may lack its offset.
_DAY = f"(?:{_YEAR}-(?:{_DAY_OF_MONTH})|(?:[0-9]{{2}}{_BY_FOUR}|{_BY_FOUR}00)-02-29)"


def is_open(code_list: CodeList) -> bool:
    """Whether the list may hold more codes than are written down."""
    return code_list.snapshot or code_list.open_ended


def type_schema(data_type: DataType, code_lists: Mapping[str, CodeList] | None = None) -> dict[str, Any]:
    """The JSON Schema of a data type alone; without `code_lists`, with those of this checkout."""
    if code_lists is None:
        from schema.code_list import load_code_lists

        code_lists = load_code_lists()
    code_list = (data_type.element or data_type).code_list
    return form(data_type, code_lists, closed=code_list is not None and not is_open(code_lists[code_list]))


def form(data_type: DataType, lists: Mapping[str, CodeList], *, closed: bool) -> dict[str, Any]:
    """The JSON Schema of a data type; `closed`: whether a code that is not in its list is an error."""
    if data_type.kind == "list":
        return {"type": "array", "items": form(data_type.element, lists, closed=closed) if data_type.element else {}}
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
