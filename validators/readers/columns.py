"""From the names above the columns to data items."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from validators.readers.faults import fault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from validators.source import Source, StructureFault, TableShape

#: names that one fault spells out, and characters of each
NAMED = 8
NAME_LENGTH = 40
#: how columns are called that say who or where a person is
IDENTIFYING = re.compile(
    "((patient|person|client|pat|p)_?)?(full|first|given|middle|last|family|maiden|preferred|birth|previous)?_?names?"
    "|(patient_?|person_?)?(surname|forename|known_as|fore_?names?)|(home_?|patient_?)?address(_?line)?_?[0-9]?"
    "|(patient_?)?e_?mail(_?address)?|(patient_?|home_?|work_?|mobile_?)?(tele)?phone(_?(number|no))?"
    "|mobile(_?(number|no))?"
)
#: names that are given here, and may not come out of a file
PRIVATE = re.compile(r"_row|_line|_column_\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """Names for the columns of a scan file: items, or private names for what is none. Never two alike."""

    names: tuple[str, ...]
    faults: tuple[StructureFault, ...] = ()


def normal(name: str) -> str:
    """A name without what people vary: case, spaces, hyphens, full stops, marks at the ends."""
    return re.sub(r"[\s\-.]+", "_", name.strip(" \t\r\n\"'\ufeff")).lower()


def nearly(name: str, tables: Collection[str]) -> str | None:
    """The table after which a file or a sheet is nearly named; None where it is after none."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(normal(name)[:NAME_LENGTH], list(tables), 1, 0.7)), None)


def recognised(names: Iterable[str], shape: TableShape) -> int:
    """How many of the names are items of the table."""
    return len({normal(name) for name in set(names)}.intersection(shape.items))


def shown(names: Sequence[str]) -> str:
    """Names of columns for a message: cut, without control characters, the first few."""
    texts = ["".join(c if c.isprintable() else "�" for c in name[:NAME_LENGTH]) or "(no name)" for name in names]
    more = len(texts) - NAMED
    return ", ".join(texts[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def own_names(received: Sequence[str], table: str) -> Columns:
    """Columns of a file whose table is not known: their own names, made different where they are not."""
    taken: set[str] = set()
    names: list[str] = []
    for place, name in enumerate(received, 1):
        own = name.strip(" \t\r\n\ufeff")
        usable = own and own.casefold() not in taken and not PRIVATE.fullmatch(own)
        names.append(own if usable else f"_column_{place}")
        taken.add(names[-1].casefold())
    again = [
        name for name, count in Counter(name.strip().casefold() for name in received).items() if count > 1 and name
    ]
    faults = (fault("duplicate_column", table, what=shown(again), count=len(again)),) if again else ()
    return Columns(tuple(names), faults)


def match_columns(received: Sequence[str], shape: TableShape, line: int | None = None) -> Columns:
    """Which item each column holds. Every name that is not spelt as the item is reported."""
    exact = {name: place for place, name in reversed(list(enumerate(received))) if name in shape.items}
    first = dict(exact)
    for place, name in enumerate(received):
        if normal(name) in shape.items:
            first.setdefault(normal(name), place)
    item_at = {place: item for item, place in first.items()}
    names = tuple(item_at.get(place, f"_ignored_{place + 1}") for place in range(len(received)))
    faults = _column_faults(received, names, shape, line)
    return Columns(names, (*faults, *missing_columns(names, shape, line)))


def _column_faults(
    received: Sequence[str], names: Sequence[str], shape: TableShape, line: int | None
) -> list[StructureFault]:
    pairs = list(zip(received, names, strict=True))
    misspelt = [(name, item) for name, item in pairs if item in shape.items and name != item]
    others = [name for name, item in pairs if item not in shape.items]
    twice = [normal(name) for name in others if normal(name) in shape.items]
    unnamed = [name for name in others if not normal(name)]
    unknown = [name for name in others if normal(name) and normal(name) not in shape.items]
    private = {own: name for name, own in pairs if name in unknown}
    table = shape.name
    faults: list[StructureFault] = []
    near = _near_misses(unknown, names, shape)
    if near:
        faults.append(near_miss(table, near, line))
    faults.extend(unknown_columns(table, {own: name for own, name in private.items() if name not in near}, line))
    if misspelt:
        items = tuple(item for _, item in misspelt)
        words = {"what": shown([name for name, _ in misspelt]), "expected": shown(items)}
        faults.append(fault("misspelt_column", table, line=line, count=len(misspelt), items=items, **words))
    if twice:
        items = tuple(dict.fromkeys(twice))
        faults.append(fault("duplicate_column", table, line=line, count=len(twice), items=items, what=shown(items)))
    if unnamed:
        faults.append(fault("unnamed_column", table, line=line, count=len(unnamed)))
    return faults


def unknown_columns(
    table: str, names: Mapping[str, str], line: int | None = None, empty: Collection[str] = ()
) -> Iterator[StructureFault]:
    """Names of no item: a fault for those that say who or where a person is, one for the others.

    `names`: private name of the column → its name as received. A column that is `empty` says nothing of anybody.
    """
    says = {own for own, name in names.items() if own not in empty and IDENTIFYING.fullmatch(normal(name))}
    for kind, wanted in (("identifying_column", True), ("unknown_column", False)):
        found = {own: name for own, name in names.items() if (own in says) is wanted}
        if found:
            told = fault(kind, table, line=line, count=len(found), what=shown(list(found.values())))
            yield replace(told, unread=found)


def settled_faults(source: Source) -> Iterator[StructureFault]:
    """The faults of a source, now that all of it can be read: only a column that is filled says who a person is."""
    unknown = {"identifying_column", "unknown_column"}
    named = next((found for found in source.faults if found.kind == "identifying_column" and found.unread), None)
    empty = frozenset(named.unread) - source.filled(named.unread) if named else frozenset[str]()
    if named is None or not empty:
        yield from source.faults
        return
    names = {own: name for found in source.faults if found.kind in unknown for own, name in found.unread.items()}
    for found in source.faults:
        if found is named:
            yield from unknown_columns(source.table, names, named.line, empty)
        elif found.kind not in unknown:
            yield found


def _near_misses(unknown: Sequence[str], names: Sequence[str], shape: TableShape) -> dict[str, str]:
    """Names that are nearly those of items without a column → the item that is meant. Only the first few are tried."""
    if not unknown:
        return {}
    from difflib import get_close_matches

    absent = [item for item in shape.items if item not in names]
    near = {name: get_close_matches(normal(name)[:NAME_LENGTH], absent, 1, 0.75) for name in unknown[:50]}
    return {name: match[0] for name, match in near.items() if match}


def near_miss(table: str, near: Mapping[str, str], line: int | None = None) -> StructureFault:
    """Names that are nearly those of items: name → item that is meant."""
    items = tuple(dict.fromkeys(near.values()))
    advice = "Rename " + ", ".join(f"{shown([name])} to {item}" for name, item in list(near.items())[:NAMED])
    words = {"what": shown(list(near)), "expected": shown(items), "advice": advice}
    return fault("near_miss_column", table, line=line, count=len(near), items=items, **words)


def missing_columns(names: Iterable[str], shape: TableShape, line: int | None = None) -> list[StructureFault]:
    """One fault for the mandatory items without a column, one for the required ones."""
    absent = frozenset(shape.items).difference(names).difference(shape.defaulted)
    faults: list[StructureFault] = []
    for kind, wanted in (("missing_mandatory", shape.mandatory), ("missing_required", shape.required)):
        items = tuple(item for item in wanted if item in absent)
        if items:
            faults.append(fault(kind, shape.name, line=line, count=len(items), items=items, what=shown(items)))
    return faults
