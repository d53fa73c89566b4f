"""From the tallies of Core20 to the figures of a report. No engine is known here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.core20 import INDEXES, OUTCOMES, REASONS
from validators.finding import rate_on_persons
from validators.measured import Core20, Core20Figure, NotPlaced, SubmittedDecile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validators.tally import Core20Tally


def core20_of(tallies: Iterable[Core20Tally]) -> Core20:
    """Where persons live, by each index."""
    return Core20(figures=tuple(map(_core20_figure, tallies)))


def _core20_figure(tally: Core20Tally) -> Core20Figure:
    held = dict(zip(OUTCOMES, tally.outcomes, strict=True))
    reasons = [NotPlaced(reason=r, meaning=text, persons=held[r]) for r, text in REASONS.items() if held[r]]
    not_placed = sum(held[reason] for reason in REASONS)
    return Core20Figure(
        index=tally.index,
        areas=INDEXES[tally.index],
        persons=tally.persons,
        yes=held["yes"],
        no=held["no"],
        institution=held["institution"],
        not_placed=not_placed,
        reasons=tuple(reasons),
        rate=rate_on_persons(held["yes"], held["yes"] + held["no"]),
        not_placed_rate=rate_on_persons(not_placed, tally.persons),
        submitted=_submitted(tally) if tally.compared else None,
    )


def _submitted(tally: Core20Tally) -> SubmittedDecile:
    return SubmittedDecile(
        compared=tally.compared,
        agree=tally.agree,
        differ=tally.compared - tally.agree,
        reversed=tally.reversed,
        order_reversed=2 * tally.reversed > tally.compared,
    )
