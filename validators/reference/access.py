"""Access to care, row by row: what is true of each referral and contact, and of whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators import access
from validators.access import MEASURES
from validators.groups import BY, NOT_KNOWN, Groups, declared_characteristics
from validators.tally import AccessTally

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterator, Sequence

    from validators.access import AccessMeasureKind
    from validators.context import Context
    from validators.groups import Ages
    from validators.reference.persons import Key, People, Person
    from validators.reference.rows import Row

#: event → person → rows of the person of which it is true
Events = dict[str, dict["Key", int]]


@dataclass(frozen=True)
class Counted:
    """Rows by event and person, over some persons."""

    events: Events

    def of(self, event: str, persons: Sequence[Person]) -> tuple[int, int]:
        """(rows, persons who have any)."""
        found = self.events[event]
        counts = [found[person.key] for person in persons if found.get(person.key)]
        return sum(counts), len(counts)


def access_tallies(
    people: People, referrals: Sequence[Row] | None, contacts: Sequence[Row] | None, context: Context
) -> Iterator[AccessTally]:
    """Every measure of the tables that were sent, over everybody and in each group that holds anybody."""
    sent = {"person": people.rows, "referral": referrals, "care_contact": contacts}
    counted = Counted(_events(people, referrals or (), contacts or (), context))
    for kind in MEASURES:
        if sent[kind.table] is not None:
            for by, groups in _partitions(people, context):
                yield from _measured(kind, by, groups, counted)


def _partitions(people: People, context: Context) -> Iterator[tuple[str, dict[str, list[Person]]]]:
    """Persons parted in each way."""
    yield "all", {"all": people.all}
    groups = Groups(context.dataset)
    for by in BY:
        yield by, {g: found for g in groups.of(by) if (found := [p for p in people.all if p.groups[by] == g])}
    for code, ages in declared_characteristics(context) if people.answer_rows is not None else ():
        yield code, _by_answer(people, code, ages)


def _by_answer(people: People, code: str, ages: Ages) -> dict[str, list[Person]]:
    parted = defaultdict[str, list["Person"]](list)
    for person in people.all:
        if ages.include(person.age):
            parted[people.answer_group(code, person)].append(person)
    return {group: parted[group] for group in ("yes", "no", NOT_KNOWN) if parted[group]}


def _measured(
    kind: AccessMeasureKind, by: str, groups: dict[str, list[Person]], counted: Counted
) -> Iterator[AccessTally]:
    everybody = [person for persons in groups.values() for person in persons]
    for group, persons in groups.items():
        numerator, persons_counted = counted.of(kind.counted, persons)
        if kind.of is None:
            denominator, resting = counted.of(kind.counted, everybody)[0], persons_counted
        else:
            denominator, resting = counted.of(kind.of, persons)
        if denominator:
            yield AccessTally(kind.name, by, group, numerator, denominator, resting, persons_counted)


def _events(people: People, referrals: Sequence[Row], contacts: Sequence[Row], context: Context) -> Events:
    events: Events = {event: defaultdict(int) for names in access.EVENTS.values() for event in names}

    def count(rows: Sequence[Row], told: Callable[[Row], Iterator[str]]) -> None:
        for row in rows:
            for event in told(row):
                assert row.person is not None
                events[event][row.person] += 1

    interpreted = {key for key, answers in people.answers(access.INTERPRETER).items() if answers.answer == "Y"}
    count([person.row for person in people.all], lambda row: _of_person(people.by_key[row.person or ()]))
    count(referrals, lambda row: _of_referral(row, context.period_end))
    count(contacts, lambda row: _of_contact(row, interpreted=row.person in interpreted))
    return events


def _of_person(person: Person) -> Iterator[str]:
    if person.days is None or person.days >= access.BABY:
        yield "persons"
        if person.row.typed["gp_practice_code"] == access.NO_PRACTICE:
            yield "without_practice"


def _of_referral(row: Row, day: datetime.date | None) -> Iterator[str]:
    """Nothing is open or waiting at the end of a period that is not known."""
    yield "referrals"
    typed = row.typed
    if day is None or not _by_then(typed["referral_received_date"], day):
        return
    if _by_then(typed["discharge_date"], day) or _by_then(typed["rejection_date"], day):
        return
    yield "open"
    if _by_then(typed["first_attended_date"], day):
        return
    yield "waiting"
    waited = (day - (typed["clock_start_date"] or typed["referral_received_date"])).days
    if waited > access.WEEKS_18:
        yield "over_18_weeks"
    if waited > access.WEEKS_52:
        yield "over_52_weeks"


def _by_then(date: datetime.date | None, day: datetime.date) -> bool:
    return date is not None and date <= day


def _of_contact(row: Row, *, interpreted: bool) -> Iterator[str]:
    yield "contacts"
    status, interpreter = row.typed["attendance_status"], row.typed["interpreter_present"]
    if status in access.WITH_STATUS:
        yield "with_status"
    if status in access.NOT_CANCELLED:
        yield "not_cancelled"
    if status in access.MISSED:
        yield "missed"
    if status in access.CANCELLED_BY_PROVIDER:
        yield "cancelled_by_provider"
    if interpreted and status not in access.NOT_SEEN and interpreter in access.INTERPRETER_TOLD:
        yield "interpreter_told"
        if interpreter in access.NO_INTERPRETER:
            yield "without_interpreter"
