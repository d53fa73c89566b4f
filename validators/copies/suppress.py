"""Which figures a shareable copy hides: small ones, those that tell of everybody, and as many more as cover them.

Worked out once over all figures that add up, of one report or of several that are handed on together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from validators.copies.cells import Path, Total
from validators.copies.narrowing import MOST, Bounds
from validators.copies.system import System
from validators.rounding import SMALL, is_small

#: a hidden small figure has to be able to be so many of the small numbers: then it is as little known as a rounded one
LEFT = 4
#: a figure that holds all of its group has to be able to be this much less
LESS = SMALL + 1
#: figures that are hidden at once to cover one
COVERS = 1
#: losses: of a zero beside other figures, of one kind of figure beside another
_OF_ZERO, _OF_KIND = 10**7, 10**8


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What there is to hide from.

    equals: figures that are one and the same. sensitive: figures that must be hidden whatever their size. told: figures
    that the report tells in words anyway, so that hiding them would cover nothing. known: what is known of a figure
    otherwise, least and most. hidden_before: figures that are hidden because a copy of an earlier report hides them.
    covered: small figures that others cover already, and that are looked at again in the end alone.
    """

    values: Mapping[Path, int]
    totals: Sequence[Total]
    equals: Iterable[tuple[Path, ...]] = ()
    sensitive: Collection[Path] = frozenset()
    told: Collection[Path] = frozenset()
    known: Mapping[Path, Bounds] | None = None
    hidden_before: Collection[Path] = frozenset()
    covered: Collection[Path] = frozenset()


def hidden(figures: Figures) -> frozenset[Path]:
    """The figures that are hidden."""
    return _Search(figures).run()


def hidden_further(figures: Figures) -> frozenset[Path]:
    """The figures that are hidden where `hidden_before` are all that have been so far, and few more may be needed."""
    search = _Search(figures)
    search.begin_with(figures.hidden_before)
    return search.checked()


class _Search:
    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.number = numbered(figures)
        values: list[int] = [0] * (max(self.number.values(), default=-1) + 1)
        for path, number in self.number.items():
            values[number] = figures.values[path]
        self.named = len(values)
        self.wholes: set[int] = set()
        self.loose: set[int] = set()
        self.rests: dict[int, Bounds] = {}
        equations = list(self._equations(values))
        self.told = {self.number[path] for path in figures.told}
        shown = {number for number in range(self.named) if not is_small(values[number])}
        self.whole = {self.number[path] for path in figures.sensitive if not is_small(figures.values[path])}
        shown -= self.whole | {self.number[path] for path in figures.hidden_before}
        self.system = System(values, equations, shown, self._known(), self._losses(values))

    def run(self) -> frozenset[Path]:
        covered = {self.number[path] for path in self.figures.covered}
        small = [f for f in range(self.named) if f not in covered and is_small(self.system.values[f])]
        for figure in sorted(small, key=lambda figure: (len(self.system.within[figure]), figure)):
            self._blur(figure)
        for figure in sorted(self.whole):
            self._cover(figure, max(self.system.values[figure] - LESS, 0), COVERS)
        return self.checked()

    def begin_with(self, hidden: Collection[Path]) -> None:
        """Hide some figures and no others. One that is shown in one place is known in all."""
        self.system.shown = {number for path, number in self.number.items() if path not in hidden}

    def checked(self) -> frozenset[Path]:
        """What is hidden once nobody who goes from sum to sum knows a hidden figure too well."""
        self._check([figure for figure in range(self.named) if is_small(self.system.values[figure])])
        return frozenset(path for path, number in self.number.items() if number not in self.system.shown)

    def _blur(self, figure: int) -> None:
        """Hide as few others as it takes for a small figure to be able to be `LEFT` of the small numbers in a row."""
        value = self.system.values[figure]
        lows = range(max(1, value - LEFT + 1), min(value, SMALL - LEFT + 1) + 1)
        # what it is it can be: those that begin or end there are quickly tried
        ends = sorted(((low, low + LEFT - 1) for low in lows), key=lambda pair: value not in pair)
        for most in range(COVERS + 1):
            for low, high in ends:
                if self._cover(figure, low, most) and self._cover(figure, high, most):
                    return

    def _cover(self, figure: int, number: int, most: int) -> bool:
        """Hide at most so many others so that a hidden figure could be `number`; False where that does not do."""
        for covers in range(most + 1):
            found = self.system.covers(figure, number, covers)
            if found is not None:
                self.system.shown -= found
                return True
        return False

    def _check(self, small: Sequence[int]) -> None:
        """Go from sum to sum as a reader could, and hide more until no hidden figure is known too well."""
        least = replace(self.system, shown=set(self.told)).told()
        for more in count(1):
            told = self.system.told()
            known = [figure for figure in small if _left(told[figure]) < min(LEFT, _left(least[figure]))]
            known += [figure for figure in self.whole if self._is_told_whole(figure, told, least)]
            # the longer it takes, the more at once
            covers = {cover for figure in known for cover in self._least_loss(figure)[: 1 + more // 8]}
            if not covers:
                return
            self.system.shown -= covers

    def _least_loss(self, figure: int) -> list[int]:
        return sorted(self.system.around(figure), key=lambda cover: (self.system.loss[cover], cover))

    def _is_told_whole(self, figure: int, told: Mapping[int, Bounds], least: Mapping[int, Bounds]) -> bool:
        less = max(self.system.values[figure] - LESS, least[figure][0])
        return told[figure][0] > less

    def _known(self) -> dict[int, Bounds]:
        known = dict(self.rests)
        for path, (least, most) in (self.figures.known or {}).items():
            low, high = known.get(self.number[path], (0, MOST))
            known[self.number[path]] = max(least, low), min(most, high)
        return known

    def _equations(self, values: list[int]) -> Iterator[dict[int, int]]:
        """Each sum that adds up, as terms with signs; what is left over of a whole gets a number of its own."""
        seen: set[tuple[tuple[tuple[int, int], ...], int | None]] = set()
        for total in self.figures.totals:
            terms: dict[int, int] = {}
            for sign, paths in ((1, total.whole), (-1, total.parts)):
                for path in paths:
                    terms[self.number[path]] = terms.get(self.number[path], 0) + sign
            terms = {figure: sign for figure, sign in terms.items() if sign}
            over = sum(sign * values[figure] for figure, sign in terms.items())
            alike = tuple(sorted(terms.items())), total.least if total.rest else None
            if not terms or alike in seen or over < total.least or (over > 0 and not total.rest):
                continue
            seen.add(alike)
            if total.rest:
                if not total.limit:
                    self.loose.update(self.number[path] for path in total.parts)
                values.append(over)
                terms[len(values) - 1] = -1
                self.rests[len(values) - 1] = (total.least, MOST)
            else:
                self.wholes.update(self.number[path] for path in total.whole)
            yield terms

    def _losses(self, values: Sequence[int]) -> dict[int, int]:
        """How much is lost with a figure: wholes weigh most, and what is some of something else least."""
        places = Counter(self.number.values())
        return {
            figure: values[figure]
            + (_OF_ZERO if values[figure] == 0 else 0)
            + (self._weight(figure) + places[figure]) * _OF_KIND
            for figure in range(self.named)
            if figure not in self.told
        }

    def _weight(self, figure: int) -> int:
        return 2 if figure in self.wholes else 0 if figure in self.loose else 1


def _left(bounds: Bounds) -> int:
    """How many of the small numbers are left."""
    return min(bounds[1], SMALL) - max(bounds[0], 1) + 1


def numbered(figures: Figures) -> dict[Path, int]:
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
