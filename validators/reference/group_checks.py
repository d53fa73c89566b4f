"""The checks that read several rows of one table together: which rows each assesses, and which of them fail."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from validators.tally import most_first

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from schema.check import Contradiction, Copied, Repeated, SharedValue
    from validators.reference.rows import Row


class Judged(NamedTuple):
    """How many rows a rule had a verdict on, and those that broke it."""

    assessed: int
    failing: list[Row]
    #: items in which failing rows of one key differ, each with how many keys there are of which they do
    differing: tuple[tuple[str, int], ...] = ()


def grouped(rows: Sequence[Row], by: Callable[[Row], Hashable]) -> list[list[Row]]:
    """The rows that `by` gives one value, in groups; rows for which it gives None are left out."""
    groups: dict[Hashable, list[Row]] = {}
    for row in rows:
        value = by(row)
        if value is not None:
            groups.setdefault(value, []).append(row)
    return list(groups.values())


def whole(row: Row) -> tuple[str | None, ...]:
    """Every value of a row as received: rows for which it is the same are alike in every item."""
    return tuple(row.raw.values())


def _repeated(check: Repeated, rows: Sequence[Row]) -> Judged:
    """Rows of one key that are not alike: all of them fail."""
    groups = [group for group in grouped(rows, lambda row: row.key(check.key)) if len({whole(r) for r in group}) > 1]
    differing = Counter(name for group in groups for name in group[0].raw if len({row.raw[name] for row in group}) > 1)
    return Judged(len(rows), [row for group in groups for row in group], most_first(differing))


def _copied(check: Copied, rows: Sequence[Row]) -> Judged:
    """Rows alike in every item: all of them fail, and the first of them counts for all."""
    alike = grouped(rows, lambda row: tuple(row.raw[name] for name in check.items))
    groups = [group for group in alike if len(group) > 1]
    for group in groups:
        for row in group[1:]:
            row.copy = True
    return Judged(len(rows), [row for group in groups for row in group])


def _shared_value(check: SharedValue, rows: Sequence[Row]) -> Judged:
    """Rows of two or more persons with one value: all of them fail."""
    holding = [row for row in rows if row.typed[check.item] is not None]
    groups = grouped(holding, lambda row: row.typed[check.item])
    return Judged(len(holding), [row for group in groups if len({r.person for r in group}) > 1 for row in group])


def _contradiction(check: Contradiction, rows: Sequence[Row]) -> Judged:
    """Rows alike in the items of the group that hold different ones of the values: all of them fail."""
    holding = [row for row in rows if row.typed[check.item] in check.values and _group(check, row) is not None]
    groups = grouped(holding, lambda row: _group(check, row))
    contradicting = [group for group in groups if len({row.typed[check.item] for row in group}) > 1]
    return Judged(len(holding), [row for group in contradicting for row in group])


def _group(check: Contradiction, row: Row) -> tuple[Any, ...] | None:
    values = tuple(row.typed[name] for name in check.group)
    return None if None in values else values


GROUP_CHECKS: dict[str, Callable[[Any, Sequence[Row]], Judged]] = {
    "repeated": _repeated,
    "copied": _copied,
    "shared_value": _shared_value,
    "contradiction": _contradiction,
}
