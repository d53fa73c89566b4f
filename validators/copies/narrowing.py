"""What figures can be, narrowed by what they add up to."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Mapping
from typing import Protocol

#: stands for no upper end
MOST = 10**12
#: times that an equation is looked at before it is left: it then narrows by one at a time, for a long time
LOOKS = 30

Bounds = tuple[int, int]
#: figures with the sign with which they go into the sum, which is 0
Terms = dict[int, int]


class Equations(Protocol):
    """Equations, and for each figure those that it stands in."""

    equations: list[Terms]
    within: list[list[int]]


def narrowed(
    system: Equations,
    first: Iterable[int],
    ends: dict[int, Bounds],
    places: Container[int] | None = None,
    before: dict[int, Bounds] | None = None,
) -> bool:
    """Narrow what figures can be, beginning with some equations, until nothing changes.

    Works on `ends` itself, and keeps to `places` where they are given. `before` receives what was changed, as it was.
    False where a figure could be nothing at all.
    """
    was = {} if before is None else before
    waiting = deque(first)
    queued = set(waiting)
    looks: dict[int, int] = {}
    while waiting:
        place = waiting.popleft()
        queued.discard(place)
        looks[place] = looks.get(place, 0) + 1
        changed = _narrow(system.equations[place], ends, was)
        if changed is None:
            return False
        for near in (near for figure in changed for near in system.within[figure]):
            if near not in queued and looks.get(near, 0) < LOOKS and (places is None or near in places):
                queued.add(near)
                waiting.append(near)
    return True


def _narrow(terms: Mapping[int, int], ends: dict[int, Bounds], was: dict[int, Bounds]) -> list[int] | None:
    """The figures of one equation that can be less than before; None where one can be nothing."""
    low = high = 0
    for figure, sign in terms.items():
        least, most = ends[figure]
        low, high = (low + least, high + most) if sign > 0 else (low - most, high - least)
    changed: list[int] = []
    for figure, sign in terms.items():
        least, most = ends[figure]
        # what the others leave for this one
        left = (most - high, least - low) if sign > 0 else (most + low, least + high)
        fits = max(least, left[0]), min(most, left[1])
        if fits[0] > fits[1]:
            return None
        if fits != (least, most):
            was.setdefault(figure, (least, most))
            ends[figure] = fits
            changed.append(figure)
    return changed
