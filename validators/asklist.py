"""Whom to ask next: for each clinic, ward or team the people whom nobody has asked, and what.

For the owner of the data alone. It is never part of a report, and holds local ids. An answer that somebody declined, or
was unsure of, is let be for a year; restricted characteristics, and people whose identity is withheld, are never on it.
"""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from validators.answers import NEVER_ASKED
from validators.context import completed_years, months_before
from validators.engines import load_engine
from validators.lookups import facts_of
from validators.reference_data.names import organisation_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from schema.code_list import Code
    from validators.context import Context
    from validators.source import Record, Source

    Records = Iterable[tuple[int, int | None, Record]]

PersonKey = tuple[str, str]

#: months for which a refusal, or an answer that is not certain, is let be
LET_BE: int = 12
#: the items of person that are asked of the person, with the words for the question
QUESTIONS: Mapping[str, str] = {
    "ethnic_category": "Ethnicity",
    "preferred_language": "Preferred language",
    "reasonable_adjustment_required": "Reasonable adjustments",
}
#: where somebody is seen: the items of a contact, the narrowest place first, with the word for it
PLACES: Mapping[str, str] = {"ward_code": "ward", "team_local_id": "team", "treatment_function": "clinic"}
NO_CONTACT = ("none", "")
#: what the code of a place is a code of
CODE_OF: Mapping[str, str] = {
    "ward": "the trust's own ward code",
    "team": "the trust's own id of a team or clinic",
    "clinic": "national code of the treatment function",
    "site": "ODS code of the site",
    "none": "",
}


@dataclass(frozen=True, slots=True, order=True)
class Ask:
    """One person of a list. `contact`: the day of the next contact, or else of the last one; `site`: where that is."""

    local_patient_id_org: str
    local_patient_id: str
    contact: str = ""
    is_next: bool = field(default=False, compare=False)
    questions: tuple[str, ...] = ()
    site: str = ""


@dataclass(frozen=True, slots=True)
class AskLists:
    """(kind of place, its code) → the people to be asked there; and the names of these places, as far as known.

    `lost`: answer rows that a check refused and no other row makes up for: whoever gave them can be asked again.
    """

    lists: Mapping[tuple[str, str], list[Ask]]
    names: Mapping[tuple[str, str], str]
    lost: int = 0


@dataclass(slots=True)
class _Person:
    """What is known of a person who may be asked."""

    birth_date: datetime.date | None
    questions: list[str]
    answered: set[str] = field(default_factory=set)
    contact: tuple[bool, str] | None = None
    place: tuple[str, str] = NO_CONTACT
    site: str = ""


def rows_left_out(sources: dict[str, Source], context: Context) -> Mapping[str, Collection[int]]:
    """The rows of each table that a check refuses. EngineError where the validator itself failed."""
    found: dict[str, frozenset[int]] = {}

    def keep(table: str, rows: Iterator[int]) -> None:
        found[table] = frozenset(rows)

    engine: Any = load_engine("duckdb")
    dataclasses.replace(engine, left_out_to=keep).run(sources, context)
    return found


def ask_lists(sources: Mapping[str, Source], context: Context, left_out: Mapping[str, Collection[int]]) -> AskLists:
    """The people to be asked, by their ids.

    `sources` holds person; the PLUS table and contacts where they were sent. `left_out`: rows of a table that a check
    refused: nothing is read from them, but the day and place of a contact after the period, which is refused for that,
    and how many answers were lost with them.
    """

    def accepted(table: str) -> Records:
        out = left_out.get(table, ())
        return (record for record in sources[table].records() if record[0] not in out) if table in sources else ()

    def refused(table: str) -> Records:
        out = left_out.get(table, ())
        return (record for record in sources[table].records() if record[0] in out) if out else ()

    asked = _Asking(context)
    people = asked.people(accepted("person"))
    asked.answers(people, accepted("plus_characteristic"))
    if "care_contact" in sources:
        asked.contacts(people, sources["care_contact"].records(), left_out.get("care_contact", ()))
    lists = asked.lists(people)
    return AskLists(lists, names_of(lists, context), asked.lost(people, refused("plus_characteristic")))


def names_of(lists: Mapping[tuple[str, str], list[Ask]], context: Context) -> dict[tuple[str, str], str]:
    """The names of the places and sites of some lists: of national codes and of the organisations that are loaded."""
    functions = {code.code: code.meaning for code in context.dataset.code_lists["treatment_function"].codes}
    sites = {code for kind, code in lists if kind == "site"} | {ask.site for asks in lists.values() for ask in asks}
    named = {("site", code): name for code, name in organisation_names(context.reference.get("ods"), sites).items()}
    return named | {(kind, code): functions[code] for kind, code in lists if kind == "clinic" and code in functions}


class _Asking:
    """The questions of one submission, as of the end of its period."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._facts = facts_of(context)
        self._day = context.period_end or context.today
        self._since = months_before(self._day, LET_BE)
        codes = context.dataset.code_lists["plus_characteristic"]
        declared = frozenset(context.typed_header("declared_plus") or ())
        self._restricted = codes.restricted
        self._codes = [c for c in codes.codes if self._is_asked(c, declared, codes.restricted)]

    def _is_asked(self, code: Code, declared: frozenset[str], restricted: frozenset[str]) -> bool:
        """Those that the provider collects; all of them where the header does not say."""
        collected = not declared or code.code in declared
        return collected and code.code not in restricted and code.code not in NEVER_ASKED

    def people(self, records: Records) -> dict[PersonKey, _Person]:
        """Everybody who may be asked, with the questions of the person table."""
        found: dict[PersonKey, _Person] = {}
        for _, _, record in records:
            key = self._key(record)
            if key is not None and not record.get("withheld_identity_reason") and not record.get("death_date"):
                found.setdefault(key, _Person(self._date(record, "birth_date"), self._items(record)))
        return found

    def _items(self, record: Record) -> list[str]:
        """The questions of the person table that have no answer."""
        found = []
        for item, words in QUESTIONS.items():
            told = (item, "ethnic_category_2021") if item == "ethnic_category" else (item,)
            if not any(self._answers(name, record.get(name)) for name in told):
                found.append(words)
        return found

    def _answers(self, name: str, value: str | None) -> bool:
        """Whether a value answers the question: known, or declined. A code of no list answers nothing."""
        item = self._context.dataset.tables["person"].item(name)
        return value is not None and self._facts.kind_of(item, value) in ("value", "declined", "asked_unsure")

    def answers(self, people: Mapping[PersonKey, _Person], records: Records) -> None:
        """Note what need not be asked."""
        for _, _, record in records:
            person = people.get(self._key(record) or ("", ""))
            if person is not None and self._settles(record):
                person.answered.add(record.get("characteristic_code") or "")

    def lost(self, people: Mapping[PersonKey, _Person], refused: Records) -> int:
        """Refused rows of answers that would let a question be. Of restricted characteristics none is counted."""
        return sum(self._is_lost(people.get(self._key(record) or ("", "")), record) for _, _, record in refused)

    def _is_lost(self, person: _Person | None, record: Record) -> bool:
        code = record.get("characteristic_code") or ""
        made_up_for = person is not None and code in person.answered
        return code not in self._restricted and not made_up_for and self._settles(record)

    def _settles(self, record: Record) -> bool:
        """A known answer settles a question; one declined or not certain does for a year, without a date for good."""
        value, day = record.get("value"), self._date(record, "recorded_date")
        return value in ("Y", "N") or (value in ("Z", "U") and (day is None or day > self._since))

    def contacts(self, people: Mapping[PersonKey, _Person], records: Records, left_out: Collection[int]) -> None:
        """Note where each person is seen next, or was seen last."""
        today = self._context.today.isoformat()
        for row, _, record in records:
            person = people.get(self._key(record) or ("", ""))
            day = self._date(record, "contact_date")
            if person is None or day is None or (row in left_out and day <= self._day):
                continue
            contact = (day.isoformat() > today, day.isoformat())
            if person.contact is None or _sooner(contact, person.contact):
                person.contact, person.place = contact, _place(record)
                person.site = record.get("site_code") or ""

    def lists(self, people: Mapping[PersonKey, _Person]) -> dict[tuple[str, str], list[Ask]]:
        """The lists, without those who have answered everything."""
        made: dict[tuple[str, str], list[Ask]] = {}
        for (org, local), person in people.items():
            questions = (*person.questions, *self._open(person))
            if questions:
                is_next, day = person.contact or (False, "")
                made.setdefault(person.place, []).append(Ask(org, local, day, is_next, questions, person.site))
        return {place: sorted(asks) for place, asks in sorted(made.items())}

    def _open(self, person: _Person) -> Iterator[str]:
        for code in self._codes:
            if code.code not in person.answered and self._eligible(code, person.birth_date):
                yield code.meaning

    def _eligible(self, code: Code, birth: datetime.date | None) -> bool:
        low, high = code.details.get("min_age"), code.details.get("max_age")
        if not low and not high:
            return True
        age = completed_years(birth, self._day) if birth is not None else None
        return age is not None and (not low or age >= int(low)) and (not high or age <= int(high))

    def _key(self, record: Record) -> PersonKey | None:
        org = record.get("local_patient_id_org") or self._context.provider
        local = record.get("local_patient_id")
        return (org, local) if org and local else None

    def _date(self, record: Record, name: str) -> datetime.date | None:
        try:
            return datetime.date.fromisoformat((record.get(name) or "")[:10])
        except ValueError:
            return None


def _sooner(one: tuple[bool, str], other: tuple[bool, str]) -> bool:
    """Whether a contact takes the place of another: the next one before all past ones, and of those the latest."""
    if one[0] != other[0]:
        return one[0]
    return one[1] < other[1] if one[0] else one[1] > other[1]


def _place(record: Record) -> tuple[str, str]:
    for item, word in PLACES.items():
        if record.get(item):
            return word, record[item] or ""
    return "site", record.get("site_code") or ""
