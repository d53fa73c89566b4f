"""Figures that add up, some shown and some hidden, and what somebody can find out about the hidden ones.

The question is answered from below: a hidden figure can be taken for a certain number where a world is found in which
it is that, everything shown looks the same, and everything adds up. What the search does not find counts as given away,
which hides more, never less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from validators.copies.narrowing import Bounds, Terms, narrowed
from validators.copies.rounding import could_be

#: how many equations away from a figure others are moved
REACH = 4
#: a shown figure of more equations than this moves by itself: everything hangs on it
HUB = 12
#: figures that a search may set before it gives up
PATIENCE = 60


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
        ends = {figure: self.bounds(figure) for figure in range(len(self.values))}
        narrowed(self, range(len(self.equations)), ends)
        self.hubs = {figure: ends[figure] for figure in ends if self._is_hub(figure)}

    def bounds(self, figure: int) -> Bounds:
        """The least and the most that a figure can be, as far as the copy itself says."""
        least, most = could_be(self.values[figure]) if figure in self.shown else (0, self.most)
        low, high = self.if_hidden(figure)
        return max(least, low), min(most, high)

    def if_hidden(self, figure: int) -> Bounds:
        """The least and the most that a figure can be where the copy does not show it."""
        low, high = self.known.get(figure, (0, self.most))
        return low, min(high, self.most)

    def is_thinkable(self, figure: int, number: int) -> bool:
        """Whether nothing near it speaks against `number`; no world in which it is so has been looked for."""
        return _Attempt(self, figure, number, 0).is_thinkable()

    def could_be(self, figure: int, number: int) -> bool:
        """Whether a hidden figure could be `number`, as far as anybody can tell."""
        return self.covers(figure, number, 0) is not None

    def covers(self, figure: int, number: int, most: int) -> set[int] | None:
        """At most so many shown figures with which, once they are hidden, a hidden one could be `number`."""
        return _Attempt(self, figure, number, most).covers()

    def around(self, figure: int) -> set[int]:
        """Shown figures near a figure that may be hidden."""
        return self.near(figure)[1] & self.shown & self.loss.keys()

    def near(self, figure: int) -> tuple[set[int], set[int]]:
        """The equations near a figure, and the figures in them that may be moved: those of no equation elsewhere."""
        places: set[int] = set()
        figures, edge = {figure}, {figure}
        for _ in range(REACH):
            places |= {place for near in edge for place in self.within[near]}
            beside = {other for near in edge for place in self.within[near] for other in self.equations[place]}
            edge = {other for other in beside - figures if not self._is_hub(other)}
            figures |= beside
        return places, {f for f in figures if self._is_hub(f) or places.issuperset(self.within[f])}

    def _is_hub(self, figure: int) -> bool:
        return figure in self.shown and len(self.within[figure]) > HUB


class _Attempt:
    """One figure set to a number: others are set, one after the other, until everything adds up.

    Up to `most` figures that are shown may be set as if they were hidden: they are the covers.
    """

    def __init__(self, system: System, figure: int, number: int, most: int) -> None:
        self.system, self.most = system, most
        self.places, self.free = system.near(figure)
        there = {f for place in self.places for f in system.equations[place]} | self.free
        self.values = {f: system.values[f] for f in there}
        self.ends = {f: self._bounds(f) for f in self.values}
        self.order = sorted(self.places, key=lambda place: (self._gives_way(place), place))
        self.start = {figure: number}
        low, high = system.bounds(figure)
        self.possible = low <= number <= high
        self.patience = PATIENCE

    def is_thinkable(self) -> bool:
        """Whether no figure near it could be nothing at all."""
        return self.possible and self._set(self.ends, self.start) is not None

    def covers(self) -> set[int] | None:
        """The covers that it takes; None where no such world was found."""
        ends = self._set(self.ends, self.start) if self.possible else None
        return None if ends is None else self._world(ends, self.start)

    def _bounds(self, figure: int) -> Bounds:
        if figure not in self.free:
            return self.values[figure], self.values[figure]
        if figure in self.system.hubs and figure in self.system.shown:
            return self.system.hubs[figure]
        if self.most and figure in self.system.loss:
            return self.system.if_hidden(figure)
        return self.system.bounds(figure)

    def _set(self, ends: Mapping[int, Bounds], new: Mapping[int, int]) -> dict[int, Bounds] | None:
        """What figures can be once some are set; None where one could be nothing."""
        found = dict(ends)
        for figure, number in new.items():
            if not found[figure][0] <= number <= found[figure][1]:
                return None
            found[figure] = (number, number)
        places = {place for figure in new for place in self.system.within[figure]} & self.places
        return found if narrowed(self.system, sorted(places), found, self.places) else None

    def _world(self, ends: Mapping[int, Bounds], chosen: Mapping[int, int]) -> set[int] | None:
        """A world in which everything adds up: figures stay what they are as far as they can."""
        world = {f: min(max(self.values[f], low), high) for f, (low, high) in ends.items()}
        over = [place for place in self.order if self._over(place, world)]
        if not over:
            return self._hides(world)
        place = over[0]
        for figure, number in self._choices(place, world, ends, chosen):
            self.patience -= 1
            if self.patience < 0:
                return None
            left = self._set(ends, {figure: number})
            found = None if left is None else self._world(left, {**chosen, figure: number})
            if found is not None:
                return found
        return None

    def _gives_way(self, place: int) -> bool:
        """Whether an equation has a figure that stands in no other and is not shown: it adds up whatever comes."""
        terms = self.system.equations[place]
        return any(len(self.system.within[f]) == 1 and f not in self.system.shown for f in terms)

    def _over(self, place: int, world: Mapping[int, int]) -> int:
        return sum(sign * world[figure] for figure, sign in self.system.equations[place].items())

    def _hides(self, world: Mapping[int, int]) -> set[int] | None:
        hides = {f for f, number in world.items() if self._is_cover(f, number)}
        return hides if len(hides) <= self.most else None

    def _is_cover(self, figure: int, number: int) -> bool:
        low, high = self.system.bounds(figure)
        return figure in self.system.shown and not low <= number <= high

    def _choices(
        self, place: int, world: Mapping[int, int], ends: Mapping[int, Bounds], chosen: Mapping[int, int]
    ) -> Iterator[tuple[int, int]]:
        """Figures of an equation with a number for each that brings it nearer to adding up, the least loss first."""
        over = self._over(place, world)
        for figure, sign in sorted(self.system.equations[place].items(), key=lambda term: self._order(term[0])):
            low, high = ends[figure]
            number = min(max(world[figure] - sign * over, low), high)
            if figure not in chosen and number != world[figure]:
                yield figure, number

    def _order(self, figure: int) -> tuple[int, int, int]:
        """Hidden figures go first, then shown ones, those of few equations before others; covers by their loss."""
        shown = figure in self.system.shown
        cost = self.system.loss.get(figure, 0) if shown and self.most else 0
        return cost, shown, len(self.system.within[figure])
