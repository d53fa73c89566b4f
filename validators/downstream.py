"""What is lost downstream with a data item: what rests on it, as the definitions of items and measures say.

- row: a mandatory item. Without it the row, or the answer that it holds, cannot be used.
- split: the groups by which every measure is split are read from it (`FACTS` that say a kind of group).
- measure: a measure is made of it: another fact of persons, whether they can be linked, who gets to care.
- support: it says more of another item: who said so, when, on what evidence. An optional one matters less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from validators.access import ITEMS
from validators.groups import FACTS, LINKAGE_ITEMS

if TYPE_CHECKING:
    from schema.data_item import Mandation

Rest = Literal["row", "split", "measure", "support", "optional"]

#: how much of what a whole row would be is lost with an item
SHARE: dict[Rest, float] = {"row": 1.0, "split": 1.0, "measure": 0.5, "support": 0.2, "optional": 0.1}
#: the same in words that go on from "… is treated as missing"
WORDS: dict[Rest, str] = {
    "row": ", without which the row cannot be used",
    "split": ", and measures cannot place these people in a group by it",
    "measure": ", and a measure is made of it",
    "support": "; it supports other items, and no group or measure of its own rests on it",
    "optional": "; it supports other items, and no group or measure of its own rests on it",
}

_SPLITS = frozenset(("person", item) for fact in FACTS if fact.same_as for item in fact.items)
_MEASURED = (
    frozenset(("person", item) for fact in FACTS for item in fact.items)
    | frozenset(("person", item) for item in LINKAGE_ITEMS)
    | frozenset((table, item) for table, items in ITEMS.items() for item in items)
)


def rests_on(table: str, item: str, mandation: Mandation | None) -> Rest:
    """What rests on an item; `mandation` is None where the item is not known."""
    if mandation == "M":
        return "row"
    if (table, item) in _SPLITS:
        return "split"
    if (table, item) in _MEASURED:
        return "measure"
    return "support" if mandation == "R" else "optional"
