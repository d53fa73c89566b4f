"""The days of a synthetic submission, and their written form looked up rather than worked out."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property

from validators.context import month_end

_EARLIEST = datetime.date(1880, 1, 1).toordinal()
#: days after the end of the period on which the file is made, and after which nothing is dated
_MADE_AFTER, _LATEST_AFTER = 6, 60
_MADE_EARLY = 5


@dataclass(frozen=True)
class Calendar:
    """Days as ordinals. `early`: the file is made before the period ends, and holds nothing later than that day."""

    start: int
    end: int
    early: bool = False

    @classmethod
    def of(cls, first: datetime.date, *, early: bool = False) -> Calendar:
        """The month that begins on `first`."""
        return cls(first.toordinal(), month_end(first).toordinal(), early)

    @property
    def created(self) -> int:
        """The day on which the file is made."""
        return self.end - _MADE_EARLY if self.early else self.end + _MADE_AFTER

    @property
    def last(self) -> int:
        """The last day on which anything in the file happened."""
        return min(self.end, self.created)

    @cached_property
    def _written(self) -> list[str]:
        after = self.end + _LATEST_AFTER
        return [datetime.date.fromordinal(day).isoformat() for day in range(_EARLIEST, after)]

    def iso(self, day: int) -> str:
        """The day as YYYY-MM-DD."""
        return self._written[day - _EARLIEST]
