"""Conditions on one coded item, worked out beforehand for every code: what is left is a comparison of whole numbers.

The codes of an item are numbered in their order, and what a condition asks for mostly lies side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from sqlglot import exp

from schema.expression import Among, Call, Column, Compare, IsNull, Node, walk
from validators import terms
from validators.reading import Scope, evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schema.data_item import Item
    from validators.context import Context

#: from so many ranges on, the condition itself is no dearer
MOST = 6
#: types of the database for whole numbers, and how much fits into each
_SIZES = (("UTINYINT", 2**8 - 1), ("USMALLINT", 2**16 - 1), ("UINTEGER", 2**32 - 1))


class CodedParts(Mapping[Node, exp.Expr]):
    """Node of the row language → its SQL over the numbers of codes, for every node that reads one coded item alone.

    `domains`: item → its codes by their numbers from 0; None where a number stands for no code, which is never met.
    `number`: item → the SQL of the number of its code.
    """

    def __init__(
        self,
        context: Context,
        items: Mapping[str, Item],
        domains: Mapping[str, Sequence[str | None]],
        number: Callable[[str], exp.Expr],
    ) -> None:
        self._context = context
        self._items = items
        self._domains = domains
        self._number = number
        self._known: dict[Node, exp.Expr | None] = {}

    def __getitem__(self, node: Node) -> exp.Expr:
        if node not in self._known:
            self._known[node] = self._made(node) if isinstance(node, Call | Among | Compare | IsNull) else None
        made = self._known[node]
        if made is None:
            raise KeyError(node)
        return made

    def __iter__(self) -> Iterator[Node]:
        return iter([node for node, made in self._known.items() if made is not None])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def where(self, name: str, holds: Callable[[str], bool]) -> exp.Expr:
        """Whether the code of an item is one for which `holds` is true; null where it is blank."""
        return self._ranged(name, list(_ranges(self._verdicts(name, holds))))

    def numbered(self, name: str, number: Callable[[str], int], blank: int = 0) -> exp.Expr:
        """What `number` gives for the code of an item, from 0; `blank` where there is none.

        It is looked up by the number of the code: a CASE would take as much again for each code.
        """
        found = [0 if code is None else number(code) for code in self._domains[name]]
        size = next(kind for kind, most in _SIZES if max(found, default=0) <= most)
        listed = terms.cast(terms.literal(f"[{','.join(map(str, found))}]"), f"{size}[]")
        place = exp.Add(this=terms.cast(self._number(name), "INTEGER"), expression=terms.literal(1))
        return terms.call("coalesce", terms.call("list_extract", listed, place), terms.literal(blank))

    def _verdicts(self, name: str, verdict: Callable[[str], object]) -> list[object]:
        """The verdict by the number of the code; that of the number before where a number stands for none."""
        found: list[object] = []
        for code in self._domains[name]:
            found.append(verdict(code) if code is not None else found[-1] if found else False)
        return found

    def _made(self, node: Node) -> exp.Expr | None:
        read = {part for part in walk(node) if isinstance(part, Column)}
        name = next(iter(read)).name if len(read) == 1 else ""
        if name not in self._domains or any(part.table for part in read):
            return None
        if isinstance(node, IsNull):
            return terms.is_null(self._number(name))
        verdicts = self._verdicts(name, lambda code: self._verdict(node, name, code))
        if not all(isinstance(verdict, bool) for verdict in verdicts):
            return None
        ranges, blank = list(_ranges(verdicts)), self._verdict(node, name, None)
        if len(ranges) > MOST or not isinstance(blank, bool | None):
            return None
        made = self._ranged(name, ranges)
        return made if blank is None else terms.call("coalesce", exp.paren(made), terms.literal(blank))

    def _verdict(self, node: Node, name: str, code: str | None) -> object:
        item = self._items[name]
        return evaluate(node, Scope(self._context, {name: item}, {name: code}, {name: code}))

    def _ranged(self, name: str, ranges: Sequence[tuple[int, int]]) -> exp.Expr:
        number = self._number(name)
        if not ranges:
            return terms.case([(exp.Not(this=terms.is_null(number)), exp.false())], exp.null())
        return exp.or_(*(_within(number, first, last) for first, last in ranges))


def _ranges(verdicts: Sequence[object]) -> Iterator[tuple[int, int]]:
    """First and last place of every run of places that are true."""
    for true, run in groupby(range(len(verdicts)), key=lambda place: verdicts[place] is True):
        places = list(run)
        if true:
            yield places[0], places[-1]


def _within(number: exp.Expr, first: int, last: int) -> exp.Expr:
    if first == last:
        return exp.EQ(this=number.copy(), expression=terms.literal(first))
    return exp.paren(exp.Between(this=number.copy(), low=terms.literal(first), high=terms.literal(last)))
