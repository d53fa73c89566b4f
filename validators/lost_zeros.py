"""Ids of digits that lost their leading zeros on one side of a link: what a spreadsheet does to a file it opens.

A row that names nobody has this cause where its id and exactly one id of the other table are digits alone, and alike
when the leading zeros of both are left out, the other items of the key being the same. Suggested, and never applied:
the row still fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.expression import Call, Column, Compare, Expression
from schema.rule import Cause

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from schema.check import Link

    Key = tuple[str, ...]

#: the zeros are lost in the row; they are lost in the table that it names
LOST, LOST_THERE = "lost_leading_zero", "leading_zero"
DIGITS = "[0-9]+"


def id_item(check: Link) -> str:
    """The item of a link that can be a number: the last one."""
    return check.items[-1]


def link_causes(check: Link) -> Iterator[Cause]:
    """The ways in which a link leads nowhere for want of zeros; the linked row is the one that may be meant."""
    item, table = id_item(check), check.table
    own, there = Call("length", (Column(item),)), Call("length", (Column(item, table),))
    again = "or fetch the file again without opening it in a spreadsheet"
    yield Cause(
        LOST,
        received=f"digits only: the id of a {table} row without its leading zeros",
        expected=f"the id as {table} has it, with its leading zeros",
        suggestion=f"Export the column {item} as text, {again}",
        when=Expression(LOST, Compare("<", own, there)),
    )
    yield Cause(
        LOST_THERE,
        received=f"digits only: the id of a {table} row, which lost its leading zeros there",
        expected=f"the same id in {table}, with its leading zeros",
        suggestion=f"Export the column {item} of {table} as text, {again}",
        when=Expression(LOST_THERE, Compare(">", own, there)),
    )


def without_zeros(key: Key) -> Key | None:
    """The key with the leading zeros of its id left out; None where the id is not of digits alone."""
    *others, number = key
    return (*others, number.lstrip("0")) if number.isascii() and number.isdigit() else None


def meant(named: Collection[Key]) -> dict[Key, str]:
    """Key without zeros → the one id that may be meant by it. `named`: the keys that are there."""
    ids: dict[Key, set[str]] = {}
    for key in named:
        bare = without_zeros(key)
        if bare is not None:
            ids.setdefault(bare, set()).add(key[-1])
    return {bare: found.pop() for bare, found in ids.items() if len(found) == 1}
