"""Ethnicity over accepted persons, and how well persons can be linked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from validators.answers import ANY_OTHER_ETHNICITY, ANY_OTHER_ETHNICITY_2021
from validators.groups import BY, NOT_KNOWN, Fact, Groups, split_characteristics
from validators.hidden import ETHNIC_ITEMS
from validators.reference.group_checks import grouped
from validators.tally import EqualityTally, LinkageTally, LinkedTally, by_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from validators.context import Context
    from validators.reference.persons import People, Person

ETHNICITY = Fact("ethnicity", ETHNIC_ITEMS)
RECORDED = ("valid", "declined")
TRACED = "01"
_ANY_OTHER = {"ethnic_category": ANY_OTHER_ETHNICITY, "ethnic_category_2021": ANY_OTHER_ETHNICITY_2021}


def equality_tally(people: People) -> EqualityTally:
    """Ethnicity by either item: known in one of them is known."""
    persons = people.all
    held = Counter(person.word(ETHNICITY) for person in persons)
    recorded = [person for person in persons if person.word(ETHNICITY) in RECORDED]
    conflicts = _conflicts(persons)
    return EqualityTally(
        persons=len(persons),
        known=held["valid"],
        declined=held["declined"],
        not_known=held["not_known"],
        missing=held["missing"],
        invalid=held["invalid"],
        asked=sum(person.asked_ethnicity for person in recorded),
        any_other=sum(_is_any_other(person) for person in persons),
        local_second_character=sum(_has_second_character(person) for person in persons),
        conflicting=sum(len(group) for group in conflicts),
        conflicting_numbers=len(conflicts),
        sources=_sources(recorded),
    )


def _is_any_other(person: Person) -> bool:
    """By the first item that holds a category."""
    found = next((name for name in ETHNIC_ITEMS if person.held(name) == "valid"), None)
    return found is not None and person.category(found) in _ANY_OTHER[found]


def _has_second_character(person: Person) -> bool:
    return person.held("ethnic_category") in RECORDED and len(person.row.raw["ethnic_category"] or "") > 1


def _sources(recorded: Sequence[Person]) -> tuple[tuple[str | None, int], ...]:
    counted = Counter(person.row.typed["ethnic_category_source"] for person in recorded)
    return tuple(sorted(counted.items(), key=lambda pair: (pair[0] is None, pair[0] or "")))


def _conflicts(persons: Sequence[Person]) -> list[list[Person]]:
    """Persons of one NHS number with two known categories of one list, a group a number."""
    groups = grouped_by_number(persons)
    return [group for group in groups if any(_differ(group, name) for name in ETHNIC_ITEMS)]


def grouped_by_number(persons: Sequence[Person]) -> list[list[Person]]:
    """Persons by their NHS number as it stood before a number of two persons was taken away."""
    rows = {id(person.row): person for person in persons}
    groups = grouped([person.row for person in persons], lambda row: row.usable("nhs_number"))
    return [[rows[id(row)] for row in group] for group in groups]


def _differ(group: Sequence[Person], name: str) -> bool:
    return len({category for person in group if (category := person.category(name)) is not None}) > 1


def linkage_tally(people: People, context: Context) -> LinkageTally:
    """NHS numbers as they stand after every rule took away what it takes away; dates of birth on 1 January."""
    births = [birth for person in people.all if (birth := person.row.typed["birth_date"]) is not None]
    everybody = _linked("all", "all", people.all)
    return LinkageTally(
        persons=everybody.persons,
        with_number=everybody.with_number,
        status_01=everybody.status_01,
        birth_dates=len(births),
        born_1_january=sum((birth.month, birth.day) == (1, 1) for birth in births),
        groups=by_name(_linked_groups(people, context)),
    )


def _linked_groups(people: People, context: Context) -> Iterator[LinkedTally]:
    groups = Groups(context.dataset)
    for by in BY:
        for group in groups.of(by):
            yield from _some(by, group, [person for person in people.all if person.groups[by] == group])
    if people.answer_rows is None:
        return
    for code, ages in split_characteristics(context):
        eligible = [person for person in people.all if ages.include(person.age)]
        for group in ("yes", "no", NOT_KNOWN):
            yield from _some(code, group, [p for p in eligible if people.answer_group(code, p) == group])


def _some(by: str, group: str, persons: Sequence[Person]) -> Iterator[LinkedTally]:
    if persons:
        yield _linked(by, group, persons)


def _linked(by: str, group: str, persons: Sequence[Person]) -> LinkedTally:
    numbered = [person.row.typed for person in persons if person.row.typed["nhs_number"] is not None]
    traced = sum(typed["nhs_number_status"] == TRACED for typed in numbered)
    return LinkedTally(by, group, len(persons), len(numbered), traced)
