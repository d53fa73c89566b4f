"""The Pydantic model of a table as a release has it, made from its published definition."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema, create_model

from schema.publish.json_schema import is_closed, item_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from schema.code_list import CodeList
    from schema.data_item import Item
    from schema.dataset import Dataset
    from schema.table_definition import TableDefinition


def model_of(table: TableDefinition, dataset: Dataset) -> type[BaseModel]:
    """One row of `table`: closed, frozen, each value kept as it was sent."""
    fields: dict[str, Any] = {item.name: _field(item, table.name, dataset) for item in table.items}
    name = "".join(word.capitalize() for word in table.name.split("_"))
    config = ConfigDict(extra="forbid", frozen=True)
    return create_model(name, __config__=config, __doc__=table.description, **fields)


def _field(item: Item, table: str, dataset: Dataset) -> tuple[Any, Any]:
    mandatory = item.mandation == "M"
    reading = PlainValidator(_check(item, _lists(item, table, dataset)))
    value: Any = Annotated[Any, reading, WithJsonSchema(item_schema(item, table, dataset))]
    default: Any = ... if mandatory and item.column_absent is None else None
    return value if mandatory else value | None, Field(default, title=item.title, description=item.definition)


def _check(item: Item, lists: Mapping[str, CodeList]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if not item.data_type.accepts(value, lists):
            raise ValueError(f"expected {item.data_type.expected}")
        return value

    return check


def _lists(item: Item, table: str, dataset: Dataset) -> Mapping[str, CodeList]:
    """The lists of the data set; that of the item is open where an unlisted code is no error."""
    name = (item.data_type.element or item.data_type).code_list
    if name is None or is_closed(item, table, dataset):
        return dataset.code_lists
    return {name: replace(dataset.code_lists[name], open_ended=True)}
