"""Figures that a copy shows as the earlier copy shows them, so that no single person is seen to come or go.

One person more takes many figures over the edge at which rounding goes up: whoever knows who that is would read their
answers off a comparison. So

- a figure is shown as before while it is at most `SMALL` away from what was shown, which is where its own rounding
  would be at most one step away; then it is shown as rounding has it. Of a figure that is shown as before a reader
  therefore knows that it is within `SMALL` of what they see;
- figures that are one and the same are shown alike; where the earlier copy does not, as it shows most of them;
- what is shown still adds up: where kept figures would make a part larger than its whole, or would leave a sum further
  out than rounding alone can, those of that sum are shown as rounding has them;
- what is small is hidden, and 0 is 0, whatever was shown before.

All of this follows from the rounded figures and the earlier copy. Nobody learns more from it than from a copy in which
every figure is rounded, for which it is worked out what has to be hidden.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from validators.copies.suppress import numbered
from validators.rounding import SMALL, STEP, rounded

if TYPE_CHECKING:
    from validators.copies.cells import Path, Total
    from validators.copies.narrowing import Bounds
    from validators.copies.suppress import Figures
    from validators.finding import Shown


def kept_figures(now: Figures, hides: Collection[Path], earlier: Mapping[Path, Shown]) -> dict[Path, int]:
    """Figures that rounding alone would write otherwise, with what is shown of them.

    `earlier`: what the earlier copy shows.
    """
    number = numbered(now)
    values = {number[path]: value for path, value in now.values.items() if path not in hides}
    seen: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for path, shown in earlier.items():
        if isinstance(shown, int) and number.get(path) in values:
            seen[number[path]][shown] += 1
    mostly = {figure: min(shown, key=lambda each: (-shown[each], each)) for figure, shown in seen.items()}
    stays = {figure: shown for figure, shown in mostly.items() if is_kept(values[figure], shown)}
    _add_up(now, number, values, stays)
    return {path: stays[figure] for path, figure in number.items() if figure in stays and path not in hides}


def is_kept(value: int, shown: int) -> bool:
    """Whether a figure that was shown as `shown` still is, and is not what rounding would write."""
    could_have_been = shown % STEP == 0 and shown > SMALL
    return could_have_been and abs(value - shown) <= SMALL < value and shown != rounded(value)


def could_be_kept(shown: int) -> Bounds:
    """The least and the most that a figure can be that a copy shows as an earlier one did."""
    return max(shown - SMALL, SMALL + 1), shown + SMALL


def _add_up(now: Figures, number: Mapping[Path, int], values: Mapping[int, int], stays: dict[int, int]) -> None:
    """Let go of figures in `stays` until all that is shown adds up as well as rounded figures do."""
    sums = [_Sum(total, number, values) for total in now.totals if _is_true(total, now.values)]
    of_figure: defaultdict[int, list[_Sum]] = defaultdict(list)
    for each in sums:
        for figure in {*each.wholes, *each.parts}:
            of_figure[figure].append(each)
    waiting = {id(each): each for figure in stays for each in of_figure[figure]}
    while waiting:
        _, each = waiting.popitem()
        if not each.adds_up(stays):
            for figure in {*each.wholes, *each.parts} & stays.keys():
                del stays[figure]
                waiting |= {id(other): other for other in of_figure[figure]}


def _is_true(total: Total, values: Mapping[Path, int]) -> bool:
    over = sum(values[path] for path in total.whole) - sum(values[path] for path in total.parts)
    return over == 0 or (over > 0 and total.rest)


class _Sum:
    """The figures of one sum that are shown, and whether all of them are."""

    def __init__(self, total: Total, number: Mapping[Path, int], values: Mapping[int, int]) -> None:
        wholes, parts = ([number[path] for path in paths] for paths in (total.whole, total.parts))
        self.values = values
        self.wholes = [figure for figure in wholes if figure in values]
        self.parts = [figure for figure in parts if figure in values]
        self.is_bounded = len(self.wholes) == len(wholes)
        self.is_whole = self.is_bounded and len(self.parts) == len(parts) and not total.rest

    def adds_up(self, stays: Mapping[int, int]) -> bool:
        if not self.is_bounded:
            return True
        wholes, parts = list(self._shown(self.wholes, stays)), list(self._shown(self.parts, stays))
        over = sum(wholes) - sum(parts)
        most = STEP // 2 * sum(shown > 0 for shown in (*wholes, *parts))
        too_large = len(wholes) == 1 and max(parts, default=0) > wholes[0]
        return not too_large and over >= -most and (over <= most or not self.is_whole)

    def _shown(self, figures: Collection[int], stays: Mapping[int, int]) -> Iterator[int]:
        return (stays.get(figure, rounded(self.values[figure])) for figure in figures)
