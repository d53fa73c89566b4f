"""What each person answered on each characteristic: one answer a person, over the persons of an eligible age."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators.answers import ANSWER_ORDER, ASKED_SOURCES, NEVER_ASKED, SOURCE_ORDER
from validators.context import completed_years
from validators.reference.group_checks import grouped
from validators.tally import PlusTally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from validators.context import Context
    from validators.reference.rows import Row

KNOWN = ("Y", "N")
NO_ANSWER = "X"


@dataclass(frozen=True, slots=True)
class Ages:
    """The ages, in completed years, at which a characteristic can apply; None is open."""

    lowest: int | None = None
    highest: int | None = None

    def include(self, age: int | None) -> bool:
        """Whether a person of the age is eligible. Somebody of unknown age is where there is no limit."""
        if self.lowest is None and self.highest is None:
            return True
        if age is None:
            return False
        return (self.lowest is None or age >= self.lowest) and (self.highest is None or age <= self.highest)


def plus_tallies(persons: Sequence[Row], answers: Sequence[Row], context: Context) -> Iterator[PlusTally]:
    """Every characteristic of the release that is not restricted, then every local code that the header declares."""
    for code, ages in characteristics(context):
        eligible = {row.person for row in persons if ages.include(_age(row, context))}
        of_code = [row for row in answers if row.typed["characteristic_code"] == code and row.person in eligible]
        yield _tally(code, len(eligible), [Answers(group) for group in grouped(of_code, lambda row: row.person)])


def characteristics(context: Context) -> Iterator[tuple[str, Ages]]:
    """The characteristics that are counted, with the ages of who is eligible."""
    code_list = context.dataset.code_lists["plus_characteristic"]
    for code in code_list.codes:
        if code.code not in code_list.restricted:
            yield code.code, Ages(*(_limit(code.details.get(name)) for name in ("min_age", "max_age")))
    for local in sorted(context.local_codes):
        yield local, Ages()


def _limit(text: str | None) -> int | None:
    return int(text) if text else None


def _age(person: Row, context: Context) -> int | None:
    birth, day = person.typed["birth_date"], context.period_end
    return None if birth is None or day is None else completed_years(birth, day)


@dataclass(frozen=True, slots=True)
class Answers:
    """The rows of one person on one characteristic."""

    rows: Sequence[Row]

    @property
    def counted(self) -> Row:
        """The row that counts: the newest known answer, else the newest of the others."""
        known = [row for row in self.rows if value(row) in KNOWN]
        return min(known or self.rows, key=_rank)

    @property
    def answer(self) -> str:
        """The answer of that row."""
        return value(self.counted)

    @property
    def asked(self) -> bool:
        """Whether the person, or somebody for them, was asked."""
        return any(_was_asked(row) for row in self.rows)

    @property
    def declined_when_asked(self) -> bool:
        """Whether the person was asked and declined, once or more."""
        return any(_was_asked(row) and value(row) == "Z" for row in self.rows)

    @property
    def declined_later(self) -> bool:
        """Whether a known answer stands, and the person has declined since."""
        if self.answer not in KNOWN:
            return False
        since = self.counted.typed["recorded_date"] or datetime.date.min
        return any(value(row) == "Z" and (row.typed["recorded_date"] or datetime.date.min) > since for row in self.rows)


def value(row: Row) -> str:
    """The answer of a row; one that was taken away is not known."""
    return row.typed["value"] or NO_ANSWER


def _was_asked(row: Row) -> bool:
    return value(row) != NO_ANSWER and row.typed["source"] in ASKED_SOURCES


def _rank(row: Row) -> tuple[int, int, int]:
    """The smallest counts: the newest (undated ones last), then by source, then by the answer itself."""
    day = row.typed["recorded_date"]
    return (
        -(day.toordinal() if day else 0),
        _place(row.typed["source"], SOURCE_ORDER),
        _place(value(row), ANSWER_ORDER),
    )


def _place(code: str | None, order: Sequence[str | None]) -> int:
    return order.index(code) if code in order else len(order)


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
