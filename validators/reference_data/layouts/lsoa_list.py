"""Lists of small areas of one census: ONS lists of codes and names, and {code: name} in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.areas import CENSUSES, NATIONS, nation_of
from validators.reference_answers import JOINT
from validators.reference_data.layouts.base import Check, Layout, Prepared, Reading, year_of
from validators.reference_data.layouts.census import WHOLE, later

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_NATION = (
    "CASE " + " ".join(f"WHEN regexp_full_match(code, '{form}') THEN '{n}'" for n, form in NATIONS.items()) + " END"
)


def _holds(sample: Mapping[str, Sequence[str | None]]) -> bool:
    codes = [code for code in sample["code"] if code]
    return bool(codes) and sum(nation_of(code) is not None for code in codes) * 2 > len(codes)


def _checks(reading: Reading) -> Iterator[Check]:
    code = reading["code"]
    forms = "|".join(NATIONS.values())
    yield Check(f"coalesce(NOT regexp_full_match({code}, '{forms}'), true)", "the code of a small area", code)


def _prepare(reading: Reading) -> Prepared:
    year = _year(reading)
    vintage = f"CASE WHEN nation = 'S' AND '{year}' <> '2011' THEN '2022' ELSE '{year}' END"
    name = reading["name"] if reading.has("name") else "NULL"
    nations = _counted(reading, year)
    return Prepared(
        select=f"SELECT code, {vintage} AS vintage, name FROM (SELECT code, name, {_NATION} AS nation "
        f"FROM (SELECT {reading['code']} AS code, {name} AS name FROM received)) ORDER BY code",
        version=year,
        name=f"{year}-{''.join(sorted(nations)).lower()}",
        key=("code",),
        counts={
            f"{nation}{JOINT}{_vintage(nation, year)}": f"count_if({_NATION} = '{nation}')"
            for nation in sorted(nations)
        },
    )


def _vintage(nation: str, year: str) -> str:
    return "2022" if nation == "S" and year != "2011" else year


def _counted(reading: Reading, year: str) -> list[str]:
    """The nations of the list, each of which has to be there with all of its areas."""
    counts = dict(
        reading.database.rows(
            f"SELECT {_NATION}, count(*) FROM (SELECT DISTINCT {reading['code']} AS code FROM received) GROUP BY 1"
        )
    )
    for nation, found in sorted(counts.items()):
        whole = WHOLE.get((nation, _vintage(nation, year)))
        if whole is None or found != whole:
            raise reading.refused(
                f"it holds {found:,} small areas of {_NAMES[nation]}, and the census of {_vintage(nation, year)} has "
                f"{whole or 0:,}. An area that is missing would be found wrong wherever it is sent: "
                "fetch the whole list."
            )
    return list(counts)


_NAMES = {"E": "England", "W": "Wales", "S": "Scotland", "N": "Northern Ireland"}


def _year(reading: Reading) -> str:
    """The census: by the name of the column, else by the codes, else as it was given."""
    said = year_of(reading.columns["code"], r".*?((?:20)?(?:11|21|22))(?:_?(?:cd|code))?")
    said = "2021" if said == "2022" else said
    by_codes = _by_codes(reading)
    given = "2021" if reading.version == "2022" else reading.version
    years = {year for year in (said, by_codes, given) if year}
    if given is not None and given not in CENSUSES:
        raise reading.refused(f"there is no census of {given}: --version takes {', '.join(CENSUSES)}.")
    if len(years) > 1:
        raise reading.refused(
            f"its codes are those of {by_codes or said}, and {'--version' if given else 'its column'} says "
            f"{given or said}. Load the list under the census that it is of."
        )
    if not years:
        raise reading.refused("nothing in it says of which census the areas are. Add --version 2011 or --version 2021.")
    return years.pop()


def _by_codes(reading: Reading) -> str | None:
    """2021 where a code is of the later census (Scotland's of 2022), 2011 where the list is whole and none is."""
    code = reading["code"]
    if reading.one(f"count_if({later(code)})"):
        return "2021"
    whole = reading.one(f"count(DISTINCT {code}) FILTER (WHERE {code} LIKE 'E01%')") == WHOLE["E", "2011"]
    return "2011" if whole or reading.one(f"count_if({code} LIKE '95%')") else None


LSOA_LIST = Layout(
    name="lsoa-list",
    kind="lsoa",
    about="a list of small areas: LSOA11CD or LSOA21CD and a name, or {code: name} in JSON",
    parts={
        "code": r"lsoa_?(?:20)?(?:11|21)_?(?:cd|code) lsoa_code_(?:20)?(?:11|21) code lsoa_code lsoa_?cd",
        "name": r"lsoa_?(?:20)?(?:11|21)_?(?:nm|name) lsoa_name.* name",
    },
    needed=("code",),
    checks=_checks,
    prepare=_prepare,
    holds=_holds,
    without=r"pcds?|postcode|ruc.*|.*rank.*|coastal.*|.*decile.*|lsoa_vintage",
)
