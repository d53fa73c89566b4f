"""What figures can be, narrowed by what they add up to."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Protocol

#: stands for no upper end
MOST = 10**12
#: times that an equation is looked at before it is left: it then narrows by one at a time, for a long time
LOOKS = 30

Bounds = tuple[int, int]
#: figures with how many times they go into the sum, which is 0; what is taken away has a minus
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
    left: set[int] | None = None,
) -> bool:
    """Narrow what figures can be, beginning with some equations, until nothing changes.

    Works on `ends` itself, and keeps to `places` where they are given. `before` receives what was changed, as it was;
    `left`, the equations that were left although they might narrow more. False where a figure could be nothing at all.
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
            if near in queued or (places is not None and near not in places):
                continue
            if looks.get(near, 0) < LOOKS:
                queued.add(near)
                waiting.append(near)
            elif left is not None:
                left.add(near)
    return True


def _narrow(terms: Mapping[int, int], ends: dict[int, Bounds], was: dict[int, Bounds]) -> Sequence[int] | None:
    """The figures of one equation that can be less than before; None where one can be nothing."""
    low = high = widest = 0
    for figure, times in terms.items():
        least, most = ends[figure]
        if times > 0:
            low += times * least
            high += times * most
            wide = times * (most - least)
        else:
            low += times * most
            high += times * least
            wide = times * (least - most)
        if wide > widest:
            widest = wide
    # each can be anything that it could be before: the others make up for it
    if widest <= high and widest <= -low:
        return ()
    changed: list[int] = []
    for figure, times in terms.items():
        least, most = ends[figure]
        # what the others leave for this one, in whole numbers
        if times > 0:
            left = -((high - times * most) // times), (times * least - low) // times
        else:
            left = -((low - times * most) // times), (times * least - high) // times
        fits = max(least, left[0]), min(most, left[1])
        if fits[0] > fits[1]:
            return None
        if fits != (least, most):
            was.setdefault(figure, (least, most))
            ends[figure] = fits
            changed.append(figure)
    return changed
