"""Accepted persons with the groups they are in, and what each fact of them is recorded as."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from validators.answers import ASKED_SOURCES
from validators.context import completed_years
from validators.groups import BY, DECLINED, NOT_KNOWN, PRECEDENCE, By, age_band, ethnic_groups
from validators.hidden import ETHNIC_ITEMS
from validators.reference.items import status
from validators.reference.places import core20_class, gazetteer_of
from validators.reference.plus_answers import Answers, answers_by_person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from validators.core20 import Gazetteer
    from validators.groups import Fact
    from validators.reference.rows import Row, TableRules

Key = tuple[str, ...]


@dataclass(frozen=True)
class Person:
    """One accepted person row, as the measures see it."""

    row: Row
    rules: TableRules
    known: Gazetteer

    @cached_property
    def key(self) -> Key:
        """The person key; an accepted row has one."""
        assert self.row.person is not None
        return self.row.person

    @cached_property
    def age(self) -> int | None:
        """Completed years at period end; None where the date of birth or the period is not known."""
        birth, day = self.row.typed["birth_date"], self.rules.context.period_end
        return None if birth is None or day is None else completed_years(birth, day)

    @cached_property
    def days(self) -> int | None:
        """Age in days at period end."""
        birth, day = self.row.typed["birth_date"], self.rules.context.period_end
        return None if birth is None or day is None else (day - birth).days

    @cached_property
    def groups(self) -> Mapping[By, str]:
        """The group of each kind."""
        found = (core20_class(self.row, self.known), age_band(self.age), self._gender(), self._ethnic_group())
        return dict(zip(BY, found, strict=True))

    def _gender(self) -> str:
        stated = self.row.typed["stated_gender"]
        return stated if stated is not None and self.held("stated_gender") == "valid" else NOT_KNOWN

    def _ethnic_group(self) -> str:
        """By the heading of the list in which the ethnicity is known; that of 2001 where it is known in both."""
        for name in ETHNIC_ITEMS:
            if self.held(name) == "valid":
                return self._headings(name)[self.category(name) or ""]
        return DECLINED if "declined" in {self.held(name) for name in ETHNIC_ITEMS} else NOT_KNOWN

    def _headings(self, name: str) -> Mapping[str, str]:
        lists = self.rules.context.dataset.code_lists
        return ethnic_groups(lists[self.rules.items[name].data_type.code_list or ""])

    def category(self, name: str) -> str | None:
        """The national category that an ethnicity item holds; None where it holds none."""
        if self.held(name) != "valid":
            return None
        code = self.row.raw[name] or ""
        return code[:1] if self.rules.items[name].data_type.local_second_character else code

    def held(self, name: str) -> str:
        """What an item of the row holds."""
        return status(self.row, self.rules.items[name], self.rules.context)

    def word(self, fact: Fact) -> str:
        """What a fact is recorded as: the first of PRECEDENCE that one of its items holds."""
        held = {self.held(name) for name in fact.items}
        return next(word for word in PRECEDENCE if word in held)

    @property
    def asked_ethnicity(self) -> bool:
        """Whether the person, or somebody for them, was asked for the source of a known or declined ethnicity."""
        return self.row.typed["ethnic_category_source"] in ASKED_SOURCES


@dataclass(frozen=True)
class People:
    """Accepted persons, and what they answered. `answer_rows` is None where the table was not sent."""

    rows: Sequence[Row]
    rules: TableRules
    answer_rows: Sequence[Row] | None

    @cached_property
    def all(self) -> list[Person]:
        """Every accepted person."""
        known = gazetteer_of(self.rows, self.rules.context)
        return [Person(row, self.rules, known) for row in self.rows]

    @cached_property
    def by_key(self) -> Mapping[Key, Person]:
        """The accepted persons by their key."""
        return {person.key: person for person in self.all}

    @cached_property
    def _answers(self) -> Mapping[str, Mapping[Key, Answers]]:
        return {} if self.answer_rows is None else answers_by_person(self.answer_rows)

    def answers(self, characteristic: str) -> Mapping[Key, Answers]:
        """The answers to a characteristic by person."""
        return self._answers.get(characteristic, {})

    def answer_group(self, characteristic: str, person: Person) -> str:
        """Whether the person is in the group of a characteristic: yes, no, or not known."""
        found = self.answers(characteristic).get(person.key)
        return {"Y": "yes", "N": "no"}.get(found.answer if found else "", NOT_KNOWN)
