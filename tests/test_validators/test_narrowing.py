"""What figures can be is narrowed to no less than every world in which the sums hold."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod

from hypothesis import given, settings
from hypothesis import strategies as st

from validators.copies.narrowing import Bounds, Terms, narrowed

MOST = 5
#: worlds that a test goes through, at the most
WORLDS = 3_000


@dataclass
class Sums:
    """Equations between a few figures."""

    equations: list[Terms]
    within: list[list[int]]


@st.composite
def sums(draw: st.DrawFn) -> tuple[Sums, dict[int, Bounds]]:
    """Up to three sums of up to four figures; one may stand in a sum several times."""
    figures = range(draw(st.integers(1, 4)))
    ends = {f: tuple(sorted(draw(st.tuples(st.integers(0, MOST), st.integers(0, MOST))))) for f in figures}
    terms = st.dictionaries(st.sampled_from(figures), st.sampled_from([-3, -2, -1, 1, 2, 3]), min_size=1)
    equations = draw(st.lists(terms, min_size=1, max_size=3))
    within = [[place for place, equation in enumerate(equations) if f in equation] for f in figures]
    return Sums(equations, within), ends  # type: ignore[return-value]


@settings(max_examples=400, deadline=None)
@given(sums())
def test_no_world_is_lost(drawn: tuple[Sums, dict[int, Bounds]]) -> None:
    system, ends = drawn
    assert prod(most - least + 1 for least, most in ends.values()) <= WORLDS
    worlds = [
        world
        for world in product(*(range(least, most + 1) for least, most in ends.values()))
        if all(sum(times * world[f] for f, times in terms.items()) == 0 for terms in system.equations)
    ]
    left = dict(ends)
    possible = narrowed(system, range(len(system.equations)), left)
    assert possible or not worlds
    for world in worlds:
        assert all(left[figure][0] <= number <= left[figure][1] for figure, number in enumerate(world))


def test_a_figure_that_stands_in_a_sum_twice_counts_twice() -> None:
    ends = {0: (10, 10), 1: (0, 100)}
    assert narrowed(Sums([{0: 1, 1: -2}], [[0], [0]]), [0], ends)
    assert ends[1] == (5, 5)
