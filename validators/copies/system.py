"""Figures that add up, some shown and some hidden, and what somebody can find out about the hidden ones.

The question is answered from below: a hidden figure can be taken for a certain number where a world is found in which
it is that, everything shown looks the same, and everything adds up. What the search does not find counts as given away,
which hides more, never less.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from validators.copies.narrowing import Bounds, Terms, narrowed
from validators.rounding import could_be

#: how many equations away from a figure others are moved
REACH = 4
#: a figure of more equations than this, such as all persons or those of a group, is moved without looking at all of
#: them anew: it keeps within what all of them together leave it
HUB = 12
#: hidden figures beyond such a total that are gone through for others to hide in its place
BEYOND = 15
#: an equation of more figures than this, such as one over the answers to all characteristics, leads no further: what is
#: beside it is not moved
WIDE = 14
#: times that everything is gone through from the beginning, where one figure narrows another by one at a time
SWEEPS = 8
#: figures that a search may set before it gives up
PATIENCE = 20


@dataclass
class System:
    """Figures by number, and equations between them: the terms of each add up to 0, with signs.

    `shown` are the figures that a copy shows, rounded; any other is hidden, or has no name and is never shown. `known`
    is what is known of a figure otherwise: that a finding has a row, what the report before showed. `loss` names the
    figures that may be hidden to cover others, with how much is lost by it.
    """

    values: list[int]
    equations: list[Terms]
    shown: set[int]
    known: Mapping[int, Bounds] = field(default_factory=dict)
    loss: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.within: list[list[int]] = [[] for _ in self.values]
        for place, terms in enumerate(self.equations):
            for figure in terms:
                self.within[figure].append(place)
        # beyond this nothing is looked for: it is far above every figure that there is
        self.most = 2 * max(self.values, default=0) + 100
        self.hubs = {figure: ends for figure, ends in self.told().items() if self._is_hub(figure)}

    def bounds(self, figure: int) -> Bounds:
        """The least and the most that a figure can be, as far as the copy itself says."""
        least, most = could_be(self.values[figure]) if figure in self.shown else (0, self.most)
        low, high = self.if_hidden(figure)
        return max(least, low), min(most, high)

    def if_hidden(self, figure: int) -> Bounds:
        """The least and the most that a figure can be where the copy does not show it."""
        low, high = self.known.get(figure, (0, self.most))
        return low, min(high, self.most)

    def could_be(self, figure: int, number: int) -> bool:
        """Whether a hidden figure could be `number`, as far as anybody can tell."""
        return self.covers(figure, number, 0) is not None

    def covers(self, figure: int, number: int, most: int) -> set[int] | None:
        """At most so many shown figures with which, once they are hidden, a hidden one could be `number`."""
        if number == self.values[figure]:
            return set()
        attempt = _Attempt(self, figure, number, most)
        if figure in self.hubs:
            return set() if attempt.possible else None
        return attempt.covers()

    def around(self, figure: int) -> set[int]:
        """Shown figures that may be hidden, in the equations of a figure, or reached by way of hidden ones.

        Those of many equations, such as all persons, are what a reader misses most: they are named where no other is
        found near them.
        """
        found: set[int] = set()
        seen, waiting = {figure}, deque([figure])
        beyond = BEYOND
        while waiting and all(map(self._is_hub, found)) and beyond:
            beyond -= bool(found)
            beside = {other for place in self.within[waiting.popleft()] for other in self.equations[place]} - seen
            found |= beside & self.shown & self.loss.keys()
            seen |= beside
            waiting.extend(sorted(beside - self.shown))
        return {near for near in found if not self._is_hub(near)} or found

    def told(self) -> dict[int, Bounds]:
        """What each figure can be, as far as anybody finds out who goes from sum to sum."""
        ends = {figure: self.bounds(figure) for figure in range(len(self.values))}
        for _ in range(SWEEPS):
            left: set[int] = set()
            narrowed(self, range(len(self.equations)), ends, left=left)
            if not left:
                break
        return ends

    def near(self, figure: int) -> tuple[set[int], set[int]]:
        """The equations near a figure, and the figures in them that may be moved: those of no equation elsewhere."""
        places: set[int] = set()
        figures, edge = {figure}, {figure}
        for _ in range(REACH):
            places |= {place for near in edge for place in self.within[near]}
            beside = {other for near in edge for place in self._narrow(near) for other in self.equations[place]}
            edge = {other for other in beside - figures if not self._is_hub(other)}
            figures |= beside
        return places, {f for f in figures if self._is_hub(f) or places.issuperset(self.within[f])}

    def _narrow(self, figure: int) -> Iterator[int]:
        return (place for place in self.within[figure] if len(self.equations[place]) <= WIDE)

    def _is_hub(self, figure: int) -> bool:
        return len(self.within[figure]) > HUB


class _Attempt:
    """One figure set to a number: others are set, one after the other, until everything adds up.

    Up to `most` figures that are shown may be set as if they were hidden: they are the covers.
    """

    def __init__(self, system: System, figure: int, number: int, most: int) -> None:
        self.system, self.most = system, most
        self.places, self.free = system.near(figure)
        there = {f for place in self.places for f in system.equations[place]} | self.free
        self.ends = {f: self._bounds(f) for f in there}
        self.world = {f: system.values[f] for f in there}
        #: by how much equations miss adding up in this world
        self.over: dict[int, int] = {}
        self.chosen: set[int] = set()
        self.patience = PATIENCE
        low, high = system.bounds(figure)
        self.possible = low <= number <= high and self._set(figure, number) is not None

    def covers(self) -> set[int] | None:
        """The covers that it takes; None where no such world was found."""
        return self._hides() if self.possible and self._settled() else None

    def _bounds(self, figure: int) -> Bounds:
        if figure not in self.free:
            return self.system.values[figure], self.system.values[figure]
        if figure in self.system.hubs:
            return self.system.hubs[figure]
        if self.most and figure in self.system.loss:
            return self.system.if_hidden(figure)
        return self.system.bounds(figure)

    def _set(self, figure: int, number: int) -> dict[int, Bounds] | None:
        """Set a figure. What could be before of the figures that this narrows; None where one could be nothing."""
        was = {figure: self.ends[figure]}
        self.ends[figure] = (number, number)
        near = [place for place in self.system.within[figure] if place in self.places]
        possible = narrowed(self.system, near, self.ends, self.places, was)
        self._follow(was)
        if possible:
            return was
        self._undo(was)
        return None

    def _undo(self, was: Mapping[int, Bounds]) -> None:
        self.ends.update(was)
        self._follow(was)

    def _follow(self, changed: Iterable[int]) -> None:
        """Figures stay what they are as far as they can."""
        for figure in changed:
            low, high = self.ends[figure]
            number = min(max(self.system.values[figure], low), high)
            step = number - self.world[figure]
            if step:
                self.world[figure] = number
                for place in self.system.within[figure]:
                    self.over[place] = self.over.get(place, 0) + step * self.system.equations[place][figure]

    def _settled(self) -> bool:
        """Set figures until everything adds up."""
        place = self._next()
        if place is None:
            return len(self._hides()) <= self.most
        for figure, number in list(self._choices(place)):
            self.patience -= 1
            if self.patience < 0:
                return False
            was = self._set(figure, number)
            if was is not None:
                self.chosen.add(figure)
                if self._settled():
                    return True
                self.chosen.discard(figure)
                self._undo(was)
        return False

    def _next(self) -> int | None:
        """The equation to be settled next: one that always gives way comes last."""
        places = [place for place, over in self.over.items() if over and place in self.places]
        return min(places, key=lambda place: (self._gives_way(place), place), default=None)

    def _gives_way(self, place: int) -> bool:
        """Whether an equation has a figure that stands in no other and is not shown: it adds up whatever comes."""
        terms = self.system.equations[place]
        return any(len(self.system.within[f]) == 1 and f not in self.system.shown for f in terms)

    def _hides(self) -> set[int]:
        return {f for f, number in self.world.items() if number != self.system.values[f] and self._is_cover(f, number)}

    def _is_cover(self, figure: int, number: int) -> bool:
        low, high = self.system.bounds(figure)
        return figure in self.system.shown and not low <= number <= high

    def _choices(self, place: int) -> Iterator[tuple[int, int]]:
        """Figures of an equation with a number for each that brings it nearer to adding up, the least loss first."""
        over = self.over[place]
        for figure, times in sorted(self.system.equations[place].items(), key=lambda term: self._order(term[0])):
            low, high = self.ends[figure]
            number = min(max(self.world[figure] - over // times, low), high)
            if figure not in self.chosen and number != self.world[figure]:
                yield figure, number

    def _order(self, figure: int) -> tuple[int, int, int]:
        """Hidden figures go first, then shown ones, those of few equations before others; covers by their loss."""
        shown = figure in self.system.shown
        cost = self.system.loss.get(figure, 0) if shown and self.most else 0
        return cost, shown, len(self.system.within[figure])
