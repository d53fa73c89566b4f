"""What each item holds over accepted rows, and ethnicity and linkage over accepted persons."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from validators.answers import ANY_OTHER_ETHNICITY, ASKED_SOURCES, NOT_KNOWN_VALUES
from validators.lookups import facts_of
from validators.tally import EqualityTally, ItemTally, LinkageTally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schema.data_item import Item
    from validators.context import Context
    from validators.reference.rows import Row, TableRules

TRACED = "01"


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


def equality_tally(persons: Sequence[Row], rules: TableRules) -> EqualityTally:
    """Ethnicity by either item: known in one of them is known."""
    held = Counter(ethnicity(row, rules) for row in persons)
    return EqualityTally(
        persons=len(persons),
        known=held["valid"],
        declined=held["declined"],
        not_known=held["not_known"],
        missing=held["missing"],
        invalid=held["invalid"],
        asked=sum(_was_asked(row, rules) for row in persons),
        any_other=sum(_first_character(row, rules, ("valid",)) in ANY_OTHER_ETHNICITY for row in persons),
        local_second_character=sum(_has_second_character(row, rules) for row in persons),
    )


def ethnicity(row: Row, rules: TableRules) -> str:
    """What a person's ethnicity is recorded as; the first of these words that holds for one of the two items."""
    held = {status(row, rules.items[name], rules.context) for name in ("ethnic_category", "ethnic_category_2021")}
    return next(word for word in ("valid", "declined", "not_known", "invalid", "missing") if word in held)


def _was_asked(row: Row, rules: TableRules) -> bool:
    return ethnicity(row, rules) in ("valid", "declined") and row.typed["ethnic_category_source"] in ASKED_SOURCES


def _first_character(row: Row, rules: TableRules, words: tuple[str, ...]) -> str | None:
    usable = status(row, rules.items["ethnic_category"], rules.context) in words
    return (row.raw["ethnic_category"] or "")[:1] if usable else None


def _has_second_character(row: Row, rules: TableRules) -> bool:
    code = row.raw["ethnic_category"] or ""
    return _first_character(row, rules, ("valid", "declined")) is not None and len(code) > 1


def linkage_tally(persons: Sequence[Row]) -> LinkageTally:
    """NHS numbers as they stand after every rule took away what it takes away."""
    numbered = [row for row in persons if row.typed["nhs_number"] is not None]
    traced = sum(row.typed["nhs_number_status"] == TRACED for row in numbered)
    return LinkageTally(persons=len(persons), with_number=len(numbered), status_01=traced)
