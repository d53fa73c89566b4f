"""Sums that nobody thought of: those that hold in every one of some faulty files give no hidden count away either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations

import pytest

from tests.test_validators.attacker import Attacker
from tests.test_validators.test_copies import given_away, names_of, written
from tests.test_validators.test_copies_of_files import faulty
from validators.copies import shareable

#: files in which a sum has to hold
MINED = (0, 8, 15, 2, 4, 6, 10, 23)
#: files whose copies are then looked at
ATTACKED = (8, 15, 23)
#: a figure that takes fewer values than this in them is like too many others
VALUES = 4
#: parts of the names of figures of groups: there are too many, and what adds up among them is known
_OF_GROUPS = (".age_band.", ".core20.", ".stated_gender.", ".ethnic_group.", "linked.")

Sum = tuple[str, tuple[str, ...]]


def mined(reports: Sequence[Mapping[str, int]]) -> Iterator[Sum]:
    """Figures that are one another, or the sum of two others, in every report."""
    names = sorted(set(reports[0]).intersection(*reports))
    values = {name: tuple(report[name] for report in reports) for name in names if _is_looked_at(name)}
    first: dict[tuple[int, ...], str] = {}
    for name, value in values.items():
        if len(set(value)) >= VALUES and first.setdefault(value, name) != name:
            yield name, (first[value],)
    for one, other in combinations(first, 2):
        whole = first.get(tuple(map(sum, zip(one, other, strict=True))))
        if whole is not None:
            yield whole, (first[one], first[other])


def _is_looked_at(name: str) -> bool:
    return not any(part in name for part in _OF_GROUPS)


@cache
def sums() -> tuple[Sum, ...]:
    """The sums of the files that are mined."""
    return tuple(mined([names_of(faulty(seed)) for seed in MINED]))


def test_sums_are_found() -> None:
    reports = [{"a": n, "b": 2 * n, "c": 3 * n, "d": n} for n in range(1, 6)]
    assert set(mined(reports)) == {("d", ("a",)), ("c", ("a", "b"))}
    assert len(sums()) > 100


@pytest.mark.parametrize("seed", ATTACKED)
def test_no_sum_that_holds_everywhere_gives_a_hidden_count_away(seed: int) -> None:
    report = faulty(seed)
    attacker = Attacker()
    attacker.read(written(shareable(report)), drawn=False)
    attacker.sums += [([whole], list(parts)) for whole, parts in sums()]
    assert given_away(attacker, names_of(report)) == []
