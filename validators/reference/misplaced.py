"""Identifiers in the wrong place, value by value."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from validators.engines.base import FailingRow
from validators.misplaced import form_of, judged, looked_at, number_item, rule_id, tally_of
from validators.tally import spread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schema.table_definition import TableDefinition
    from validators.misplaced import Form
    from validators.reference.rows import Row
    from validators.tally import MisplacedTally


def misplaced_tallies(table: TableDefinition, rows: Sequence[Row]) -> Iterator[MisplacedTally]:
    """What each text of the provider's own holds, over all rows, rejected ones too."""
    for item in looked_at(table):
        found = _by_form(table, item.name, rows)
        counts: dict[Form, int] = {form: len(numbers) for form, numbers in found.items()}
        yield tally_of(table, item.name, counts, lambda forms, f=found: spread(n for form in forms for n in f[form]))


def misplaced_rows(table: TableDefinition, rows: Sequence[Row]) -> Iterator[FailingRow]:
    """The rows, for the list of failing rows."""
    for item in looked_at(table):
        found = _by_form(table, item.name, rows)
        counts: dict[Form, int] = {form: len(numbers) for form, numbers in found.items()}
        for kind, forms in judged(counts).items():
            yield from (FailingRow(n, rule_id(table, item.name), kind) for form in forms for n in found[form])


def _by_form(table: TableDefinition, item: str, rows: Sequence[Row]) -> dict[Form, list[int]]:
    own = number_item(table)
    found: dict[Form, list[int]] = defaultdict(list)
    for row in rows:
        value = row.raw[item]
        if value is not None:
            found[form_of(value, row.raw[own] if own else None)].append(row.number)
    return found
