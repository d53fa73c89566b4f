"""A table: the base of the Pydantic models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict

from schema.data_item import item_of
from schema.table_definition import TableDefinition

if TYPE_CHECKING:
    from collections.abc import Mapping


class Table(BaseModel):
    """One row of a table. The docstring of a table and the texts of its items are the published prose.

    `key`: the items that tell rows apart. `links`: table → the items of this one that name a row there.
    `presence_applies_when`: row language; where it is not true, no R item of the row has to be present.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: ClassVar[str]
    mandatory: ClassVar[bool] = False
    key: ClassVar[tuple[str, ...]] = ()
    links: ClassVar[dict[str, tuple[str, ...]]] = {}
    presence_applies_when: ClassVar[str | None] = None


def table_definition(name: str, model: type[Table]) -> TableDefinition:
    """The definition behind a table's model."""
    fields: Mapping[str, Any] = model.model_fields
    return TableDefinition(
        name=name,
        number=model.number,
        description=" ".join((model.__doc__ or "").split()),
        mandatory=model.mandatory,
        key=model.key,
        links=dict(model.links),
        items=tuple(item_of(item, info) for item, info in fields.items()),
        presence_applies_when=model.presence_applies_when,
    )
