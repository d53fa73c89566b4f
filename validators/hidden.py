"""Which faults hide a group of people: more than half of its rows go, or lose the item that says the group.

A group is an ethnic category of either list, or the people of whom a PLUS row says, or may say, that a characteristic
applies. It is read from what was received, with near misses of case and spaces taken for what was meant: what a fault
takes away is no longer there to be counted. Restricted characteristics are no group here.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from validators.functions import matches, squeeze, upper
from validators.groups import characteristic_title, characteristics, values_of
from validators.tally import HiddenGroup

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from schema.code_list import Code
    from schema.rule import Rule
    from validators.context import Context
    from validators.finding import GroupKind, HiddenRows

#: items of person that say an ethnic category
ETHNIC_ITEMS = ("ethnic_category", "ethnic_category_2021")
#: table → the items that say a group
GROUP_ITEMS: Mapping[str, tuple[str, ...]] = {
    "person": ETHNIC_ITEMS,
    "plus_characteristic": ("characteristic_code", "value"),
}
#: actions that leave out the row
REMOVING = ("file", "group", "record")
#: answers that say that the characteristic does not apply, or that nobody knows
NOT_YES = ("N", "U", "Z", "X")


def removes_rows(rule: Rule) -> bool:
    """Whether the rows that break a rule are left out, with the group that they say."""
    return rule.table in GROUP_ITEMS and rule.action in REMOVING


def taken_item(rule: Rule) -> str | None:
    """The item that says a group and that a breach of the rule takes away; None where it takes no such item."""
    taken = rule.action == "field" and rule.item in GROUP_ITEMS.get(rule.table, ())
    return rule.item if taken else None


def may_hide(rule: Rule) -> bool:
    """Whether a breach of the rule can hide a group."""
    return removes_rows(rule) or taken_item(rule) is not None


def hidden(failed: Mapping[str, Mapping[str, int]], whole: Mapping[str, int]) -> dict[str, tuple[HiddenGroup, ...]]:
    """Cause → the groups that a rule hides, that cause among others. `failed`: cause → group → rows; `whole`: all."""
    lost = Counter[str]()
    for groups in failed.values():
        lost.update(groups)
    gone = sorted(HiddenGroup(group, count, whole[group]) for group, count in lost.items() if 2 * count > whole[group])
    return {cause: tuple(found for found in gone if groups.get(found.group)) for cause, groups in failed.items()}


# What was meant


def ethnic_group_name(item: str, category: str) -> str:
    """The name under which a category is counted: the lists are two."""
    return f"{item}:{category}"


def category_meant(context: Context, item: str, received: str | None) -> str | None:
    """The national category that was meant; None where that cannot be told."""
    if received is None:
        return None
    meant = upper(squeeze(received))
    if context.dataset.tables["person"].item(item).data_type.local_second_character:
        meant = meant[:1] if matches(meant, "[A-Z][A-Z0-9]?") else ""
    return meant if meant in values_of(context, item) else None


def characteristic_meant(codes: Collection[str], code: str | None, value: str | None) -> str | None:
    """The characteristic that may apply by a PLUS row; None where it does not, or where it cannot be told."""
    if code is None or (value is not None and upper(squeeze(value)) in NOT_YES):
        return None
    meant = upper(squeeze(code))
    return meant if meant in codes else None


def counted_codes(context: Context) -> tuple[str, ...]:
    """The characteristics that are groups here."""
    return tuple(code for code, _ in characteristics(context))


# In words


def kinds(groups: Collection[HiddenGroup]) -> tuple[GroupKind, ...]:
    """What kinds of group are hidden: words that may stand in every copy."""
    found: set[GroupKind] = {"ethnic" if ":" in hides.group else "plus" for hides in groups}
    return tuple(sorted(found))


def in_words(groups: Collection[HiddenGroup], context: Context) -> Iterator[HiddenRows]:
    """The groups by name, with how much of each is hidden, for the owner's copy."""
    from validators.finding import HiddenRows

    for group, lost, rows in groups:
        item, _, category = group.partition(":")
        name = _meaning(context, item, category) if category else characteristic_title(context, group)
        yield HiddenRows(title=name, lost_rows=lost, rows=rows)


def _meaning(context: Context, item: str, category: str) -> str:
    name = context.dataset.tables["person"].item(item).data_type.code_list or ""
    codes: tuple[Code, ...] = context.dataset.code_lists[name].codes
    return next(code.meaning for code in codes if code.code == category)
