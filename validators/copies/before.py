"""What a copy of an earlier report has to do with a copy of this one: nobody may learn more from two than from one.

Somebody who holds both can take a figure for unchanged. So a figure that the earlier copy hides stays hidden here,
unless it is known to have changed by more than a small count; and one that the earlier copy shows, and that looks the
same here, covers nothing when it is hidden: what it was is known. And whoever holds a copy of this report that was made
without the earlier one learns nothing from this copy: all that the other hides is hidden here as well. How figures are
shown that are not hidden, `kept` says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from validators.copies.cells import Path, Total, figures, shown_figures
from validators.copies.kept import could_be_kept, is_kept
from validators.copies.suppress import Figures, hidden_further
from validators.finding import HIDDEN, Shown
from validators.rounding import SMALL, could_be, rounded

if TYPE_CHECKING:
    from validators.copies.system import Bounds
    from validators.report import Report

T = TypeVar("T")
_NOW, _BEFORE = "now", "before"


def considering(now: Figures, before: Report, copy: Report, alone: Collection[Path] = ()) -> Figures:
    """The figures of this report beside `copy`, a shareable copy of the report `before`.

    `alone`: what a copy of this report hides that is made without an earlier one.
    """
    shown = dict(shown_figures(copy))
    was = dict(figures(before)) if before.copy_kind == "owner" else {}
    known = dict(now.known or {}) | dict(_unchanged(now.values, shown, was))
    return replace(now, known=known, hidden_before=_still_hidden(now.values, shown, was) | frozenset(alone))


def together(now: Figures, hides: Collection[Path], before: Figures, hid: Collection[Path]) -> frozenset[Path]:
    """The figures that are hidden beside an earlier copy, of which all is known that it shows.

    Whoever holds both copies may know which figures did not change, and go from the sums of one to those of the other.
    """
    both = Figures(
        values=_of(_NOW, now.values) | _of(_BEFORE, before.values),
        totals=[*_totals(_NOW, now.totals), *_totals(_BEFORE, before.totals)],
        equals=[*_equals(_NOW, now.equals), *_equals(_BEFORE, before.equals), *_pairs(now.values, before.values)],
        sensitive=[*_at(_NOW, now.sensitive), *_at(_BEFORE, before.sensitive)],
        told=[*_at(_NOW, now.told), *_at(_BEFORE, before.values.keys() - frozenset(hid))],
        known=_of(_NOW, now.known or {}) | _of(_BEFORE, before.known or {}),
        hidden_before=frozenset((*_at(_NOW, hides), *_at(_BEFORE, hid))),
    )
    more = (path[1:] for path in hidden_further(both) if path[0] == _NOW)
    return frozenset((*hides, *more))


def _of(side: str, given: Mapping[Path, T]) -> dict[Path, T]:
    return {(side, *path): value for path, value in given.items()}


def _at(side: str, paths: Iterable[Path]) -> Iterator[Path]:
    return ((side, *path) for path in paths)


def _totals(side: str, totals: Iterable[Total]) -> Iterator[Total]:
    return (total.below((side,)) for total in totals)


def _equals(side: str, equals: Iterable[tuple[Path, ...]]) -> Iterator[tuple[Path, ...]]:
    return (tuple(_at(side, paths)) for paths in equals)


def _pairs(now: Mapping[Path, int], before: Mapping[Path, int]) -> Iterator[tuple[Path, ...]]:
    return (((_NOW, *path), (_BEFORE, *path)) for path, value in now.items() if before.get(path) == value)


def _still_hidden(now: Mapping[Path, int], shown: Mapping[Path, Shown], was: Mapping[Path, int]) -> frozenset[Path]:
    hidden = (path for path, value in shown.items() if value == HIDDEN and path in now)
    return frozenset(path for path in hidden if path not in was or abs(now[path] - was[path]) <= SMALL)


def _unchanged(
    now: Mapping[Path, int], shown: Mapping[Path, Shown], was: Mapping[Path, int]
) -> Iterator[tuple[Path, Bounds]]:
    """Figures that the earlier copy shows and that can be taken for the same, with what it tells of them.

    What it shows can be what a copy before it showed.
    """
    for path, value in shown.items():
        if value == HIDDEN or now.get(path, 0) <= SMALL or was.get(path, now[path]) != now[path]:
            continue
        if value == rounded(now[path]):
            yield path, could_be(now[path])
        elif is_kept(now[path], value):
            yield path, could_be_kept(value)
