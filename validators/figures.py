"""What figures of the report have to do with one another: which add up to which, and what a share is a share of.

Each part of the report says it of itself, next to its fields. Shareable copies are worked out from these statements:
a figure that is hidden must not be had by subtraction from others.
"""

from __future__ import annotations

from typing import NamedTuple

#: counts from 1 to this are hidden in a shareable copy
SMALL = 7
#: persons on whom a rate has to rest in any copy
FEWEST_PERSONS = 20
#: a share of figures that may be rounded needs this many to be a share of: 20 can be rounded up from 18, and a share
#: that stands beside some 20s and not beside others would tell which
LEAST_SHOWN = FEWEST_PERSONS + 5


class Sum(NamedTuple):
    """`parts` add up to `whole`; with `rest`, they are some of it, and what is left over has no name.

    Names are fields of the part of the report that says so; a dot leads into its parts, and `*` means each of them.
    """

    whole: tuple[str, ...]
    parts: tuple[str, ...]
    rest: bool = False


class Ratio(NamedTuple):
    """A share: the sum of `part` by the sum of `whole`. A field with a minus before it is taken away.

    `persons` names the count of persons that the share rests on, where it is not the whole itself; `interval` the two
    fields that hold the ends of its interval.
    """

    part: tuple[str, ...]
    whole: tuple[str, ...]
    persons: str | None = None
    interval: tuple[str, str] | None = None
