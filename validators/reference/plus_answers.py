"""The rows of each person on each characteristic, and the one of them that counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators.answers import ANSWER_ORDER, ASKED_SOURCES, SOURCE_ORDER
from validators.reference.group_checks import grouped

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from validators.reference.rows import Row

    Key = tuple[str, ...]

KNOWN = ("Y", "N")
NO_ANSWER = "X"


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
