"""A data item: its metadata, and the function that hangs it on a field of a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from schema.data_type import DataType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Mandation = Literal["M", "R", "O", "P"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One data item of one table, as a release publishes it."""

    name: str
    title: str
    data_element: str
    mandation: Mandation
    definition: str
    data_type: DataType
    source: str = ""
    since: str = "1.0.0"
    until: str | None = None
    blank_is_an_answer: bool = False
    applies_when: str | None = None
    column_absent: str | None = None
    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def project_item(self) -> bool:
        """Whether the NHS Data Dictionary has no such element."""
        return "project item" in self.data_element


def DataItem(  # noqa: N802 - reads as a declaration in the tables
    data_element: str,
    *,
    title: str,
    mandation: Mandation,
    definition: str,
    source: str = "",
    since: str = "1.0.0",
    until: str | None = None,
    blank_is_an_answer: bool = False,
    applies_when: str | None = None,
    column_absent: str | None = None,
    written: Mapping[str, str | Sequence[str]] | None = None,
) -> Any:
    """A Pydantic field that carries the metadata of a data item.

    `applies_when`: row language; where it is not true, no presence rule applies. `column_absent`: the header item
    that stands in where the whole column was not sent. `written`: for missing, format or code, the written rules
    that take the place of the derived one; an empty tuple stands for "none".
    """
    from pydantic import Field

    meta: dict[str, Any] = {
        "title": title,
        "data_element": data_element,
        "mandation": mandation,
        "definition": definition,
        "source": source,
        "since": since,
        "until": until,
        "blank_is_an_answer": blank_is_an_answer,
        "applies_when": applies_when,
        "column_absent": column_absent,
        "written": {check: _rule_ids(ids) for check, ids in (written or {}).items()},
    }
    default: Any = ... if mandation == "M" and column_absent is None else None
    return Field(default, title=title, description=definition, json_schema_extra={"x-plusmds-item": meta})


def _rule_ids(ids: str | Sequence[str]) -> tuple[str, ...]:
    return (ids,) if isinstance(ids, str) else tuple(ids)


def item_of(name: str, field_info: Any) -> Item:
    """The data item behind a field of a table's model."""
    meta = field_info.json_schema_extra["x-plusmds-item"]
    return Item(name=name, data_type=_data_type(field_info), **meta)


def _data_type(field_info: Any) -> DataType:
    found = [m for m in field_info.metadata if isinstance(m, DataType)] or list(_types_in(field_info.annotation))
    if len(found) != 1:
        raise TypeError(f"A data item needs one data type of schema.data_type; found {len(found)}.")
    return found[0]


def _types_in(annotation: Any) -> list[DataType]:
    here = [m for m in getattr(annotation, "__metadata__", ()) if isinstance(m, DataType)]
    return here or [t for part in get_args(annotation) if get_origin(annotation) for t in _types_in(part)]
