"""Shareable copies of slices by place: what is hidden is worked out once over all of them and the whole report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from validators.copies.cells import Path, Total, figures, shown_figures
from validators.copies.make import figures_of, shareable, written
from validators.copies.strip import stripped
from validators.copies.suppress import Figures, hidden
from validators.finding import HIDDEN
from validators.slices import PLACES, could_be_a_person

if TYPE_CHECKING:
    from validators.report import Report, Slice

T = TypeVar("T")
_WHOLE = "whole"


def shareable_slices(whole: Report, slices: Sequence[Report], before: Report | None = None) -> tuple[Report, ...]:
    """The copies of slices by place of `whole`, an owner's report; `before` is what that is compared with."""
    copy = dict(shown_figures(shareable(whole, before)))
    everything = stripped(whole)
    bare = [_unnamed(stripped(report), number) for number, report in enumerate(slices, start=1)]
    own = [figures_of(report) for report in bare]
    all_of = {path: value for path, value in figures(everything) if _is_shared(path)}
    hides = hidden(
        Figures(
            values={(_WHOLE, *path): value for path, value in all_of.items()}
            | {(str(n), *path): value for n, each in enumerate(own) for path, value in each.values.items()},
            totals=[*_within(own), *_across(all_of, own)],
            equals=[tuple(_at(n, paths)) for n, each in enumerate(own) for paths in each.equals],
            told=[
                *(path for n, each in enumerate(own) for path in _at(n, each.told)),
                *((_WHOLE, *path) for path in all_of if copy.get(path) != HIDDEN),
            ],
            known={
                (str(n), *path): bounds for n, each in enumerate(own) for path, bounds in (each.known or {}).items()
            },
            hidden_before=[(_WHOLE, *path) for path in all_of if copy.get(path) == HIDDEN],
        )
    )
    return tuple(written(each, _of(hides, str(n))) for n, each in enumerate(bare))


def _is_shared(path: Path) -> bool:
    """Figures of the whole that slices have a part of."""
    return path[0] in ("tables", "findings") and path[-1] in ("rows", "failed_rows") and len(path) == 3


def _within(own: Sequence[Figures]) -> Iterator[Total]:
    for number, each in enumerate(own):
        for whole, parts, rest in each.totals:
            yield Total(tuple(_at(number, whole)), tuple(_at(number, parts)), rest)


def _across(all_of: dict[Path, int], own: Sequence[Figures]) -> Iterator[Total]:
    """A row belongs to one place; a person's row to each place that sees them, so that places add up to more."""
    parts: defaultdict[Path, list[Path]] = defaultdict(list)
    for number, each in enumerate(own):
        for path in all_of.keys() & each.values.keys():
            parts[path].append((str(number), *path))
    for path, some in parts.items():
        added = sum(own[int(part[0])].values[part[1:]] for part in some)
        if added <= all_of[path]:
            yield Total(((_WHOLE, *path),), tuple(some), rest=added < all_of[path])
        else:
            yield from (Total(((_WHOLE, *path),), (part,), rest=True) for part in some)


def _at(number: int, paths: Iterable[Path]) -> Iterator[Path]:
    return ((str(number), *path) for path in paths)


def _of(hides: Iterable[Path], side: str) -> frozenset[Path]:
    return frozenset(path[1:] for path in hides if path[0] == side)


def _unnamed(report: Report, number: int) -> Report:
    """A code that could be somebody's number does not leave the trust."""
    cut: Slice | None = report.slice
    if cut is None or cut.by == "mend" or not could_be_a_person(cut.value):
        return report
    title = f"{PLACES[cut.by][0]} {number}, whose code is not repeated: it could be somebody's number"
    renamed = cut.model_copy(update={"value": f"#{number}", "title": title})
    sentence = report.verdict_sentence.replace(cut.title, title)
    return report.model_copy(update={"slice": renamed, "verdict_sentence": sentence})
