"""A table: the base of the Pydantic models, and the definition that a release holds of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict

from schema.data_item import Item, item_of

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


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """What a release says of one table."""

    name: str
    number: str
    description: str
    mandatory: bool
    key: tuple[str, ...]
    links: Mapping[str, tuple[str, ...]]
    items: tuple[Item, ...]
    presence_applies_when: str | None = None

    def item(self, name: str) -> Item:
        """The item of that name; KeyError where there is none."""
        for item in self.items:
            if item.name == name:
                return item
        raise KeyError(name)

    @property
    def item_names(self) -> tuple[str, ...]:
        """The names of the items, in their published order."""
        return tuple(item.name for item in self.items)

    @property
    def code(self) -> str:
        """The prefix of the ids of its derived rules: PMD001 for person."""
        return f"PMD{self.number}"


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
