"""Where each person lives, on DuckDB: one join of the persons to the reference data, after their rows have numbers.

It makes `place_person`: row, the Core20 outcome by each index (`core20:2025`, its place in OUTCOMES), and the verdicts
of the rules that the join answers (duckdb_place_verdicts).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from validators.areas import ENGLAND, INDEXES, NATIONS, PLACED
from validators.causes import causes_of
from validators.core20 import (
    AREA_NOT_KNOWN,
    AREA_OUTSIDE,
    MOST_DEPRIVED,
    NO_FIXED_ABODE,
    NOT_KNOWN,
    OUTCOMES,
    PSEUDO,
    REST_OF_UK,
)
from validators.engines.duckdb_exact import RANK, merged
from validators.engines.duckdb_place_verdicts import ITEMS, JoinedVerdicts
from validators.engines.duckdb_rows import TableRows
from validators.plan import final_name, read_name, verdict_name
from validators.tally import SAMPLES, CauseTally, Core20Tally, RuleTally, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schema.rule import Rule
    from validators.context import Context
    from validators.engines.duckdb_connection import Database
    from validators.engines.duckdb_reference import ReferenceTables

_POSTCODE = f'o."{final_name("postcode")}"'


@dataclass
class Places:
    """The persons of a run, placed."""

    database: Database
    context: Context
    reference: ReferenceTables
    rules: tuple[Rule, ...] = ()
    #: items that are wanted beside those by which persons are placed
    beside: frozenset[str] = frozenset()
    #: the items of ITEMS of which some row has a value; stands when the persons have been judged
    received: frozenset[str] = field(default=frozenset(), init=False)

    def ask(self, work: TableRows) -> None:
        """What has to be kept of each person, before the table is read."""
        loaded = self.context.reference.keys() & {"onspd", "imd", "institution"}
        asked = ITEMS if loaded or "imd_decile" in work.source.columns else ()
        work.wanted = self.beside | frozenset(item for item in asked if item in work.source.columns)
        work.read = work.wanted & {c.name for r in self.rules for e in r.conditions() for c in e.columns()}
        work.elsewhere = frozenset(rule.id for rule in self.rules)

    @property
    def indexes(self) -> tuple[str, ...]:
        """The indexes by which figures are worked out: those that are loaded, or all where deciles were sent."""
        loaded = self.reference.versions("imd") if "imd" in self.context.reference else frozenset()
        return tuple(index for index in INDEXES if index in loaded or "imd_decile" in self.received)

    def make(self, work: TableRows) -> None:
        """Make `place_person`. Stands when the rows of the persons have been judged."""
        self.received = frozenset(
            name for name in work.wanted.intersection(ITEMS) if work.first.counts[f"received:{name}"]
        )
        if not self.indexes and not self.rules:
            self.database.run("CREATE OR REPLACE TEMP VIEW place_person AS SELECT row FROM keys_person")
            return
        joined = JoinedVerdicts(self.context, self.received, tuple(index for index, _ in self._loaded))
        verdicts = [f'{joined.verdict(rule, work.plan)} AS "{verdict_name(rule)}"' for rule in self.rules]
        numbers = [f'{self._outcome(index)} AS "core20:{index}"' for index in self.indexes]
        deciles = [f'{self._derived(index)} AS "decile:{index}"' for index in self._compared]
        made = ", ".join(["o.row AS row", *verdicts, *numbers, *deciles])
        self.database.run(f"CREATE OR REPLACE TABLE place_person AS SELECT {made} FROM {self._joined(work)}")

    # The join

    def _joined(self, work: TableRows) -> str:
        """The persons, the directory by a number for the postcode, the indices by the numbers of English areas."""
        postcode, area = (read_name(n) if n in work.read else final_name(n) for n in ("postcode", "lsoa_code"))
        parts = [f"(SELECT *, {self._alone()} AS alone FROM rows_person) o"]
        if self._has("onspd") and "postcode" in self.received:
            parts.append(f'LEFT JOIN ({self._directory()}) d ON d.place = hash(o."{postcode}")')
        if self._has("institution") and "postcode" in self.received:
            parts.append(f"LEFT JOIN ({self._institutions()}) t ON t.postcode = {_POSTCODE}")
        if "lsoa_code" in self.received:
            parts.extend(self._deciles(f"s{index}", "lsoa", f'o."{area}"', index) for index, _ in self._loaded)
        return " ".join(parts)

    def _has(self, name: str) -> bool:
        return name in self.context.reference

    @property
    def _loaded(self) -> list[tuple[str, str]]:
        loaded = self.reference.versions("imd") if self._has("imd") else frozenset()
        return [(index, year) for index, year in INDEXES.items() if index in loaded]

    def _directory(self) -> str:
        """The directory at the end of the period, or the whole of it where there is none: each postcode by its number,
        whether it was live, and what comes of it by each index, so that little is looked up for each person."""
        dated = self.context.period_end is not None
        where = f" WHERE {self.reference.begun('start')}" if dated else ""
        live = self.reference.live("start", "terminated")
        found = ["hash(postcode) AS place", f"{live} AS live"]
        found += [f'{self._of_postcode(index)} AS "core20:{index}"' for index in self.indexes]
        found += [f'd{index}.decile AS "decile:{index}"' for index in self._compared]
        found += list(self._areas())
        joins = [self._deciles(f"d{i}", "english", f"p.english{year[2:]}", i) for i, year in self._loaded]
        return f"SELECT {', '.join(found)} FROM {self.reference.directory()} p {' '.join(joins)}{where}"

    def _areas(self) -> Iterator[str]:
        """The codes of the small areas, where a rule asks for them."""
        if any("lsoa_of_postcode" in condition.functions() for rule in self.rules for condition in rule.conditions()):
            for year in INDEXES.values():
                area = f"p.lsoa{year[2:]}"
                yield f"CASE WHEN regexp_full_match({area}, '{PLACED}') THEN {area} END AS area{year}"

    def _of_postcode(self, index: str) -> str:
        """The number of the outcome of a postcode of the directory."""
        area = f"p.english{INDEXES[index][2:]}"
        return f"CAST({self._of_area(f'{area} IS NULL', f'{area} = 0', f'd{index}.decile', index)} AS UTINYINT)"

    def _institutions(self) -> str:
        dated = self.context.period_start is not None and self.context.period_end is not None
        where = f" WHERE {self.reference.live('open_from', 'closed_on')}" if dated else ""
        return f"SELECT DISTINCT postcode FROM {self.reference.relation('institution')}{where}"

    def _deciles(self, alias: str, key: str, area: str, index: str) -> str:
        number = "CAST(substr(lsoa, 4) AS INTEGER) AS english"
        imd = f"SELECT lsoa, {number}, decile FROM {self.reference.relation('imd')} WHERE version = '{index}'"
        return f"LEFT JOIN ({imd}) {alias} ON {alias}.{key} = {area}"

    # The outcome

    def _outcome(self, index: str) -> str:
        """The number of the outcome; says what core20.place says."""
        sent = f"CASE WHEN {self._item('imd_decile')} IS NULL THEN {_number('nothing_sent')} "
        sent += f"WHEN {self._item('imd_version')} = '{index}' THEN {_fifth(self._item('imd_decile'))} "
        sent += f"ELSE {_number('other_version')} END"
        by_area = self._by_area(index)
        found = (
            f"CASE WHEN o.alone = {_REAL} THEN {self._by_postcode(index)} WHEN o.alone IS NOT NULL THEN o.alone "
            f"WHEN {self._item('lsoa_code')} IS NOT NULL THEN {by_area} ELSE {sent} END"
        )
        return f"CAST({found} AS UTINYINT)"

    def _item(self, name: str) -> str:
        return f'o."{final_name(name)}"' if name in self.received else "NULL"

    def _alone(self) -> str:
        """The outcome where the postcode says it by itself, the same by every index; _REAL where it has to be looked
        up, null where there is none."""
        if "postcode" not in self.received:
            return "CAST(NULL AS UTINYINT)"
        postcode = f'"{final_name("postcode")}"'
        branches = (
            f"WHEN NOT starts_with({postcode}, '{PSEUDO}') THEN {_REAL}",
            f"WHEN {postcode} IS NULL THEN NULL",
            f"WHEN {postcode} = '{NO_FIXED_ABODE}' THEN {_number('no_fixed_abode')}",
            f"WHEN {postcode} IN {NOT_KNOWN} THEN {_number('not_known')}",
            f"WHEN {postcode} IN {REST_OF_UK} THEN {_number('outside_england')}",
        )
        return f"CAST(CASE {' '.join(branches)} ELSE {self._of_country(postcode)} END AS UTINYINT)"

    def _by_postcode(self, index: str) -> str:
        """The outcome of a postcode that is no pseudo-postcode."""
        if "postcode" not in self.received:
            return "NULL"
        branches = list[str]()
        if self._has("institution"):
            branches.append(f"WHEN t.postcode IS NOT NULL THEN {_number('institution')}")
        if self._has("onspd"):
            branches.append(f"WHEN d.place IS NULL THEN {_number('postcode_unknown')}")
            rest = f'd."core20:{index}"'
        else:
            area = f"WHEN {self._item('lsoa_code')} IS NOT NULL THEN {self._by_area(index)}"
            rest = f"CASE {area} ELSE {_number('not_loaded')} END"
        return f"CASE {' '.join(branches)} ELSE {rest} END" if branches else rest

    def _of_country(self, postcode: str) -> str:
        outside = _number("outside_england")
        if not self._has("pseudo_postcode"):
            return str(outside)
        listed = f"SELECT postcode FROM {self.reference.relation('pseudo_postcode')}"
        return f"CASE WHEN {postcode} IN ({listed}) THEN {outside} ELSE {_number('postcode_unknown')} END"

    def _of_area(self, none: str, outside: str, decile: str, index: str) -> str:
        """The outcome of an area of the census of the index; two conditions say that there is none, or none of ours."""
        known = f"WHEN {decile} IS NULL THEN {_number('area_unknown')} ELSE {_fifth(decile)}"
        if index not in dict(self._loaded):
            known = f"ELSE {_number('not_loaded')}"
        unknown, elsewhere = _number("area_unknown"), _number("outside_england")
        return f"CASE WHEN {none} THEN {unknown} WHEN {outside} THEN {elsewhere} {known} END"

    def _by_area(self, index: str) -> str:
        if "lsoa_code" not in self.received:
            return "NULL"
        area, vintage = self._item("lsoa_code"), self._item("lsoa_vintage")
        forms = "|".join(NATIONS.values())
        placed = self._of_area("false", f"NOT starts_with({area}, '{ENGLAND}')", f"s{index}.decile", index)
        return (
            f"CASE WHEN {area} = '{AREA_NOT_KNOWN}' THEN {_number('not_known')} "
            f"WHEN {area} = '{AREA_OUTSIDE}' THEN {_number('outside_england')} "
            f"WHEN {vintage} IS NULL OR NOT regexp_full_match({area}, '{forms}') THEN {_number('area_unknown')} "
            f"WHEN starts_with({area}, '{ENGLAND}') AND {vintage} <> '{INDEXES[index]}' "
            f"THEN {_number('other_version')} ELSE {placed} END"
        )

    # The decile that was sent, beside the one that follows from the place

    @property
    def _compared(self) -> list[str]:
        sent = {"imd_decile", "imd_version"} <= self.received
        return [index for index, _ in self._loaded] if sent else []

    def _derived(self, index: str) -> str:
        """The decile that follows from postcode or area, where the person is placed by it."""
        placed = f"{self._outcome(index)} IN ({_number('yes')}, {_number('no')})"
        by_area = f"s{index}.decile" if "lsoa_code" in self.received else "NULL"
        by_postcode = f'd."decile:{index}"' if self._has("onspd") and "postcode" in self.received else by_area
        found = f"CASE WHEN {self._item('postcode')} IS NOT NULL THEN {by_postcode} "
        found += f"WHEN {self._item('lsoa_code')} IS NOT NULL THEN {by_area} END"
        return f"CASE WHEN {placed} THEN {found} END"

    # What came of it

    def core20_tallies(self) -> Iterator[Core20Tally]:
        """The figures of each index over accepted persons."""
        if not self.indexes:
            return
        asked = ", ".join(f'histogram("core20:{index}") AS "{index}"' for index in self.indexes)
        found = self.database.named_row(f"SELECT {asked} FROM place_person WHERE row NOT IN ({_REMOVED})")
        for index in self.indexes:
            held = found[index] or {}
            counts = tuple(held.get(number, 0) for number in range(len(OUTCOMES)))
            yield Core20Tally(index, sum(counts), counts, *self._agreement(index))

    def _agreement(self, index: str) -> tuple[int, ...]:
        if index not in self._compared:
            return (0, 0, 0)
        sent, derived = f'"{final_name("imd_decile")}"', f'"decile:{index}"'
        asked = f"count_if({sent} IS NOT NULL AND {derived} IS NOT NULL)"
        return self.database.counts(
            f"SELECT {asked}, count_if({sent} = {derived}), count_if({sent} = 11 - {derived}) "
            f"FROM once_person JOIN place_person USING (row) WHERE \"{final_name('imd_version')}\" = '{index}'"
        )

    def rule_tallies(self, work: TableRows) -> Iterator[RuleTally]:
        """The results of the rules that are judged by the join; their failing rows go to the list of the table."""
        for rule in self.rules:
            name, causes = verdict_name(rule), causes_of(rule, self.context)
            found = self.database.rows(
                f'SELECT "{name}", count(*), arg_min(row, {RANK}, {SAMPLES}) FROM place_person '
                f'WHERE "{name}" IS NOT NULL GROUP BY 1 ORDER BY 1'
            )
            broken = [CauseTally(causes[n - 1].kind, count, (), spread(rows)) for n, count, rows in found if n]
            work.remembered[rule.id] = tuple(cause.kind for cause in causes)
            self.database.run(
                f'CREATE OR REPLACE TEMP VIEW "hits:{rule.id}" AS '
                f'SELECT row, "{name}" AS cause FROM place_person WHERE "{name}" > 0'
            )
            yield RuleTally(rule.id, sum(n for _, n, _ in found), sum(c.count for c in broken), merged(broken))


#: rows that are not accepted, or are copies of one that is: those that `once_person` leaves out
_REMOVED = (
    "SELECT row FROM keys_person WHERE rejected UNION ALL SELECT row FROM gone_person "
    "UNION ALL SELECT row FROM extra_person"
)


#: stands for an outcome where the postcode has to be looked up
_REAL = 255


def _number(outcome: str) -> int:
    return OUTCOMES.index(outcome)


def _fifth(decile: str) -> str:
    return f"CASE WHEN {decile} <= {MOST_DEPRIVED} THEN {_number('yes')} ELSE {_number('no')} END"
