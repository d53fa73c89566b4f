"""The figures of a report, each under its path, and the report written anew with other figures in their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, get_args, get_origin

from validators.figures import LEAST_SHOWN
from validators.finding import DECIMALS, HIDDEN, Part, Shown, exact
from validators.intervals import wilson

if TYPE_CHECKING:
    from validators.figures import Ratio

P = TypeVar("P", bound=Part)

#: where a figure stands: ("plus", "GRT", "yes")
Path = tuple[str, ...]


class Total(NamedTuple):
    """Figures that add up: `whole` = `parts`, and where `rest` is so, something more that has no name.

    least: so much is left over at least. limit: `parts` are no part of `whole`; they are known to be no more than it. A
    figure may stand in a sum several times.
    """

    whole: tuple[Path, ...]
    parts: tuple[Path, ...]
    rest: bool = False
    least: int = 0
    limit: bool = False

    def below(self, at: Path) -> Total:
        """The same where every path leads on from `at`."""
        whole, parts = (tuple((*at, *path) for path in paths) for paths in (self.whole, self.parts))
        return self._replace(whole=whole, parts=parts)


def limited(whole: Iterable[Path], parts: Iterable[Path], least: int = 0) -> Total:
    """`parts` are no more than `whole`, and less by `least` at least."""
    return Total(tuple(whole), tuple(parts), rest=True, least=least, limit=True)


def figures(part: Part, at: Path = ()) -> Iterator[tuple[Path, int]]:
    """Every exact count below `part`."""
    for name in counted(type(part)):
        value = getattr(part, name)
        if isinstance(value, int):
            yield (*at, name), value
    for path, child in children(part, at):
        yield from figures(child, path)


def shown_figures(part: Part, at: Path = ()) -> Iterator[tuple[Path, Shown]]:
    """Every count below `part`, hidden ones among them."""
    for name in counted(type(part)):
        value = getattr(part, name)
        if value is not None:
            yield (*at, name), value
    for path, child in children(part, at):
        yield from shown_figures(child, path)


def totals(part: Part, at: Path = ()) -> Iterator[Total]:
    """What adds up below `part`, as its parts say of themselves. A sum of which a figure is not given is left out."""
    if part.sums:
        given = dict(figures(part, at))
        for whole, parts, rest in part.sums:
            named = [_resolved(name, at, given) for name in (*whole, *parts)]
            if all(named):
                wholes = tuple(path for paths in named[: len(whole)] for path in paths)
                yield Total(wholes, tuple(path for paths in named[len(whole) :] for path in paths), rest)
    for path, child in children(part, at):
        yield from totals(child, path)


def whole_categories(part: Part, at: Path = ()) -> Iterator[Path]:
    """Figures that say something of persons and hold all of their group."""
    if part.categories:
        given = dict(figures(part, at))
        for total in totals(part, at):
            size = sum(given[path] for path in total.whole)
            yield from (p for p in total.parts if p[-1] in part.categories and given[p] == size > 0)
    for path, child in children(part, at):
        yield from whole_categories(child, path)


def rewritten(part: P, write: Callable[[Path, int], Shown], at: Path = ()) -> P:
    """`part` with each count as `write` gives it, and with shares worked out of what was written."""
    changed: dict[str, Any] = {}
    for name in counted(type(part)):
        value = getattr(part, name)
        if isinstance(value, int):
            changed[name] = write((*at, name), value)
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Part):
            changed[name] = rewritten(value, write, (*at, name))
        elif _holds_parts(value):
            changed[name] = tuple(rewritten(child, write, path) for path, child in _named(value, (*at, name)))
    shown = _figures_of(part, changed)
    for name, ratio in part.ratios.items():
        changed |= _shares(name, ratio, shown) if getattr(part, name) is not None else {}
    return part.model_copy(update=changed)


def _shares(name: str, ratio: Ratio, shown: Mapping[str, Shown | None]) -> dict[str, float | None]:
    """A share by the figures that are shown, with its interval; None where one is hidden or the whole is too small."""
    part, whole = _added(ratio.part, shown), _added(ratio.whole, shown)
    persons = whole if ratio.persons is None else exact(shown[ratio.persons])
    if part is None or not whole or persons is None or min(whole, persons) < LEAST_SHOWN:
        return dict.fromkeys((name, *(ratio.interval or ())))
    part = min(part, whole)
    ends = zip(ratio.interval, wilson(part, whole), strict=True) if ratio.interval else ()
    return {name: round(part / whole, DECIMALS), **dict(ends)}


def resting(part: Part, at: Path = ()) -> Iterator[tuple[Path, Path]]:
    """Figures that count rows, each with the figure that counts their persons."""
    for rows, persons in part.rests_on.items():
        yield (*at, rows), (*at, persons)
    for path, child in children(part, at):
        yield from resting(child, path)


def children(part: Part, at: Path) -> Iterator[tuple[Path, Part]]:
    """The parts of a part."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Part):
            yield (*at, name), value
        elif _holds_parts(value):
            yield from _named(value, (*at, name))


@cache
def counted(kind: type[Part]) -> tuple[str, ...]:
    """The fields that hold a count of rows or persons: those that may be hidden."""
    return tuple(name for name, field in kind.model_fields.items() if _may_be_hidden(field.annotation))


def _may_be_hidden(annotation: Any) -> bool:
    choices = get_args(annotation)
    counts = any(choice is int or (get_args(choice) or (None,))[0] is int for choice in choices)
    return counts and any(get_origin(choice) is Literal and HIDDEN in get_args(choice) for choice in choices)


def _holds_parts(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Part)


def _named(parts: tuple[Part, ...], at: Path) -> Iterator[tuple[Path, Part]]:
    for place, part in enumerate(parts):
        name = "/".join(str(getattr(part, field)) for field in part.named_by) or str(place)
        yield (*at, name), part


def _resolved(name: str, at: Path, given: Mapping[Path, int]) -> tuple[Path, ...]:
    wanted = (*at, *name.split("."))
    if "*" not in wanted:
        return (wanted,) if wanted in given else ()
    alike = (path for path in given if len(path) == len(wanted))
    return tuple(path for path in alike if all(w in ("*", p) for w, p in zip(wanted, path, strict=True)))


def _figures_of(part: Part, changed: Mapping[str, Any]) -> dict[str, Shown | None]:
    return {name: changed.get(name, getattr(part, name)) for name in counted(type(part))}


def _added(names: tuple[str, ...], shown: Mapping[str, Shown | None]) -> int | None:
    total = 0
    for name in names:
        value = shown[name.removeprefix("-")]
        if not isinstance(value, int):
            return None
        total += -value if name.startswith("-") else value
    return max(total, 0)
