"""Of which census small areas are, by their codes: an index or a directory on the areas of another one places people
wrongly, and nothing else would tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.areas import ENGLAND, NATIONS
from validators.reference_answers import JOINT
from validators.reference_data.layouts.base import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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
#: figures that are asked of the areas of each census
_ASKED = 4


def later(area: str) -> str:
    """A condition: an area that was new in the census of 2021 (Scotland: 2022), as SQL."""
    new = " OR ".join(f"({area} > '{last}' AND {area} LIKE '{n}01%')" for n, last in LAST_OF_2011.items())
    return f"({new} OR {area} LIKE 'N21%')"


def check_census(reading: Reading, areas: Mapping[str, str]) -> None:
    """InputError where some area is not of the census that its column says, as far as codes and loaded lists tell.

    `areas`: census year → the area, as SQL. The file is read once: a directory is large.
    """
    if not areas:
        return
    asked = [sql for year, area in areas.items() for sql in _asked(reading, area, year)]
    found = iter(reading.database.row(f"SELECT {', '.join(asked)} FROM received"))
    for year in areas:
        strange, first, english, new = (next(found) for _ in range(_ASKED))
        if strange:
            raise reading.refused(
                f"{strange:,} of its lines name a small area that is none of the census of {year}, which the column "
                f"says: {first}, for one. Areas of two censuses are mixed, or the column is misnamed: fetch it again."
            )
        if year == "2021" and english == WHOLE["E", "2011"] and not new:
            raise reading.refused(
                f"its column says that its small areas are those of 2021, and they are the {english:,} English areas "
                "of 2011. The column is misnamed, or the table stands under the headings of another: fetch it again."
            )


def _asked(reading: Reading, area: str, year: str) -> tuple[str, ...]:
    """How many areas are strange, and one of them; how many English areas there are, and how many that were new."""
    strange = [f"coalesce({later(area)}, false)"] if year == "2011" else []
    strange += [_not_listed(area, nation, path) for nation, path in _lists(reading, year)]
    where = " OR ".join(strange) or "false"
    english = f"{area} LIKE '{ENGLAND}%'"
    different = f"count(DISTINCT {area}) FILTER (WHERE {english})" if year == "2021" else "0"
    return (
        f"count_if({where})",
        f"min({area}) FILTER (WHERE {where})",
        different,
        f"count_if({english} AND {later(area)})",
    )


def _lists(reading: Reading, year: str) -> Iterator[tuple[str, Path]]:
    for part in reading.store.readable("lsoa"):
        for nation in _KEPT_APART:
            if part.manifest.counts.get(JOINT.join((nation, year))):
                yield nation, part.path


def _not_listed(area: str, nation: str, path: Path) -> str:
    formed = f"coalesce(regexp_full_match({area}, '{NATIONS[nation]}'), false)"
    return f"({formed} AND {area} NOT IN (SELECT code FROM {file_of(path)}))"
