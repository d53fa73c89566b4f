"""The kinds of reference data: what each holds, what the rules call it, and in which columns it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT, DAY, NUMBER, TRUTH = "VARCHAR", "DATE", "INTEGER", "BOOLEAN"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `name` is the command's word, `set_name` that of the rules and the report; `columns` have a type."""

    name: str
    set_name: str
    about: str
    columns: Mapping[str, str]


_ALL: Final = (
    Kind(
        "imd",
        "imd",
        "English Index of Multiple Deprivation: rank and decile of each small area",
        {"version": TEXT, "lsoa": TEXT, "rank": NUMBER, "decile": NUMBER},
    ),
    Kind(
        "lsoa",
        "lsoa",
        "small areas (LSOA, data zone, super data zone) of one census",
        {"code": TEXT, "vintage": TEXT, "name": TEXT},
    ),
    Kind(
        "postcode",
        "onspd",
        "postcode directory (ONSPD or NSPL): each postcode, when it was in use, its small areas, ICB and region",
        {
            "postcode": TEXT,
            "start": DAY,
            "terminated": DAY,
            "lsoa11": TEXT,
            "lsoa21": TEXT,
            "icb": TEXT,
            "region": TEXT,
        },
    ),
    Kind(
        "organisation",
        "ods",
        "organisations (ODS): when each was open, and whether patients can be registered with it",
        {"code": TEXT, "name": TEXT, "open_from": DAY, "closed_on": DAY, "registers_patients": TRUTH},
    ),
    Kind("icb", "icb", "names of integrated care boards", {"code": TEXT, "name": TEXT}),
    Kind("region", "region", "names of NHS England regions", {"code": TEXT, "name": TEXT}),
    Kind(
        "pseudo_postcode",
        "pseudo_postcode",
        "pseudo-postcodes (ZZ99 …), those of countries overseas among them",
        {"postcode": TEXT, "meaning": TEXT},
    ),
    Kind(
        "institution",
        "institution",
        "postcodes of prisons, removal centres, hospitals and care homes",
        {"postcode": TEXT, "kind": TEXT, "open_from": DAY, "closed_on": DAY},
    ),
    Kind(
        "rural",
        "rural",
        "rural and urban classification of small areas",
        {"lsoa": TEXT, "vintage": TEXT, "class": TEXT, "label": TEXT},
    ),
    Kind("coastal", "coastal", "small areas that count as coastal", {"lsoa": TEXT, "vintage": TEXT}),
)

#: the command's word → the kind
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _ALL}
#: the rules' word → the kind
SETS: Final[Mapping[str, Kind]] = {kind.set_name: kind for kind in _ALL}
