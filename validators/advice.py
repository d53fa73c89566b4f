"""Good practice on recording ethnicity, chosen by what was found.

A sentence stands only where it is about eight persons or more, so that its being there tells no small number: the text
may stand in every copy of the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from validators.tally import EqualityTally

#: fewest persons that a sentence is about
FEWEST = 8
#: share from which on something is too common to be what people said
MANY_DECLINED = 0.10
MANY_ANY_OTHER = 0.15

_ALWAYS = (
    "Say why you ask: to see whom services and records leave out.",
    "A refusal is an answer: record it as Z, respect it, and do not ask again at every visit.",
    "Nobody is coded by their name, their looks or their language.",
)


def ethnicity_advice(found: EqualityTally) -> str:
    """One paragraph: what always holds, and what follows from the figures."""
    return " ".join((*_found(found), *_ALWAYS))


def _found(found: EqualityTally) -> Iterator[str]:
    sources: Mapping[str | None, int] = dict(found.sources)
    if found.missing >= FEWEST:
        yield (
            "Some people have no ethnicity recorded at all: ask at the next contact, on the form or by the person who "
            "books, and give all the choices to read."
        )
    if found.not_known >= FEWEST:
        yield (
            "99 says that nobody asked or wrote it down: find out whether a screen or an import sets it, and ask these "
            "people too."
        )
    if _at_least(found.declined, MANY_DECLINED, found.persons):
        yield "Not stated (Z) is common here: make sure that no system sets it where nobody was asked."
    if sources.get("3", 0) + sources.get("5", 0) >= FEWEST:
        yield "Some codes were assumed by staff or worked out by a program: they stand until the person is asked."
    if sources.get(None, 0) + sources.get("9", 0) >= FEWEST:
        yield "For some codes nobody knows who said so: send the source with the code."
    if _at_least(found.any_other, MANY_ANY_OTHER, found.known):
        yield (
            "“Any other” is used often: check that the list on the screen is whole and that the choice is the person's "
            "own."
        )
    if found.conflicting >= FEWEST:
        yield (
            "Some NHS numbers carry more than one ethnicity: find out whether one person is registered twice, and ask "
            "rather than choose."
        )
    if found.local_second_character >= FEWEST:
        yield (
            "Keep local second characters: CL, CM and CN are where Gypsy and Traveller people are recorded today. "
            "Where they said so, send the characteristic GRT or a 2021 group too."
        )


def _at_least(count: int, share: float, whole: int) -> bool:
    return count >= FEWEST and count >= share * whole
