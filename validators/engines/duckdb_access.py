"""Access to care on DuckDB: rows are counted by person first, and persons by group then."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from validators.access import EVENTS, INTERPRETER, MEASURES, OF_INTERPRETED
from validators.engines.duckdb_groups import by_group
from validators.engines.duckdb_measures import EVERYBODY, answer_of, eligible_answers
from validators.groups import NOT_KNOWN, characteristics, declared_characteristics
from validators.tally import AccessTally

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from validators.access import AccessMeasureKind
    from validators.engines.duckdb_connection import Database
    from validators.engines.duckdb_groups import Cells
    from validators.engines.duckdb_measures import Answered
    from validators.groups import Ages

    #: event → (rows of which it is true, persons who have any)
    Counts = Mapping[str, tuple[int, int]]

_OF_PERSON = {"persons": "NOT baby", "without_practice": "NOT baby AND no_practice"}
_SAID = ("yes", "no")


@dataclass(frozen=True)
class Access:
    """The measures of the tables that were sent. `answered` is None where no answers were.

    `holding`: the (kind, group) that some accepted person is in.
    """

    database: Database
    cells: Cells
    tables: frozenset[str]
    answered: Answered | None
    holding: frozenset[tuple[str, str]]

    @cached_property
    def events(self) -> tuple[str, ...]:
        """What is counted."""
        return tuple(event for table, events in EVENTS.items() if table in self.tables for event in events)

    def tallies(self) -> Iterator[AccessTally]:
        """Every measure over everybody, and in each group that holds anybody."""
        self._count_by_person()
        parted = {**self._in_groups(), **dict(self._by_answers())}
        self.database.run("DROP TABLE attended")
        for kind in MEASURES:
            if kind.table in self.tables:
                yield from _measured(kind, parted)

    def _count_by_person(self) -> None:
        """A row a person: the cell, and of how many of their rows each event is true."""
        joins = [
            f"LEFT JOIN ({_counted(table)}) AS {table} USING (person)"
            for table in ("referral", "care_contact")
            if table in self.tables
        ]
        chosen = ", ".join(f"CAST({self._count(event)} AS UINTEGER) AS {event}" for event in self.events)
        self.database.run(
            f"CREATE OR REPLACE TABLE attended AS SELECT person, cell, {chosen} FROM people {' '.join(joins)}"
        )

    def _count(self, event: str) -> str:
        if event in _OF_PERSON:
            return _OF_PERSON[event]
        if event not in OF_INTERPRETED:
            return f"coalesce({event}, 0)"
        if self.answered is None:
            return "0"
        needing = f"SELECT person FROM answers WHERE {answer_of('yes', INTERPRETER, self.cells.context)}"
        return f"CASE WHEN person IN ({needing}) THEN coalesce({event}, 0) ELSE 0 END"

    @cached_property
    def _names(self) -> list[str]:
        return [f'"{what}:{event}"' for event in self.events for what in ("rows", "persons")]

    @cached_property
    def _sums(self) -> str:
        """In the order of `_names`."""
        sums = [made for event in self.events for made in (f"CAST(sum({event}) AS BIGINT)", f"count_if({event} > 0)")]
        return ", ".join(f"{made} AS {name}" for made, name in zip(sums, self._names, strict=True))

    def _counts(self, sums: Sequence[int | None]) -> Counts:
        return {event: (sums[2 * at] or 0, sums[2 * at + 1] or 0) for at, event in enumerate(self.events)}

    @cached_property
    def _nothing(self) -> Counts:
        return dict.fromkeys(self.events, (0, 0))

    def _in_groups(self) -> dict[str, dict[str, Counts]]:
        query = f"SELECT cell, {self._sums} FROM attended GROUP BY cell"
        found = by_group(self.database, self.cells, query, self._names)
        parted: dict[str, dict[str, Counts]] = {}
        for by, group in (EVERYBODY, *sorted(self.holding)):
            sums = found.get((None, by, group))
            parted.setdefault(by, {})[group] = self._counts(sums) if sums else self._nothing
        return parted

    def _by_answers(self) -> Iterator[tuple[str, dict[str, Counts]]]:
        """The persons who are in the group of a declared characteristic, who are not, and the other eligible ones."""
        declared = declared_characteristics(self.cells.context)
        if self.answered is None or not declared:
            return
        said = self._said(frozenset(code for code, _ in declared))
        eligible = {ages: self._eligible(ages) for ages in {ages for _, ages in declared}}
        for code, ages in declared:
            found = self.answered.of(code, ages, *EVERYBODY)
            groups = {group: said.get((code, group), self._nothing) for group in _SAID}
            groups[NOT_KNOWN] = _without(eligible[ages], groups.values())
            persons = {group: found[group] for group in _SAID}
            persons[NOT_KNOWN] = found["persons"] - sum(persons.values())
            yield code, {group: counts for group, counts in groups.items() if persons[group]}

    def _said(self, declared: frozenset[str]) -> dict[tuple[str, str], Counts]:
        codes = [code for code, _ in characteristics(self.cells.context)]
        places = ", ".join(str(place) for place, code in enumerate(codes, start=1) if code in declared)
        found = self.database.rows(
            f"SELECT code, counted % 10 AS said, {self._sums} FROM answers JOIN attended USING (person) "
            f"WHERE code IN ({places}) AND counted % 10 < {len(_SAID)} AND {eligible_answers(self.cells)} GROUP BY ALL"
        )
        return {(codes[code - 1], _SAID[said]): self._counts(counts) for code, said, *counts in found}

    def _eligible(self, ages: Ages) -> Counts:
        query = f"SELECT {self._sums} FROM attended WHERE {self.cells.eligible(ages)}"
        return self._counts(self.database.row(query))


def _counted(table: str) -> str:
    """The rows of a table by person, and of how many each event is true."""
    every, *some = EVENTS[table]  # type: ignore[index]
    counts = ", ".join([f"count(*) AS {every}", *(f"count_if({event}) AS {event}" for event in some)])
    return f"SELECT person, {counts} FROM once_{table} GROUP BY person"


def _without(whole: Counts, parts: Collection[Counts]) -> Counts:
    """What is left of the whole: no person is in two parts."""
    return {
        event: (rows - sum(part[event][0] for part in parts), persons - sum(part[event][1] for part in parts))
        for event, (rows, persons) in whole.items()
    }


def _measured(kind: AccessMeasureKind, parted: Mapping[str, Mapping[str, Counts]]) -> Iterator[AccessTally]:
    for by, groups in parted.items():
        whole = sum(counts[kind.counted][0] for counts in groups.values())
        for group, counts in groups.items():
            numerator, persons_counted = counts[kind.counted]
            denominator, persons = (whole, persons_counted) if kind.of is None else counts[kind.of]
            if denominator:
                yield AccessTally(kind.name, by, group, numerator, denominator, persons, persons_counted)
