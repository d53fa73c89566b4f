"""What each person answered on each characteristic: one answer a person, over the persons of an eligible age."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators.answers import ANSWER_ORDER, ASKED_SOURCES, NEVER_ASKED, SOURCE_ORDER
from validators.groups import characteristics
from validators.reference.group_checks import grouped
from validators.tally import PlusTally

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Sequence

    from validators.context import Context
    from validators.reference.persons import People
    from validators.reference.rows import Row

    Key = tuple[str, ...]

KNOWN = ("Y", "N")
NO_ANSWER = "X"


def plus_tallies(people: People, context: Context) -> Iterator[PlusTally]:
    """Every characteristic of the release that is not restricted, then every local code that the header declares."""
    for code, ages in characteristics(context):
        eligible = [person for person in people.all if ages.include(person.age)]
        found = people.answers(code)
        yield _tally(code, len(eligible), [found[person.key] for person in eligible if person.key in found])


def answers_by_person(rows: Sequence[Row]) -> dict[str, dict[Key, Answers]]:
    """Characteristic → person → their rows on it."""
    found: dict[str, dict[Key, Answers]] = {}
    for group in grouped(rows, _person_and_characteristic):
        code, person = group[0].typed["characteristic_code"], group[0].person
        assert person is not None
        found.setdefault(code, {})[person] = Answers(group)
    return found


def _person_and_characteristic(row: Row) -> tuple[Key, str] | None:
    code = row.typed["characteristic_code"]
    return None if row.person is None or code is None else (row.person, code)


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
        since = _newness(self.counted)
        return any(value(row) == "Z" and _newness(row) > since for row in self.rows)


def value(row: Row) -> str:
    """The answer of a row; one that was taken away is not known."""
    return row.typed["value"] or NO_ANSWER


def _was_asked(row: Row) -> bool:
    return value(row) != NO_ANSWER and row.typed["source"] in ASKED_SOURCES


def _rank(row: Row) -> tuple[int, int, int]:
    """The smallest counts: the newest (undated ones last), then by source, then by the answer itself."""
    return (
        -_newness(row),
        _place(row.typed["source"], SOURCE_ORDER),
        _place(value(row), ANSWER_ORDER),
    )


def _newness(row: Row) -> int:
    """Undated rows are older than any day."""
    day: datetime.date | None = row.typed["recorded_date"]
    return day.toordinal() if day else 0


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
