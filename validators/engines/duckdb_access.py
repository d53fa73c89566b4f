"""Access to care on DuckDB: rows are counted by person first, and persons by group then."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from validators.access import EVENTS, INTERPRETER, MEASURES, OF_INTERPRETED, PERSON_EVENTS
from validators.engines.duckdb_groups import by_group
from validators.engines.duckdb_measure_columns import happened
from validators.engines.duckdb_measures import EVERYBODY, answer_of, eligible_answers
from validators.engines.duckdb_people import OF_REGISTERED, of_alike
from validators.groups import NOT_KNOWN, characteristics, declared_characteristics
from validators.tally import AccessTally

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from validators.access import AccessMeasureKind, AccessTable
    from validators.engines.duckdb_connection import Database
    from validators.engines.duckdb_groups import Cells
    from validators.engines.duckdb_measures import Answered
    from validators.groups import Ages

    #: event → (rows of which it is true, persons who have any)
    Counts = Mapping[str, tuple[int, int]]

_SAID = ("yes", "no")
_COUNTED = ("rows", "persons")
_OF_PERSON = dict(zip(PERSON_EVENTS, OF_REGISTERED, strict=True))


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
        """What is counted of rows that name a person."""
        return tuple(event for table in self._naming for event in EVENTS[table])

    @cached_property
    def _naming(self) -> tuple[AccessTable, ...]:
        """The tables whose rows name a person."""
        return tuple(table for table in EVENTS if table != "person" and table in self.tables)

    def tallies(self) -> Iterator[AccessTally]:
        """Every measure over everybody, and in each group that holds anybody."""
        self._count_by_cell()
        parted = {**self._in_groups(), **dict(self._by_answers())}
        self.database.run("DROP TABLE IF EXISTS attended")
        for kind in MEASURES:
            if kind.table in self.tables:
                yield from _measured(kind, parted)

    def _count_by_cell(self) -> None:
        """Make `access_cells`: a row a cell, what is counted of its persons and of the rows that name one."""
        tests = [(event, OF_REGISTERED[name]) for event, name in _OF_PERSON.items()]
        persons = of_alike((f"{what}:{event}", test) for event, test in tests for what in _COUNTED)
        query = f"SELECT cell, {persons} FROM alike GROUP BY cell"
        if self.events:
            self._count_by_person()
            of_rows = f"SELECT cell, {self._sums} FROM attended GROUP BY cell"
            query = f"SELECT * FROM ({query}) LEFT JOIN ({of_rows}) USING (cell)"
        self.database.run(f"CREATE OR REPLACE TABLE access_cells AS {query}")

    def _count_by_person(self) -> None:
        """Make `attended`: a row a person, the cell, and of how many of their rows each event is true."""
        joins = [f"LEFT JOIN ({_counted(table)}) AS {table} USING (person)" for table in self._naming]
        chosen = ", ".join(f"{self._count(event)} AS {event}" for event in self.events)
        needing = "false"
        if self.answered is not None:
            said = answer_of("yes", INTERPRETER, self.cells.context)
            needing = f"person IN (SELECT person FROM answers WHERE {said})"
        people = f"(SELECT person, cell, {needing} AS needs_interpreter FROM people)"
        self.database.run(
            f"CREATE OR REPLACE TABLE attended AS SELECT person, cell, {chosen} FROM {people} {' '.join(joins)}"
        )

    def _count(self, event: str) -> str:
        if event in OF_INTERPRETED:
            return f"CASE WHEN needs_interpreter THEN coalesce({event}, 0) ELSE 0 END"
        return f"coalesce({event}, 0)"

    @cached_property
    def _sums(self) -> str:
        """Sums over `attended`: the rows, and the persons who have any."""
        return ", ".join(
            f'CAST(sum({event}) AS BIGINT) AS "rows:{event}", count_if({event} > 0) AS "persons:{event}"'
            for event in self.events
        )

    @cached_property
    def _every(self) -> tuple[str, ...]:
        return (*_OF_PERSON, *self.events)

    @cached_property
    def _names(self) -> list[str]:
        """The columns of `access_cells`, in the order of `_every`."""
        return [f'"{what}:{event}"' for event in self._every for what in _COUNTED]

    @cached_property
    def _nothing(self) -> Counts:
        return dict.fromkeys(self._every, (0, 0))

    def _in_groups(self) -> dict[str, dict[str, Counts]]:
        found = by_group(self.database, self.cells, "SELECT * FROM access_cells", self._names)
        parted: dict[str, dict[str, Counts]] = {}
        for by, group in (EVERYBODY, *sorted(self.holding)):
            sums = found.get((None, by, group))
            parted.setdefault(by, {})[group] = _counts(self._every, sums) if sums else self._nothing
        return parted

    def _by_answers(self) -> Iterator[tuple[str, dict[str, Counts]]]:
        """The persons who are in the group of a declared characteristic, who are not, and the other eligible ones."""
        declared = declared_characteristics(self.cells.context)
        if self.answered is None or not declared:
            return
        said = self._said(frozenset(code for code, _ in declared)) if self.events else {}
        eligible = {ages: self._eligible(ages) for ages in {ages for _, ages in declared}}
        for code, ages in declared:
            found = self.answered.of(code, ages, *EVERYBODY)
            groups: dict[str, Counts] = {
                group: {**self._nothing, **_of_persons(found, group), **said.get((code, group), {})} for group in _SAID
            }
            groups[NOT_KNOWN] = _without(eligible[ages], groups.values())
            persons = {group: found[group] for group in _SAID}
            persons[NOT_KNOWN] = found["persons"] - sum(persons.values())
            yield code, {group: counts for group, counts in groups.items() if persons[group]}

    def _said(self, declared: frozenset[str]) -> dict[tuple[str, str], Counts]:
        """What is counted of the rows of those who say yes or no to a characteristic."""
        codes = [code for code, _ in characteristics(self.cells.context)]
        places = ", ".join(str(place) for place, code in enumerate(codes, start=1) if code in declared)
        found = self.database.rows(
            f"SELECT code, said, {self._sums} FROM answers JOIN attended USING (person) "
            f"WHERE code IN ({places}) AND said < {len(_SAID)} AND {eligible_answers(self.cells)} GROUP BY ALL"
        )
        return {(codes[code - 1], _SAID[said]): _counts(self.events, sums) for code, said, *sums in found}

    def _eligible(self, ages: Ages) -> Counts:
        sums = ", ".join(f"CAST(sum({name}) AS BIGINT)" for name in self._names)
        query = f"SELECT {sums} FROM access_cells WHERE {self.cells.eligible(ages)}"
        return _counts(self._every, self.database.row(query))


def _counts(events: Sequence[str], sums: Sequence[int | None]) -> Counts:
    """The counts of each event out of sums that stand in that order."""
    return {event: (sums[2 * at] or 0, sums[2 * at + 1] or 0) for at, event in enumerate(events)}


def _of_persons(answered: Mapping[str, int], group: str) -> Counts:
    """The events of persons themselves among those who gave an answer: each is a row of its own."""
    counts = {event: answered[f"{group}_{name}"] for event, name in _OF_PERSON.items()}
    return {event: (count, count) for event, count in counts.items()}


def _counted(table: AccessTable) -> str:
    """The rows of a table by person, and of how many each event is true."""
    every, *some = EVENTS[table]
    counts = ", ".join(
        f"CAST({made} AS UINTEGER) AS {event}"
        for event, made in [(every, "count(*)"), *((event, f"count_if({happened(event)})") for event in some)]
    )
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
