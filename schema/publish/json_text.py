"""The one way in which published JSON is written: the same bytes everywhere, one row a line, and readable in a diff."""

from __future__ import annotations

import json
from typing import Any


def json_text(value: Any) -> str:
    """`value` as JSON. What holds no list or object of its own stands on one line."""
    return _written(value, "") + "\n"


def _written(value: Any, indent: str) -> str:
    if not isinstance(value, (dict, list)) or _is_flat(value):
        return json.dumps(value, ensure_ascii=False)
    deeper = indent + " "
    if isinstance(value, dict):
        parts = [f"{json.dumps(k, ensure_ascii=False)}: {_written(v, deeper)}" for k, v in value.items()]
    else:
        parts = [_written(part, deeper) for part in value]
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return f"{opening}\n" + ",\n".join(deeper + part for part in parts) + f"\n{indent}{closing}"


def _is_flat(value: dict[str, Any] | list[Any]) -> bool:
    parts = value.values() if isinstance(value, dict) else value
    return not any(isinstance(part, (dict, list)) and part for part in parts)
