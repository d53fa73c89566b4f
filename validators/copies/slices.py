"""Shareable copies of slices by place: what is hidden is worked out once over all of them and the whole report.

All of them: those by every kind of place, whichever is asked for. Whoever has slices by ward learns no more from slices
by site, or from the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from validators.copies.before import considering
from validators.copies.cells import Path, Total, limited, shown_figures
from validators.copies.make import figures_of, shareable, written
from validators.copies.strip import stripped
from validators.copies.suppress import LEFT, Figures, hidden
from validators.copies.untold import handed_on, silent_rules
from validators.finding import HIDDEN, Shown
from validators.rounding import SMALL, could_be, is_small
from validators.slices import LEFT_OUT, NOTHING_FOUND, NOTHING_TOLD, PLACES, could_be_a_person, cut_down, id_of

if TYPE_CHECKING:
    from validators.copies.system import Bounds
    from validators.report import Report, Slice
    from validators.slices import Slices

T = TypeVar("T")
#: a slice by its kind of place and its place among those of that kind
At = tuple[str, str]
_WHOLE: At = ("whole", "")


def shareable_slices(whole: Report, slices: Slices, before: Report | None = None) -> Slices:
    """The copies of slices by place of `whole`, an owner's report; `before` is what that is compared with."""
    handed = shareable(whole, before)
    copy, silent = dict(shown_figures(handed)), silent_rules(handed)
    everything = figures_of(handed_on(whole))
    if before is not None:
        everything = considering(everything, handed_on(before), shareable(before))
    told: Slices = {by: tuple(_without(report, silent) for report in some) for by, some in slices.items()}
    bare: Slices = {by: _covered(some, whole, everything.values, copy) for by, some in told.items()}
    hides = hidden(_together(everything, copy, bare))
    return {
        by: tuple(written(each, _of(hides, (by, str(n)))) for n, each in enumerate(some)) for by, some in bare.items()
    }


def _without(report: Report, silent: Collection[str]) -> Report:
    """A slice that says nothing of rules whose outcome the copy of the whole does not tell."""
    return report.model_copy(update={"rules": tuple(rule for rule in report.rules if rule.rule_id not in silent)})


def _covered(
    some: Sequence[Report], whole: Report, values: Mapping[Path, int], copy: Mapping[Path, Shown]
) -> tuple[Report, ...]:
    """The slices without rows, and without those findings that would tell by being there how many rows have them."""
    bare = [_unnamed(stripped(report), whole, number) for number, report in enumerate(some, start=1)]
    own = [_figures(report).values for report in bare]
    out: defaultdict[int, set[Path]] = defaultdict(set)
    for path in values:
        parts = {n: each[path] for n, each in enumerate(own) if each.get(path)} if _is_shared(path) else {}
        for n in _telling(values[path], copy.get(path), parts):
            out[n].add(path[:2])
    return tuple(_careful(cut_down(report, out[n])) for n, report in enumerate(bare))


def _careful(report: Report) -> Report:
    """Every slice says that something can be left out, whether or not that is so."""
    sentence = report.verdict_sentence.replace(NOTHING_FOUND, NOTHING_TOLD)
    return report.model_copy(update={"what_next": report.what_next + LEFT_OUT, "verdict_sentence": sentence})


def _telling(value: int, shown: Shown | None, parts: Mapping[int, int]) -> list[int]:
    """The small parts of a figure that have to be left out, the last first: each of the others can then be many."""
    small = [n for n, part in parts.items() if is_small(part)]
    if shown is None or (shown == HIDDEN and not is_small(value)):
        return []
    most = SMALL if shown == HIDDEN else could_be(value)[1]
    left = most - sum(could_be(part)[0] for part in parts.values() if not is_small(part))
    kept = max(left - LEFT + 1, 0) if sum(parts.values()) <= value else len(small)
    return small[kept:]


def _together(everything: Figures, copy: Mapping[Path, Shown], bare: Slices) -> Figures:
    """The figures of the whole, of which the copy is made, and of all slices."""
    own: dict[At, Figures] = {(by, str(n)): _figures(r) for by, some in bare.items() for n, r in enumerate(some)}
    all_of: dict[At, Figures] = {_WHOLE: everything, **own}
    hid = frozenset(path for path in everything.values if copy.get(path) == HIDDEN)
    return Figures(
        values={(*at, *path): value for at, each in all_of.items() for path, value in each.values.items()},
        totals=[
            *(total for at, each in all_of.items() for total in _totals(at, each.totals)),
            *(
                total
                for by in bare
                for total in _across(everything.values, {a: f for a, f in own.items() if a[0] == by})
            ),
        ],
        equals=[tuple(_at(at, paths)) for at, each in all_of.items() for paths in each.equals],
        sensitive=frozenset(path for at, each in own.items() for path in _at(at, each.sensitive)),
        told=[
            *(path for at, each in own.items() for path in _at(at, each.told)),
            *_at(_WHOLE, everything.values.keys() - hid),
        ],
        known=_known(all_of),
        hidden_before=frozenset(_at(_WHOLE, hid)),
        covered=frozenset(_at(_WHOLE, hid)),
    )


def _figures(cut: Report) -> Figures:
    """The figures of a slice: its rules tell no other than those of its findings, and that none broke the others."""
    return figures_of(cut.model_copy(update={"rules": ()}))


def _known(all_of: Mapping[At, Figures]) -> dict[Path, Bounds]:
    return {(*at, *path): bounds for at, each in all_of.items() for path, bounds in (each.known or {}).items()}


def _is_shared(path: Path) -> bool:
    """Figures of the whole that slices have a part of."""
    return path[0] in ("tables", "findings") and path[-1] in ("rows", "failed_rows") and len(path) == 3


def _across(values: Mapping[Path, int], own: Mapping[At, Figures]) -> Iterator[Total]:
    """A row belongs to one place; a person's row to each place that sees them, so that places add up to no fewer."""
    parts: defaultdict[Path, list[At]] = defaultdict(list)
    for at, each in own.items():
        for path in each.values:
            if _is_shared(path) and path in values:
                parts[path].append(at)
    for path, some in parts.items():
        added = sum(own[at].values[path] for at in some)
        if added <= values[path]:
            yield Total(((*_WHOLE, *path),), tuple((*at, *path) for at in some), rest=added < values[path])
        else:
            yield from (Total(((*_WHOLE, *path),), ((*at, *path),), rest=True) for at in some)
            yield limited([(*at, *path) for at in some], [(*_WHOLE, *path)])


def _totals(at: At, totals: Iterable[Total]) -> Iterator[Total]:
    return (total.below(at) for total in totals)


def _at(at: At, paths: Iterable[Path]) -> Iterator[Path]:
    return ((*at, *path) for path in paths)


def _of(hides: Collection[Path], at: At) -> frozenset[Path]:
    return frozenset(path[2:] for path in hides if path[:2] == at)


def _unnamed(report: Report, whole: Report, number: int) -> Report:
    """A code that could be somebody's number does not leave the trust."""
    cut: Slice | None = report.slice
    if cut is None or cut.by == "mend" or not could_be_a_person(cut.value):
        return report
    title = f"{PLACES[cut.by][0]} {number}, whose code is not repeated: it could be somebody's number"
    renamed = cut.model_copy(update={"value": f"#{number}", "title": title})
    sentence = report.verdict_sentence.replace(cut.title, title)
    told = {"slice": renamed, "verdict_sentence": sentence, "report_id": id_of(whole, renamed)}
    return report.model_copy(update=told)
