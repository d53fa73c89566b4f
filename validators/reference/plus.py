"""What each person answered on each characteristic: one answer a person, over the persons of an eligible age."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from validators.answers import NEVER_ASKED
from validators.groups import characteristics
from validators.tally import PlusTally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from validators.context import Context
    from validators.reference.persons import People
    from validators.reference.plus_answers import Answers


def plus_tallies(people: People, context: Context) -> Iterator[PlusTally]:
    """Every characteristic of the release that is not restricted, then every local code that the header declares."""
    for code, ages in characteristics(context):
        eligible = [person for person in people.all if ages.include(person.age)]
        found = people.answers(code)
        yield _tally(code, len(eligible), [found[person.key] for person in eligible if person.key in found])


def _tally(code: str, eligible: int, persons: Sequence[Answers]) -> PlusTally:
    counted = Counter(answers.answer for answers in persons)
    never_asked = code in NEVER_ASKED
    return PlusTally(
        characteristic=code,
        eligible=eligible,
        yes=counted["Y"],
        no=counted["N"],
        unsure=counted["U"],
        declined=counted["Z"],
        not_known=counted["X"],
        not_recorded=eligible - len(persons),
        asked=None if never_asked else sum(answers.asked for answers in persons),
        declined_asked=None if never_asked else sum(answers.declined_when_asked for answers in persons),
        declined_after_answer=sum(answers.declined_later for answers in persons),
    )
