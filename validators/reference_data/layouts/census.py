"""Of which census small areas are, by their codes: an index or a directory on the areas of another one places people
wrongly, and nothing else would tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.areas import NATIONS
from validators.reference_answers import JOINT
from validators.reference_data.layouts.base import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from validators.reference_data.layouts.base import Reading

#: nation and census year → how many small areas there are: a list with fewer is cut short
WHOLE = {
    ("E", "2011"): 32_844, ("W", "2011"): 1_909, ("S", "2011"): 6_976, ("N", "2011"): 890,
    ("E", "2021"): 33_755, ("W", "2021"): 1_917, ("S", "2022"): 7_392, ("N", "2021"): 850,
}  # fmt: skip
#: codes were given in order: the last of the earlier census of each nation
LAST_OF_2011 = {"E": "E01033768", "W": "W01001958", "S": "S01013481"}
#: nations whose areas stand in a directory under their own census: it fills those of 2021 of the others with older ones
_KEPT_APART = ("E", "W")


def later(area: str) -> str:
    """A condition: an area that was new in the census of 2021 (Scotland: 2022), as SQL."""
    new = " OR ".join(f"({area} > '{last}' AND {area} LIKE '{n}01%')" for n, last in LAST_OF_2011.items())
    return f"({new} OR {area} LIKE 'N21%')"


def check_census(reading: Reading, area: str, year: str) -> None:
    """InputError where some area is not of the census of `year`, as far as codes and loaded lists tell."""
    strange = [f"coalesce({later(area)}, false)"] if year == "2011" else []
    strange += [_not_listed(area, nation, path) for nation, path in _lists(reading, year)]
    if strange:
        where = " OR ".join(strange)
        count, first = reading.database.row(
            f"SELECT count(*) FILTER (WHERE {where}), min({area}) FILTER (WHERE {where}) FROM received"
        )
        if count:
            raise reading.refused(
                f"{count:,} of its lines name a small area that is none of the census of {year}, which the column "
                f"says: {first}, for one. Areas of two censuses are mixed, or the column is misnamed: fetch it again."
            )
    if year == "2021" and _is_all_of_2011(reading, area):
        raise reading.refused(
            f"its column says that its small areas are those of 2021, and they are the {WHOLE['E', '2011']:,} English "
            "areas of 2011. The column is misnamed, or the table stands under the headings of another: fetch it again."
        )


def _lists(reading: Reading, year: str) -> Iterator[tuple[str, Path]]:
    for part in reading.store.readable("lsoa"):
        for nation in _KEPT_APART:
            if part.manifest.counts.get(JOINT.join((nation, year))):
                yield nation, part.path


def _not_listed(area: str, nation: str, path: Path) -> str:
    formed = f"coalesce(regexp_full_match({area}, '{NATIONS[nation]}'), false)"
    return f"({formed} AND {area} NOT IN (SELECT code FROM {file_of(path)}))"


def _is_all_of_2011(reading: Reading, area: str) -> bool:
    english = f"{area} LIKE 'E01%'"
    found, new = reading.database.row(
        f"SELECT count(DISTINCT {area}) FILTER (WHERE {english}), count_if({english} AND {later(area)}) FROM received"
    )
    return found == WHOLE["E", "2011"] and not new
