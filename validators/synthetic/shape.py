"""How many rows each person has, and what kind of person it is: a cycle, so that every row's place is arithmetic."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

CYCLE = 40
#: how many persons of a cycle have how many rows: one PLUS row and one referral a person, and two contacts
ROWS = {
    "plus_characteristic": {0: 18, 1: 10, 2: 6, 3: 6},
    "referral": {0: 12, 1: 18, 2: 8, 3: 2},
    "care_contact": {0: 8, 1: 10, 2: 8, 3: 6, 4: 5, 5: 2, 6: 1},
}
TABLES = ("person", *ROWS)


@dataclass(frozen=True)
class Cycle:
    """Forty persons that come again and again. The first has rows in every table, so that one person is enough."""

    counts: dict[str, tuple[int, ...]]
    withheld: int
    homeless: int
    not_known: int
    declined: frozenset[int]
    children: frozenset[int]
    leavers: frozenset[int]

    @classmethod
    def drawn(cls, rng: random.Random) -> Cycle:
        """A cycle whose order the seed decides."""
        counts = {"person": (1,) * CYCLE} | {table: _shuffled(rng, shares) for table, shares in ROWS.items()}
        asked = [place for place in range(1, CYCLE) if counts["plus_characteristic"][place]]
        homeless = rng.choice(asked)
        others = [place for place in range(1, CYCLE) if place != homeless]
        rng.shuffle(others)
        return cls(
            counts,
            withheld=others[0],
            homeless=homeless,
            not_known=others[1],
            declined=frozenset(others[2:5]),
            children=frozenset(others[5:13]),
            leavers=frozenset(others[13:17]),
        )

    @cached_property
    def before(self) -> dict[str, tuple[int, ...]]:
        """Table → rows of the persons before each place of the cycle, and of them all."""
        return {table: (0, *accumulate(counts)) for table, counts in self.counts.items()}

    def rows(self, table: str, persons: int) -> int:
        """Rows of the first `persons` persons."""
        before = self.before[table]
        return persons // CYCLE * before[-1] + before[persons % CYCLE]

    def person_of(self, table: str, row: int) -> int:
        """The person to whom a row belongs; both counted from 0."""
        before = self.before[table]
        round_, rest = divmod(row, before[-1])
        return round_ * CYCLE + bisect_right(before, rest) - 1


def _shuffled(rng: random.Random, shares: dict[int, int]) -> tuple[int, ...]:
    counts = [count for count, share in shares.items() for _ in range(share)]
    first = counts.pop()
    rng.shuffle(counts)
    return (first, *counts)
