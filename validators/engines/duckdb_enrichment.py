"""What reference data say of each person, written by DuckDB: one Parquet file, and a CSV that a spreadsheet may open.

The rows are those of the person file, by row and by the provider's own ids. Everything else is derived, and named so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators.areas import INDEXES, NATIONS, PLACED
from validators.core20 import MOST_DEPRIVED, OUTCOMES, PSEUDO, REASONS, class_of
from validators.plan import final_name
from validators.reports.formulas import BEGINNINGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from validators.context import Context
    from validators.engines.duckdb_connection import Database
    from validators.engines.duckdb_places import Places

PARQUET, CSV = "person_derived.parquet", "person_derived.csv"
#: the provider's own ids, as they were sent
IDS = ("local_patient_id_org", "local_patient_id")
#: column → what stands in it
COLUMNS = {
    "row": "Row of the person file, from 1.",
    "local_patient_id_org": "As sent; blank where it is not of its form.",
    "local_patient_id": "As sent; blank where it is not of its form.",
    "derived_from": "What the place was derived from: postcode, lsoa_code, imd_decile; blank where nothing was sent.",
    "derived_lsoa_2011": "Small area of 2011.",
    "derived_lsoa_2021": "Small area of 2021.",
    **{
        f"derived_imd_{index}_{what}": text
        for index in INDEXES
        for what, text in (
            ("rank", f"Rank of the small area in the index of {index}: 1 is the most deprived."),
            ("decile", f"Decile of the small area in the index of {index}: 1 is the most deprived."),
            ("quintile", f"Fifth of the small area in the index of {index}: 1 is the most deprived."),
        )
    },
    **{
        f"derived_core20_{index}{what}": text
        for index in INDEXES
        for what, text in (
            ("", f"By the index of {index}: yes, no, not_placed, or institution, which is kept out of rates."),
            ("_reason", "Why the person is not placed."),
        )
    },
    "derived_lsoa_agrees": (
        "Whether the small area that was sent is that of the postcode in its census: yes or no; blank where one was "
        "not sent or the directory does not say, and where it puts the postcode outside England and Wales."
    ),
    "derived_imd_decile_agrees": (
        "Whether the decile that was sent is that of the place by its index: yes, no, or reversed, which is counted "
        "from the wrong end: 1 is the most deprived. Blank where none was sent, or nothing else places the person."
    ),
    "derived_institution": "Kind of institution at the postcode, where a list is loaded.",
    "derived_rural_urban_code": "Rural or urban class of the small area, where a list is loaded.",
    "derived_rural_urban": "The same in words.",
    "derived_coastal": "yes or no, where a list of coastal areas is loaded.",
    "derived_icb_code": "Integrated care board of residence (ONS code).",
    "derived_icb_name": "Its name, where names are loaded.",
    "derived_region_code": "NHS England region of residence (ONS code).",
    "derived_region_name": "Its name, where names are loaded.",
}
#: columns whose text comes from outside, in the CSV with an apostrophe before what a spreadsheet would calculate
_FROM_OUTSIDE = (*IDS, "derived_rural_urban", "derived_icb_name", "derived_region_name")
GUARDED = "ids_guarded"
#: persons that are joined and put in order at once: with all of them that takes more memory than the rest of a check
ROWS_AT_ONCE = 250_000


@dataclass(frozen=True)
class Enrichment:
    """Where the files are written to."""

    folder: Path

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that are written."""
        return (self.folder / PARQUET, self.folder / CSV)

    def write(self, database: Database, context: Context, places: Places, spill: Path) -> None:
        """Write both files, by way of the folder `spill`. Stands when the persons have been placed."""
        parquet, csv = (_text(path) for path in self.paths)
        parts = ", ".join(f"'{part}'" for part in _parts(database, Query(context, places), spill))
        database.run(
            f"COPY (FROM read_parquet([{parts}])) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
        )
        database.run(f"COPY ({_guarded(parquet)}) TO '{csv}' (FORMAT csv, HEADER, USE_TMP_FILE false)")


def _parts(database: Database, query: Query, spill: Path) -> Iterator[str]:
    """The rows in files of some, in order."""
    (last,) = database.counts("SELECT coalesce(max(row), 1) FROM keys_person")
    for first in range(1, last + 1, ROWS_AT_ONCE):
        part = _text(spill / f"derived_{first}.parquet")
        some = f"{query.text(first, first + ROWS_AT_ONCE - 1)} ORDER BY row"
        database.run(f"COPY ({some}) TO '{part}' (FORMAT parquet, USE_TMP_FILE false)")
        yield part


def _text(path: Path) -> str:
    """A path within quotes of SQL."""
    return str(path).replace("'", "''")


def _guarded(parquet: str) -> str:
    """The rows as a spreadsheet may open them; a column says in which rows an id was changed for it."""
    chosen = [
        f"CASE WHEN {_formula(name)} THEN '''' || {name} ELSE {name} END AS {name}" if name in _FROM_OUTSIDE else name
        for name in COLUMNS
    ]
    changed = " OR ".join(f"coalesce({_formula(name)}, false)" for name in IDS)
    at = len(IDS) + 1
    columns = [*chosen[:at], f"CASE WHEN {changed} THEN 'yes' END AS {GUARDED}", *chosen[at:]]
    return f"SELECT {', '.join(columns)} FROM read_parquet('{parquet}')"


def _formula(name: str) -> str:
    """Whether a spreadsheet program could take the text for a formula, in SQL."""
    beginnings = ", ".join(f"'{beginning}'" for beginning in BEGINNINGS)
    return f"left({name}, 1) IN ({beginnings})"


@dataclass(frozen=True)
class Query:
    """The query of every column of every person."""

    context: Context
    places: Places

    def text(self, first: int, last: int) -> str:
        """The query of the rows from `first` to `last`, in any order."""
        made = dict(self._columns())
        chosen = ", ".join(f"{made.get(name, 'CAST(NULL AS VARCHAR)')} AS {name}" for name in COLUMNS)
        placed = f"{self._placed()} WHERE o.row BETWEEN {first} AND {last}"
        return f"WITH placed AS ({placed}) SELECT {chosen} FROM placed p {' '.join(self._joins())}"

    def _has(self, name: str) -> bool:
        return name in self.context.reference

    def _relation(self, name: str) -> str:
        return self.places.reference.relation(name)

    def _item(self, name: str) -> str:
        return f'o."{final_name(name)}"' if name in self.places.received else "CAST(NULL AS VARCHAR)"

    # Where a person lives

    def _placed(self) -> str:
        """Each person with the small areas of both censuses, and what they follow from."""
        postcode, area, vintage = (self._item(name) for name in ("postcode", "lsoa_code", "lsoa_vintage"))
        by_directory = self._has("onspd") and "postcode" in self.places.received
        real = f"{postcode} IS NOT NULL AND NOT starts_with({postcode}, '{PSEUDO}')"
        ids = ", ".join(f'o."{final_name(name)}" AS {name}' for name in IDS)
        ids += "".join(f", {self._item(name)} AS {name}" for name in ("imd_decile", "imd_version"))
        numbers = "".join(f', w."core20:{index}"' for index in self.places.indexes)
        sent = f"decided_by = 'lsoa_code' AND regexp_full_match({area}, '{'|'.join(NATIONS.values())}')"
        areas = ", ".join(
            f"CASE WHEN decided_by = 'postcode' THEN {f'd.lsoa{year[2:]}' if by_directory else 'NULL'} "
            f"WHEN {sent} AND {vintage} = '{year}' THEN {area} END AS lsoa_{year}"
            for year in _YEARS
        )
        found = "d.icb AS icb, d.region AS region" if by_directory else "NULL AS icb, NULL AS region"
        join = f"LEFT JOIN ({self._directory()}) d ON d.postcode = {postcode} AND {real}" if by_directory else ""
        where = f"rows_person o JOIN place_person w USING (row) {join}"
        agrees = self._area_agrees() if by_directory and self._sent("lsoa_code", "lsoa_vintage") else "NULL"
        source = f"{self._source()} AS decided_by, {postcode} AS postcode, {agrees} AS area_agrees"
        return f"SELECT o.row AS row, {ids}{numbers}, {source}, {areas}, {found} FROM {where}"

    def _sent(self, *items: str) -> bool:
        return self.places.received.issuperset(items)

    def _area_agrees(self) -> str:
        """Nothing of Scotland and Northern Ireland, where a directory fills the areas of 2021 with older ones."""
        area, vintage = self._item("lsoa_code"), self._item("lsoa_vintage")
        branches = " ".join(f"WHEN '{year}' THEN d.lsoa{year[2:]}" for year in _YEARS)
        listed = f"CASE {vintage} {branches} END"
        told = f"regexp_full_match({area}, '{'|'.join(NATIONS.values())}') AND regexp_full_match({listed}, '{PLACED}')"
        return f"CASE WHEN {told} THEN CASE WHEN {area} = {listed} THEN 'yes' ELSE 'no' END END"

    def _source(self) -> str:
        """What decides: the postcode; where no directory is loaded, an area beside one that is no pseudo-postcode."""
        postcode, area, decile = (self._item(name) for name in ("postcode", "lsoa_code", "imd_decile"))
        says = f"{postcode} IS NOT NULL"
        if not self._has("onspd"):
            says += f" AND (starts_with({postcode}, '{PSEUDO}') OR {area} IS NULL)"
        return (
            f"CASE WHEN {says} THEN 'postcode' WHEN {area} IS NOT NULL THEN 'lsoa_code' "
            f"WHEN {decile} IS NOT NULL THEN 'imd_decile' END"
        )

    def _directory(self) -> str:
        dated = self.context.period_end is not None
        where = f" WHERE {self.places.reference.begun('start')}" if dated else ""
        return f"SELECT postcode, lsoa11, lsoa21, icb, region FROM {self._relation('onspd')}{where}"

    # The columns

    def _columns(self) -> Iterator[tuple[str, str]]:
        yield "row", "p.row"
        yield from ((name, f"p.{name}") for name in IDS)
        yield "derived_from", "p.decided_by"
        yield from ((f"derived_lsoa_{year}", f"p.lsoa_{year}") for year in INDEXES.values())
        for index in INDEXES:
            yield from self._of_index(index)
        yield "derived_lsoa_agrees", "p.area_agrees"
        if self._has("imd") and self._sent("imd_decile", "imd_version"):
            yield "derived_imd_decile_agrees", self._decile_agrees()
        if self._has("institution"):
            yield "derived_institution", "t.kind"
        if self._has("rural"):
            yield "derived_rural_urban_code", "coalesce(r2021.class, r2011.class)"
            yield "derived_rural_urban", "coalesce(r2021.label, r2011.label)"
        if self._has("coastal"):
            yield "derived_coastal", self._coastal()
        for name in ("icb", "region"):
            yield f"derived_{name}_code", self._code(name)
            if self._has(name):
                yield f"derived_{name}_name", f"n_{name}.name"

    def _of_index(self, index: str) -> Iterator[tuple[str, str]]:
        loaded = self._has("imd")
        rank, decile = (f"i{index}.{name}" if loaded else "CAST(NULL AS INTEGER)" for name in ("rank", "decile"))
        yield f"derived_imd_{index}_rank", rank
        yield f"derived_imd_{index}_decile", decile
        yield f"derived_imd_{index}_quintile", f"CAST(ceil({decile} / {MOST_DEPRIVED}.0) AS INTEGER)"
        if index not in self.places.indexes:
            yield f"derived_core20_{index}", "'not_placed'"
            yield f"derived_core20_{index}_reason", "'not_loaded'"
            return
        number = f'p."core20:{index}"'
        classes = " ".join(f"WHEN {at} THEN '{class_of(outcome)}'" for at, outcome in enumerate(OUTCOMES))
        reasons = " ".join(f"WHEN {OUTCOMES.index(reason)} THEN '{reason}'" for reason in REASONS)
        yield f"derived_core20_{index}", f"CASE {number} {classes} END"
        yield f"derived_core20_{index}_reason", f"CASE {number} {reasons} END"

    def _decile_agrees(self) -> str:
        placed = f"({OUTCOMES.index('yes')}, {OUTCOMES.index('no')})"
        derived = " ".join(
            f"WHEN p.imd_version = '{index}' AND p.\"core20:{index}\" IN {placed} THEN i{index}.decile"
            for index in self.places.indexes
        )
        found = f"(CASE {derived} END)"
        return (
            f"CASE WHEN p.imd_decile = {found} THEN 'yes' WHEN p.imd_decile = 11 - {found} THEN 'reversed' "
            f"WHEN p.imd_decile <> {found} THEN 'no' END"
        )

    def _coastal(self) -> str:
        """No is said only of an area of a census of which some list is loaded."""
        relation = self._relation("coastal")
        listed = {year: f"p.lsoa_{year} IN (SELECT lsoa FROM {relation} WHERE vintage = '{year}')" for year in _YEARS}
        known = " OR ".join(
            f"(p.lsoa_{year} IS NOT NULL AND '{year}' IN (SELECT vintage FROM {relation}))" for year in _YEARS
        )
        yes = " OR ".join(f"coalesce({test}, false)" for test in listed.values())
        return f"CASE WHEN {yes} THEN 'yes' WHEN {known} THEN 'no' END"

    def _code(self, name: str) -> str:
        """The board or region of the postcode; of an area that was sent, that of all of its postcodes."""
        homes = [f"h{year}.{name}" for year in _YEARS] if self._by_area else []
        return f"coalesce({', '.join([f'p.{name}', *homes, 'NULL'])})"

    # What is joined

    @property
    def _by_area(self) -> bool:
        return self._has("onspd") and "lsoa_code" in self.places.received

    def _joins(self) -> Iterator[str]:
        if self._has("imd"):
            for index, year in INDEXES.items():
                imd = f"SELECT * FROM {self._relation('imd')} WHERE version = '{index}'"
                yield f"LEFT JOIN ({imd}) i{index} ON i{index}.lsoa = p.lsoa_{year}"
        if self._has("institution"):
            yield f"LEFT JOIN ({self._institutions()}) t ON t.postcode = p.postcode"
        if self._has("rural"):
            for year in _YEARS:
                rural = f"SELECT * FROM {self._relation('rural')} WHERE vintage = '{year}'"
                yield f"LEFT JOIN ({rural}) r{year} ON r{year}.lsoa = p.lsoa_{year}"
        if self._by_area:
            for year in _YEARS:
                sent = f"p.decided_by = 'lsoa_code' AND h{year}.area = p.lsoa_{year}"
                yield f"LEFT JOIN ({self._homes(year)}) h{year} ON {sent}"
        for name in ("icb", "region"):
            if self._has(name):
                yield f"LEFT JOIN {self._relation(name)} n_{name} ON n_{name}.code = {self._code(name)}"

    def _institutions(self) -> str:
        dated = self.context.period_start is not None and self.context.period_end is not None
        where = f" WHERE {self.places.reference.live('open_from', 'closed_on')}" if dated else ""
        return f"SELECT postcode, min(kind) AS kind FROM {self._relation('institution')}{where} GROUP BY postcode"

    def _homes(self, year: str) -> str:
        """The board and region of an area, where all of its postcodes are of one."""
        area = f"lsoa{year[2:]}"
        one = ", ".join(f"CASE WHEN min({n}) = max({n}) THEN min({n}) END AS {n}" for n in ("icb", "region"))
        return f"SELECT {area} AS area, {one} FROM ({self._directory()}) GROUP BY {area}"


_YEARS = tuple(INDEXES.values())
