"""What a release says of one table. Kept apart from the models, so that a release is read without Pydantic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schema.data_item import Item


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
