"""The row language read plainly, one function for each kind of node: what a condition says of one row.

Three-valued as in SQL: None is null, and null is no verdict. `IS NULL` speaks of the value as received; every other use
of an item reads its typed value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any

from schema.expression import Among, And, Call, Column, Compare, Expression, IsNull, Literal, Node, Not, Or
from validators.functions import FUNCTIONS, OF_AN_ITEM, OF_NULL, OF_THE_RUN
from validators.functions import listed as is_listed
from validators.lookups import Facts, facts_of, list_named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from schema.data_item import Item
    from validators.context import Context

Truth = bool | None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a condition can read: the items of one row, of the rows that its links lead to, and what the run knows.

    `items` are those of the row: none where there is no row. `linked`: (table, item) → the typed value of the one row
    there; None, or nothing at all, where there is none.
    """

    context: Context
    items: Mapping[str, Item] = field(default_factory=dict)
    raw: Mapping[str, str | None] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)
    linked: Mapping[tuple[str, str], Any] = field(default_factory=dict)

    @classmethod
    def constants(cls, context: Context) -> Scope:
        """A scope without a row: what conditions can say of the header and the run alone."""
        return cls(context)

    @property
    def facts(self) -> Facts:
        """The context, with what is asked for on every row worked out once."""
        return facts_of(self.context)

    def reading(self, item: str) -> Scope:
        """The scope in which `item` reads as received: that of a rule on its form or its list."""
        return Scope(self.context, self.items, self.raw, {**self.typed, item: self.raw[item]}, self.linked)

    def item(self, column: Column) -> Item:
        """The definition of the item that a column names."""
        return self.context.dataset.tables[column.table].item(column.name) if column.table else self.items[column.name]

    def value(self, column: Column) -> Any:
        """The typed value of an item."""
        if column.table:
            return self.linked.get((column.table, column.name))
        return self.typed.get(column.name) if column.name in self.items else self.facts.value(column.name)

    def received(self, column: Column) -> Any:
        """An item as it was received; of a linked row, its typed value."""
        if column.table:
            return self.linked.get((column.table, column.name))
        return self.raw.get(column.name) if column.name in self.items else self.facts.received(column.name)


def holds(condition: Expression | None, scope: Scope) -> bool:
    """Whether a condition is true; an absent one is."""
    return condition is None or evaluate(condition.tree, scope) is True


def evaluate(node: Node, scope: Scope) -> Any:
    """The value of a node: a truth value, text, number, date or moment; None is null."""
    return _READERS[type(node)](node, scope)


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def _compare(node: Compare, scope: Scope) -> Truth:
    left, right = evaluate(node.left, scope), evaluate(node.right, scope)
    return None if left is None or right is None else _COMPARED[node.op](left, right)


def _among(node: Among, scope: Scope) -> Truth:
    value = evaluate(node.value, scope)
    return None if value is None else value in node.choices


def _not(node: Not, scope: Scope) -> Truth:
    value = evaluate(node.part, scope)
    return None if value is None else not value


def _and(node: And, scope: Scope) -> Truth:
    values = [evaluate(part, scope) for part in node.parts]
    return False if False in values else None if None in values else True


def _or(node: Or, scope: Scope) -> Truth:
    values = [evaluate(part, scope) for part in node.parts]
    return True if True in values else None if None in values else False


def _call(node: Call, scope: Scope) -> Any:
    values = [evaluate(arg, scope) for arg in node.args]
    if None in values and node.name not in OF_NULL:
        return None
    if node.name == "listed":
        return is_listed(scope.facts, values[0], _item_of(node.args[1], scope), values[1])
    if node.name in OF_AN_ITEM:
        return OF_AN_ITEM[node.name](scope.facts, _item_of(node.args[0], scope), values[0])
    if node.name in OF_THE_RUN:
        return OF_THE_RUN[node.name](scope.facts, *values)
    return FUNCTIONS[node.name](*values)


def _item_of(node: Node, scope: Scope) -> Item:
    assert isinstance(node, Column)
    return scope.item(node)


_READERS: dict[type, Callable[[Any, Scope], Any]] = {
    Literal: lambda node, _: node.value,
    Column: lambda node, scope: scope.value(node),
    IsNull: lambda node, scope: scope.received(node.column) is None,
    Compare: _compare,
    Among: _among,
    Not: _not,
    And: _and,
    Or: _or,
    Call: _call,
}

__all__ = ["Scope", "Truth", "evaluate", "holds", "list_named"]
