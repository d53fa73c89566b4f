"""Failing rows by place: how many rows of each site, ward, team, care setting, treatment function or GP practice broke
which rule in which way.

Made of the failing rows that every engine streams, so that engines need not know of places. A row belongs to the place
that it names. A row of a table that names none belongs to the places of its person's contacts, or to the GP practice of
its person. Places are bounded: those of most rows stand by themselves; all others stand together, and so do codes that
are none.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from validators.tally import CauseTally, RuleTally, Tallied

if TYPE_CHECKING:
    from validators.engines.base import FailingRow
    from validators.source import Record, Source

PlaceKind = Literal["site", "ward", "team", "care_setting", "treatment_function", "gp_practice"]

#: kind of place → the item that names it
ITEMS: Final[Mapping[PlaceKind, str]] = {
    "site": "site_code",
    "ward": "ward_code",
    "team": "team_local_id",
    "care_setting": "care_setting",
    "treatment_function": "treatment_function",
    "gp_practice": "gp_practice_code",
}
#: places that stand by themselves
MOST: Final = 200
#: characters of a code that are looked at
LONGEST: Final = 40
#: stands for all places beyond the first `MOST`; no code is this long
OTHERS: Final = "~" * (LONGEST + 1)

#: a place as it is received; None where the row, or its person, names none
Place = str | None


@dataclass(frozen=True, slots=True)
class PlaceTally:
    """What was found at one place: rows of the tables that name places, and the rules broken there."""

    place: Place
    rows: Mapping[str, int]
    rules: tuple[RuleTally, ...]


@dataclass(slots=True)
class _Failing:
    """The failing rows of one table, with the number of what each broke."""

    rows: array[int] = field(default_factory=lambda: array("Q"))
    kinds: array[int] = field(default_factory=lambda: array("I"))


class PlaceCounter:
    """Takes the failing rows while a check runs, and counts them by place afterwards."""

    def __init__(self) -> None:
        self._failing: dict[str, _Failing] = {}
        self._kinds: dict[tuple[str, str], int] = {}

    def keep(self, table: str, rows: Iterable[FailingRow]) -> Iterator[FailingRow]:
        """Note failing rows, which ascend, as they pass by."""
        failing = self._failing.setdefault(table, _Failing())
        for row in rows:
            failing.rows.append(row.row)
            failing.kinds.append(self._kinds.setdefault((row.rule_id, row.cause), len(self._kinds)))
            yield row

    def take(self, table: str, rows: Iterable[FailingRow]) -> None:
        """Note failing rows that nobody else wants."""
        for _ in self.keep(table, rows):
            pass

    def count(
        self, by: PlaceKind, sources: Mapping[str, Source], is_code: Callable[[str], bool], least: int = 1
    ) -> tuple[PlaceTally, ...]:
        """Every place in the order of its code, then the others, then rows of which no place is known.

        Places stand by themselves where `is_code` holds of what is received, and `least` rows name it.
        """
        item = ITEMS[by]
        naming = {name: source for name, source in sources.items() if item in source.items}
        rows = {name: _rows(source, item) for name, source in naming.items()}
        known = _known(rows.values(), is_code, least)
        found: defaultdict[Place, dict[int, Tallied]] = defaultdict(dict)
        for name, source in naming.items():
            self._tally(name, source, found, lambda record: (known(record.get(item)),))
        places = self._of_persons(sources, naming, lambda record: known(record.get(item)))
        for name in self._failing.keys() - naming.keys():
            self._tally(name, sources[name], found, lambda record: places.get(_person(record), (None,)))
        counted = {name: _pooled(counts, known) for name, counts in rows.items()}
        everywhere = found.keys() | {place for counts in counted.values() for place in counts}
        return tuple(
            self._place(place, {name: counts[place] for name, counts in counted.items()}, found[place])
            for place in sorted(everywhere, key=lambda place: (place is None, place or ""))
        )

    def _tally(
        self,
        table: str,
        source: Source,
        found: dict[Place, dict[int, Tallied]],
        places_of: Callable[[Record], Iterable[Place]],
    ) -> None:
        for row, kind, record in self._records(table, source):
            for place in places_of(record):
                found[place].setdefault(kind, Tallied()).add(row, None)

    def _records(self, table: str, source: Source) -> Iterator[tuple[int, int, Record]]:
        """Failing rows with what they broke, and their records."""
        failing = self._failing.get(table, _Failing())
        at = 0
        for row, _, record in source.records() if failing.rows else ():
            while at < len(failing.rows) and failing.rows[at] <= row:
                if failing.rows[at] == row:
                    yield row, failing.kinds[at], record
                at += 1

    def _of_persons(
        self, sources: Mapping[str, Source], naming: Mapping[str, Source], place_of: Callable[[Record], Place]
    ) -> Mapping[int, tuple[Place, ...]]:
        """The places of the persons of failing rows that name none themselves."""
        other = self._failing.keys() - naming.keys()
        wanted = {_person(record) for name in other for _, _, record in self._records(name, sources[name])}
        places: dict[int, tuple[Place, ...]] = {}
        for source in naming.values() if wanted else ():
            for _, _, record in source.records():
                person, place = _person(record), place_of(record)
                if person in wanted and place is not None and place not in places.get(person, ()):
                    places[person] = (*places.get(person, ()), place)
        return places

    def _place(self, place: Place, rows: Mapping[str, int], found: Mapping[int, Tallied]) -> PlaceTally:
        causes: defaultdict[str, list[CauseTally]] = defaultdict(list)
        for (rule_id, cause), kind in self._kinds.items():
            if kind in found:
                causes[rule_id].append(found[kind].tally(cause))
        rules = (
            RuleTally(rule_id, failed=sum(cause.count for cause in some), causes=tuple(some))
            for rule_id, some in sorted(causes.items())
        )
        return PlaceTally(place, rows, tuple(rules))


def _rows(source: Source, item: str) -> Counter[Place]:
    return Counter(_cut(record.get(item)) for _, _, record in source.records())


def _known(counted: Iterable[Counter[Place]], is_code: Callable[[str], bool], least: int) -> Callable[[Place], Place]:
    """The places that stand by themselves; any other is one of the others."""
    together = sum(counted, Counter[Place]())
    codes = {place: count for place, count in together.items() if place is not None and count >= least}
    most = sorted((place for place in codes if is_code(place)), key=lambda place: (-codes[place], place))
    kept = frozenset(most[:MOST])

    def known(place: Place) -> Place:
        cut = _cut(place)
        return cut if cut is None or cut in kept else OTHERS

    return known


def _cut(place: Place) -> Place:
    return place[:LONGEST] if place else None


def _pooled(counts: Counter[Place], known: Callable[[Place], Place]) -> Counter[Place]:
    pooled = Counter[Place]()
    for place, count in counts.items():
        pooled[known(place)] += count
    return pooled


def _person(record: Record) -> int:
    """What tells a person from others, small enough to be kept of a million."""
    return hash((record.get("local_patient_id_org") or "", record.get("local_patient_id") or ""))
