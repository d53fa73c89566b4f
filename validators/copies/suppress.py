"""Which figures a shareable copy hides: small ones, those that tell of everybody, and as many more as cover them.

Worked out once over all figures that add up, of one report or of several that are handed on together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from validators.copies.cells import Path, Total
from validators.copies.narrowing import MOST, Bounds
from validators.copies.rounding import SMALL, is_small
from validators.copies.system import System

#: a figure that holds all of its group has to be able to be this much less
LESS = SMALL + 1
#: figures that are hidden at once to cover one
COVERS = 6
#: losses: of a zero beside other figures, of one kind of figure beside another
_OF_ZERO, _OF_KIND = 10**7, 10**8


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What there is to hide from.

    equals: figures that are one and the same. sensitive: figures that must be hidden whatever their size. told: figures
    that the report tells in words anyway, so that hiding them would cover nothing. known: what is known of a figure
    otherwise, least and most.
    """

    values: Mapping[Path, int]
    totals: Sequence[Total]
    equals: Iterable[tuple[Path, ...]] = ()
    sensitive: Collection[Path] = frozenset()
    told: Collection[Path] = frozenset()
    known: Mapping[Path, Bounds] | None = None


def hidden(figures: Figures) -> frozenset[Path]:
    """The figures that are hidden."""
    return _Search(figures).run()


class _Search:
    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.number = _numbered(figures)
        values: list[int] = [0] * (max(self.number.values(), default=-1) + 1)
        for path, number in self.number.items():
            values[number] = figures.values[path]
        self.named = len(values)
        self.wholes: set[int] = set()
        self.loose: set[int] = set()
        equations = list(self._equations(values))
        self.told = {self.number[path] for path in figures.told}
        shown = {number for number in range(self.named) if not is_small(values[number])}
        shown -= {self.number[path] for path in figures.sensitive}
        self.system = System(values, equations, shown, self._known(), self._losses(values))

    def run(self) -> frozenset[Path]:
        for figure, number in list(self._demands()):
            self._cover(figure, number)
        return frozenset(path for path, number in self.number.items() if number not in self.system.shown)

    def _known(self) -> dict[int, Bounds]:
        known: dict[int, Bounds] = {}
        for path, (least, most) in (self.figures.known or {}).items():
            low, high = known.get(self.number[path], (0, MOST))
            known[self.number[path]] = max(least, low), min(most, high)
        return known

    def _equations(self, values: list[int]) -> Iterator[dict[int, int]]:
        """Each sum that adds up, as terms with signs; what is left over of a whole gets a number of its own."""
        seen: set[tuple[tuple[int, int], ...]] = set()
        for total in self.figures.totals:
            terms: dict[int, int] = {}
            for sign, paths in ((1, total.whole), (-1, total.parts)):
                for path in paths:
                    terms[self.number[path]] = terms.get(self.number[path], 0) + sign
            terms = {figure: sign for figure, sign in terms.items() if sign}
            over = sum(sign * values[figure] for figure, sign in terms.items())
            alike = tuple(sorted(terms.items()))
            if not terms or alike in seen or over < 0 or (over > 0 and not total.rest):
                continue
            seen.add(alike)
            if total.rest:
                self.loose.update(self.number[path] for path in total.parts)
                values.append(over)
                terms[len(values) - 1] = -1
            else:
                self.wholes.update(self.number[path] for path in total.whole)
            yield terms

    def _demands(self) -> Iterator[tuple[int, int]]:
        """Hidden figures, each with a number that it has to be able to be as far as anybody can tell.

        No more is asked for than would be had if everything were hidden that can be.
        """
        values, free = self.system.values, replace(self.system, shown=set(self.told))
        for figure, value in enumerate(values):
            if is_small(value):
                yield figure, next((n for n in range(1, value) if free.is_thinkable(figure, n)), value)
                yield figure, next((n for n in range(SMALL, value, -1) if free.is_thinkable(figure, n)), value)
        for figure in {self.number[path] for path in self.figures.sensitive}:
            aims = range(max(values[figure] - LESS, 0), values[figure])
            if not is_small(values[figure]):
                yield figure, next((n for n in aims if free.is_thinkable(figure, n)), values[figure])

    def _cover(self, figure: int, number: int) -> None:
        """Hide as few others as it takes for a hidden figure to be able to be `number`."""
        for most in range(COVERS + 1):
            found = self.system.covers(figure, number, most)
            if found is not None:
                self.system.shown -= found
                return
        self.system.shown -= self.system.around(figure)

    def _losses(self, values: Sequence[int]) -> dict[int, int]:
        """How much is lost with a figure: wholes weigh most, and what is some of something else least."""
        return {
            figure: values[figure] + (_OF_ZERO if values[figure] == 0 else 0) + self._weight(figure) * _OF_KIND
            for figure in range(self.named)
            if figure not in self.told
        }

    def _weight(self, figure: int) -> int:
        return 2 if figure in self.wholes else 0 if figure in self.loose else 1


def _numbered(figures: Figures) -> dict[Path, int]:
    """A number for each path; paths of one and the same figure share it."""
    first: dict[Path, Path] = {path: path for path in figures.values}

    def root(path: Path) -> Path:
        while first[path] != path:
            path = first[path]
        return path

    for paths in figures.equals:
        for path in paths[1:]:
            first[root(path)] = root(paths[0])
    numbers: dict[Path, int] = {}
    return {path: numbers.setdefault(root(path), len(numbers)) for path in figures.values}
