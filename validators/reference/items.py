"""What each item holds over accepted rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from validators.answers import NOT_KNOWN_VALUES
from validators.lookups import facts_of
from validators.tally import ItemTally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schema.data_item import Item
    from validators.context import Context
    from validators.reference.rows import Row, TableRules


def item_tallies(rows: Sequence[Row], rules: TableRules) -> Iterator[ItemTally]:
    """What each item of a table holds: each row is counted under one word."""
    for item in rules.table.items:
        held = Counter(status(row, item, rules.context) for row in rows)
        yield ItemTally(
            table=rules.table.name,
            item=item.name,
            rows=len(rows),
            missing=held["missing"],
            invalid=held["invalid"],
            valid=held["valid"],
            not_known=held["not_known"],
            declined=held["declined"],
            asked_unsure=held["asked_unsure"],
        )


def status(row: Row, item: Item, context: Context) -> str:
    """What one item of a row holds: missing, invalid, or what its code says."""
    received = row.raw[item.name]
    if received is None:
        return "missing"
    if item.name in row.spoiled:
        return "invalid"
    if item.data_type.typed(received) in NOT_KNOWN_VALUES.get(item.name, ()):
        return "not_known"
    kind = facts_of(context).kind_of(item, received) if item.data_type.code_list else None
    return "valid" if kind in (None, "value") else kind
