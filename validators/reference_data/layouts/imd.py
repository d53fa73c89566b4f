"""The English Index of Multiple Deprivation as MHCLG publishes it: File 1 (workbook or CSV), File 7 (all domains)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from validators.reference_data.layouts.base import Check, Layout, Prepared, Reading, whole_number, year_of
from validators.reference_data.layouts.census import check_census

if TYPE_CHECKING:
    from collections.abc import Iterator

_AREA = r"lsoa_code_(?:20)?[0-9]{2} lsoa_?[0-9]{2}_?(?:cd|code)"
_DISTRICT = r"local_authority_district_code_[0-9]{4} lad_?[0-9]{2}_?(?:cd|code)"
_PARTS = {
    "lsoa": _AREA,
    "rank": r"index_of_multiple_deprivation_imd_rank.* imd_rank",
    "decile": r"index_of_multiple_deprivation_imd_decile.* imd_decile",
    "district": _DISTRICT,
}
_DOMAIN = r"income_rank.*"
#: census year of the areas → year from which the local authority districts are → year of the index
_VERSIONS = {"2021": {"": "2025"}, "2011": {"2019": "2019", "2013": "2015"}}
#: ranks of which some tie can leave a decile a little larger or smaller than a tenth
SLACK = 0.001


def _checks(reading: Reading) -> Iterator[Check]:
    lsoa, rank, decile = reading["lsoa"], reading["rank"], reading["decile"]
    form = f"coalesce(NOT regexp_full_match({lsoa}, 'E01[0-9]{{6}}'), true)"
    yield Check(form, "the code of an English small area, such as E01000001", lsoa)
    yield Check(f"coalesce({whole_number(rank)} < 1, true)", "a rank of 1 or more", rank)
    yield Check(f"coalesce({whole_number(decile)} NOT BETWEEN 1 AND 10, true)", "a decile from 1 to 10", decile)


def _prepare(reading: Reading) -> Prepared:
    _check_ranking(reading)
    version = _version(reading)
    rank, decile = whole_number(reading["rank"]), whole_number(reading["decile"])
    return Prepared(
        select=f"SELECT '{version}' AS version, {reading['lsoa']} AS lsoa, {rank} AS rank, {decile} AS decile "
        "FROM received ORDER BY lsoa",
        version=version,
        name=version,
        key=("lsoa",),
        counts={"most_deprived_fifth": "count_if(decile <= 2)"},
    )


def _version(reading: Reading) -> str:
    """The year of the index, by the years of its areas and districts, or as it was given."""
    areas, districts = _year(reading, "lsoa"), _year(reading, "district")
    known = _VERSIONS.get(areas or "")
    if areas is None or known is None:
        raise reading.refused(f"its small areas are those of {areas}; expected those of 2011 or 2021.")
    check_census(reading, {areas: reading["lsoa"]})
    found = next((version for since, version in known.items() if since <= (districts or "")), None)
    if found is None and reading.version in known.values():
        return str(reading.version)
    if found is None:
        raise reading.refused(
            "its columns do not say of which year the index is. Add --version 2019 (or 2015), as its publisher says."
        )
    if reading.version not in (None, found):
        raise reading.refused(f"it is the index of {found}, and --version says {reading.version}.")
    return found


def _year(reading: Reading, part: str) -> str | None:
    column = reading.columns.get(part, "")
    return year_of(column, r".*code_([0-9]{4}|[0-9]{2})") or year_of(column, r"[a-z]+_?([0-9]{2})_?(?:cd|code)")


def _check_ranking(reading: Reading) -> None:
    """Ranks and deciles have to be those of one whole ranking, the most deprived first."""
    rank, decile = whole_number(reading["rank"]), whole_number(reading["decile"])
    rows, first, last = reading.database.row(f"SELECT count(*), min({rank}), max({rank}) FROM received")
    if first != 1 or last > rows:
        raise reading.refused(
            f"it has {rows:,} areas, ranked from {first:,} to {last:,}: areas are missing. Fetch the whole file again."
        )
    tenths = reading.database.rows(
        f"SELECT {decile}, count(*), min({rank}), max({rank}) FROM received GROUP BY 1 ORDER BY 1"
    )
    if tenths[0][2] != 1:
        raise reading.refused(
            f"the area of rank 1 lies in decile {_decile_of_first(tenths)}: deciles are counted from the wrong end. "
            "Decile 1 is the most deprived tenth, and rank 1 its most deprived area."
        )
    if any(lower[3] > upper[2] for lower, upper in pairwise(tenths)):
        raise reading.refused("an area has a higher decile than one of a higher rank. Fetch the file again.")
    uneven = any(abs(size - rows / 10) > 1 + rows * SLACK for _, size, _, _ in tenths)
    if rows >= 10 and (len(tenths) != 10 or uneven):
        raise reading.refused("its deciles are not tenths of its areas: areas are missing. Fetch the whole file again.")


def _decile_of_first(tenths: list[tuple[int, ...]]) -> int:
    return next(decile for decile, _, first, _ in tenths if first == 1)


FILE_1 = Layout(
    name="imd-file-1",
    kind="imd",
    about="File 1 of the English indices: LSOA code (2011 or 2021), IMD rank, IMD decile",
    parts=_PARTS,
    needed=("lsoa", "rank", "decile"),
    checks=_checks,
    prepare=_prepare,
    without=_DOMAIN,
)
FILE_7 = Layout(
    name="imd-file-7",
    kind="imd",
    about="File 7 of the English indices: the same, with the ranks and deciles of all domains",
    parts={**_PARTS, "domain": _DOMAIN},
    needed=("lsoa", "rank", "decile", "domain"),
    checks=_checks,
    prepare=_prepare,
)
