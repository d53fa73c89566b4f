"""Where each person lives, and the Core20 figures, in plain Python."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from validators.core20 import CURRENT, INDEXES, OUTCOMES, Class, Gazetteer, class_of, gazetteer, place
from validators.tally import Core20Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from validators.context import Context
    from validators.reference.rows import Row


def gazetteer_of(persons: Sequence[Row], context: Context) -> Gazetteer:
    """The reference data by which these persons are placed."""
    return gazetteer(context, {row.typed["postcode"] for row in persons})


def core20_class(person: Row, known: Gazetteer) -> Class:
    """The Core20 class of a person, by the index that counts in this release."""
    return class_of(place(person.typed, CURRENT, known).outcome)


def core20_tallies(persons: Sequence[Row], received: Sequence[Row], context: Context) -> Iterator[Core20Tally]:
    """The figures over accepted persons, by each index that is loaded, or by all where deciles were received."""
    known = gazetteer_of(persons, context)
    sent = any(row.raw["imd_decile"] is not None for row in received)
    for index in INDEXES:
        if sent or index in known.deciles:
            yield _tally(index, persons, known)


def _tally(index: str, persons: Sequence[Row], known: Gazetteer) -> Core20Tally:
    held = Counter(place(row.typed, index, known).outcome for row in persons)
    pairs = [pair for row in persons if (pair := _pair(row, index, known)) is not None]
    return Core20Tally(
        index=index,
        persons=len(persons),
        outcomes=tuple(held[outcome] for outcome in OUTCOMES),
        compared=len(pairs),
        agree=sum(sent == derived for sent, derived in pairs),
        reversed=sum(sent == 11 - derived for sent, derived in pairs),
    )


def _pair(row: Row, index: str, known: Gazetteer) -> tuple[int, int] | None:
    """The decile that was sent, and the one that follows from postcode or area."""
    sent = row.typed["imd_decile"] if row.typed["imd_version"] == index else None
    elsewhere = row.typed["postcode"] is not None or row.typed["lsoa_code"] is not None
    derived = place(row.typed, index, known).decile if elsewhere else None
    return None if sent is None or derived is None else (sent, derived)
