"""Postcode directories of the ONS: ONSPD and NSPL, of any edition, by the names of their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.reference_data.layouts.base import Check, Layout, Prepared, Reading, file_of
from validators.reference_data.layouts.census import check_census

if TYPE_CHECKING:
    from collections.abc import Iterator

_POSTCODE = "[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}"
#: how a month, or a day, is written
_WHEN = "[0-9]{4}(0[1-9]|1[0-2])|[0-9]{4}-[0-9]{2}-[0-9]{2}"
#: pseudo-postcodes of the United Kingdom: a list with no others says nothing of countries overseas
OF_THE_UK = ("ZZ99 3VZ", "ZZ99 3WZ", "ZZ99 3CZ", "ZZ99 3GZ", "ZZ99 1WZ", "ZZ99 2WZ")
#: one line in so many may hold what is no postcode (GIR 0AA, territories overseas): it is left out
STRANGE = 1000


def squeezed(text: str) -> str:
    """A postcode without its spaces and in upper case, as SQL."""
    return f"upper(replace({text}, ' ', ''))"


def canonical(text: str) -> str:
    """A postcode with one space before its last three characters, as SQL."""
    tight = squeezed(text)
    return f"(left({tight}, length({tight}) - 3) || ' ' || right({tight}, 3))"


def english(area: str) -> str:
    """The number of an English small area, as SQL: 0 for one outside England, null for none. Quick to join by."""
    number = f"CAST(substr({area}, 4) AS INTEGER)"
    return f"CASE WHEN regexp_full_match({area}, 'E01[0-9]{{6}}') THEN {number} WHEN {area} <> '' THEN 0 END"


def _first_day(text: str) -> str:
    return (
        f"CASE WHEN length({text}) = 6 THEN TRY_CAST(left({text}, 4) || '-' || right({text}, 2) || '-01' AS DATE) "
        f"ELSE TRY_CAST({text} AS DATE) END"
    )


def _last_day(text: str) -> str:
    return f"CASE WHEN length({text}) = 6 THEN last_day({_first_day(text)}) ELSE TRY_CAST({text} AS DATE) END"


def _checks(reading: Reading) -> Iterator[Check]:
    yield Check(f"{reading['postcode']} IS NULL", "a postcode", "NULL")
    for part in ("start", "terminated"):
        if reading.has(part):
            value = reading[part]
            yield Check(f"NOT regexp_full_match({value}, '{_WHEN}')", "a month written YYYYMM, or blank", value)
    for part in ("lsoa11", "lsoa21", "lsoa"):
        if reading.has(part):
            value = reading[part]
            form = f"NOT regexp_full_match({value}, '[A-Z][0-9]{{8}}|95[A-Z0-9]{{6}}')"
            yield Check(form, "the code of a small area, or blank", value)


def _prepare(reading: Reading) -> Prepared:
    areas = _areas(reading)
    _check_postcodes(reading)
    check_census(reading, {year: reading[part] for year, part in _parts_by_year(reading).items()})
    day = {part: _day(reading, part) for part in ("start", "terminated")}
    select = (
        f"SELECT {canonical(reading['postcode'])} AS postcode, {day['start']} AS start, "
        f"{day['terminated']} AS terminated, {areas['2011']} AS lsoa11, {areas['2021']} AS lsoa21, "
        f"{_code(reading, 'icb')} AS icb, {_code(reading, 'region')} AS region, "
        f"{english(areas['2011'])} AS english11, {english(areas['2021'])} AS english21 FROM received "
        f"WHERE regexp_full_match({squeezed(reading['postcode'])}, '{_POSTCODE}')"
    )
    kept = f"SELECT * FROM ({select}) WHERE NOT starts_with(postcode, 'ZZ99') ORDER BY postcode"
    return Prepared(
        select=kept,
        version=reading.version or _newest(reading),
        name="directory",
        key=("postcode",),
        counts={
            "areas": "count(DISTINCT regexp_extract(postcode, '^[A-Z]+'))",
            "terminated": "count(terminated)",
            "with_area_of_2011": "count(lsoa11)",
            "with_area_of_2021": "count(lsoa21)",
        },
        also={"pseudo_postcode": _pseudo(reading, select)} if _overseas(reading) else {},
    )


def _day(reading: Reading, part: str) -> str:
    if not reading.has(part):
        return "CAST(NULL AS DATE)"
    return _first_day(reading[part]) if part == "start" else _last_day(reading[part])


def _code(reading: Reading, part: str) -> str:
    return reading[part] if reading.has(part) else "CAST(NULL AS VARCHAR)"


def _areas(reading: Reading) -> dict[str, str]:
    """Census year → SQL of the small area. E99999999 says that England has none for the postcode."""
    found = _parts_by_year(reading) or {_year_of_unmarked(reading): "lsoa"}
    return {
        year: f"nullif({reading[found[year]]}, 'E99999999')" if year in found else "CAST(NULL AS VARCHAR)"
        for year in ("2011", "2021")
    }


def _parts_by_year(reading: Reading) -> dict[str, str]:
    """Census year → the part of the layout, of columns that say their census."""
    return {year: part for year, part in (("2011", "lsoa11"), ("2021", "lsoa21")) if reading.has(part)}


def _year_of_unmarked(reading: Reading) -> str:
    """The census of areas under a column that does not say it: the one loaded list that holds all of them."""
    area, fitting = reading["lsoa"], []
    for part in reading.store.readable("lsoa"):
        reading.database.run(f"CREATE OR REPLACE TEMP VIEW listed AS FROM {file_of(part.path)}")
        strange = reading.one(f"count({area}) FILTER (WHERE {area} NOT IN (SELECT code FROM listed))")
        fitting += [part.manifest.version] if not strange else []
    if len(set(fitting)) == 1 and fitting[0] in ("2011", "2021"):
        return str(fitting[0])
    raise reading.refused(
        f"its column {reading.columns['lsoa']} does not say of which census the areas are. Name it lsoa11 or lsoa21, "
        "or load the lists of small areas of both first (reference load lsoa), so that its codes can tell."
    )


def _check_postcodes(reading: Reading) -> None:
    formed = f"regexp_full_match({squeezed(reading['postcode'])}, '{_POSTCODE}')"
    rows, strange = reading.database.row(f"SELECT count(*), count_if(NOT {formed}) FROM received")
    if strange * STRANGE > rows + STRANGE:
        raise reading.refused(f"{strange:,} of its {rows:,} lines hold no postcode. Fetch the file again.")


def _newest(reading: Reading) -> str | None:
    """The month of the newest change in the directory."""
    days = [reading[part] for part in ("start", "terminated") if reading.has(part)]
    found = reading.one(f"greatest({', '.join(f'max({day})' for day in days)}, '')") if days else None
    return f"{found[:4]}-{found[-2:] if len(found) == 6 else found[5:7]}" if found else None


def _overseas(reading: Reading) -> bool:
    tight = ", ".join(f"'{code.replace(' ', '')}'" for code in OF_THE_UK)
    text = squeezed(reading["postcode"])
    return reading.one(f"count_if(starts_with({text}, 'ZZ99') AND {text} NOT IN ({tight}))") > 0


def _pseudo(reading: Reading, select: str) -> Prepared:
    return Prepared(
        select=f"SELECT postcode, CAST(NULL AS VARCHAR) AS meaning FROM ({select}) WHERE starts_with(postcode, 'ZZ99')",
        version=reading.version or _newest(reading),
        name="directory",
        key=("postcode",),
    )


ONS_DIRECTORY = Layout(
    name="ons-postcode-directory",
    kind="postcode",
    about="ONSPD or NSPL: a postcode (pcds), dointr, doterm, lsoa11 or lsoa21 (lsoa21cd …), icb, nhser",
    parts={
        "postcode": r"pcds pcd_?8 pcd_?2 pcd_?7 pcd postcode",
        "start": "dointr",
        "terminated": "doterm",
        "lsoa11": r"lsoa_?(?:20)?11(?:_?(?:cd|code))? lsoa_code_(?:20)?11",
        "lsoa21": r"lsoa_?(?:20)?21(?:_?(?:cd|code))? lsoa_code_(?:20)?21",
        "lsoa": r"lsoa_code lsoa_?cd lsoa",
        "icb": r"icb(?:[0-9]{2})?(?:cd)? stp(?:[0-9]{2})?(?:cd)?",
        "region": r"nhser(?:[0-9]{2})?(?:cd)?",
    },
    needed=("postcode",),
    one_of=("lsoa11", "lsoa21", "lsoa"),
    checks=_checks,
    prepare=_prepare,
    without="kind|meaning|practice_code",
)
