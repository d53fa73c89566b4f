"""What is recorded of each fact and each characteristic, in every group of persons."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from validators.groups import BY, FACTS, Groups, split_characteristics, tells_who_was_asked
from validators.tally import SplitTally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from validators.context import Context
    from validators.groups import By, Fact
    from validators.reference.persons import People, Person

EVERYBODY = "all"
#: the answer of a person to a characteristic, in the words of facts
_WORDS = {"Y": "valid", "N": "valid", "U": "asked_unsure", "Z": "declined", "X": "not_known"}


class Recorded(NamedTuple):
    """What is recorded of one person: a word of PRECEDENCE, whether anybody asked, whether that was declined."""

    word: str
    asked: bool = False
    declined_asked: bool = False


def split_tallies(people: People, context: Context) -> Iterator[SplitTally]:
    """The facts of everybody and of each group, then the characteristics of each group."""
    for fact in FACTS:
        eligible = [person for person in people.all if fact.ages.include(person.age)]
        recorded = [(person, _fact(fact, person)) for person in eligible]
        yield _tally(fact.name, EVERYBODY, EVERYBODY, [found for _, found in recorded])
        yield from _by_group(fact.name, fact.same_as, recorded, context)
    if people.answer_rows is None:
        return
    for code, ages in split_characteristics(context):
        eligible = [person for person in people.all if ages.include(person.age)]
        yield from _by_group(code, None, [(person, _answer(code, people, person)) for person in eligible], context)


def _fact(fact: Fact, person: Person) -> Recorded:
    word = person.word(fact)
    asked = word in ("valid", "declined") and person.asked_ethnicity
    return Recorded(word, asked, asked and word == "declined")


def _answer(code: str, people: People, person: Person) -> Recorded:
    found = people.answers(code).get(person.key)
    if found is None:
        word, asked, declined = "missing", False, False
    else:
        word, asked, declined = _WORDS[found.answer], found.asked, found.declined_when_asked
    return Recorded(word, asked, declined)


def _by_group(
    subject: str, left_out: By | None, recorded: Sequence[tuple[Person, Recorded]], context: Context
) -> Iterator[SplitTally]:
    groups = Groups(context.dataset)
    for by in BY:
        for group in groups.of(by) if by != left_out else ():
            of_group = [found for person, found in recorded if person.groups[by] == group]
            if of_group:
                yield _tally(subject, by, group, of_group)


def _tally(subject: str, by: str, group: str, recorded: Sequence[Recorded]) -> SplitTally:
    held = Counter(found.word for found in recorded)
    return SplitTally(
        subject=subject,
        by=by,
        group=group,
        eligible=len(recorded),
        known=held["valid"],
        declined=held["declined"],
        unsure=held["asked_unsure"],
        not_known=held["not_known"],
        missing=held["missing"],
        invalid=held["invalid"],
        asked=sum(found.asked for found in recorded) if tells_who_was_asked(subject) else None,
        declined_asked=sum(found.declined_asked for found in recorded) if tells_who_was_asked(subject) else None,
    )
