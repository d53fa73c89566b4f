"""Where a person is placed for Core20, and if not, why not.

Core20: decile 1 or 2 of the index of 2025. The place is that of the postcode, else of the small area, else the decile
that was sent. Not placed is a result: it is shown, and never dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from validators.groups import CORE20, NOT_PLACED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

Placement = Literal[
    "yes",
    "no",
    "institution",
    "no_fixed_abode",
    "not_known",
    "outside_england",
    "not_loaded",
    "other_index",
    "missing",
]
PLACEMENTS: tuple[Placement, ...] = get_args(Placement)
#: items that say where a person lives
PLACE_ITEMS = ("postcode", "lsoa_code", "imd_decile", "imd_version")

INDEX = "2025"
MOST_DEPRIVED = 2

NO_FIXED_ABODE = "ZZ99 3VZ"
POSTCODES_NOT_KNOWN = ("ZZ99 3WZ", "ZZ99 3CZ")
PSEUDO_POSTCODE = "ZZ99"
AREA_NOT_KNOWN = "X99999999"
AREA_OUTSIDE = "X99999998"
#: first characters of the small areas of Wales, Scotland and Northern Ireland
OTHER_COUNTRIES = ("W", "S", "N", "9")


def group_of(placement: Placement) -> str:
    """The Core20 group of a placement."""
    return placement if placement in CORE20 else NOT_PLACED


def placed(typed: Mapping[str, Any]) -> Placement:
    """Where the items of a person row place the person, by what the file itself says."""
    if typed["postcode"] is not None:
        return _by_postcode(typed["postcode"])
    if typed["lsoa_code"] is not None:
        return _by_area(typed["lsoa_code"])
    if typed["imd_decile"] is None:
        return "missing"
    if typed["imd_version"] != INDEX:
        return "other_index"
    return "yes" if typed["imd_decile"] <= MOST_DEPRIVED else "no"


def _by_postcode(postcode: str) -> Placement:
    if postcode == NO_FIXED_ABODE:
        return "no_fixed_abode"
    if postcode in POSTCODES_NOT_KNOWN:
        return "not_known"
    return "outside_england" if postcode.startswith(PSEUDO_POSTCODE) else "not_loaded"


def _by_area(area: str) -> Placement:
    if area == AREA_NOT_KNOWN:
        return "not_known"
    return "outside_england" if area == AREA_OUTSIDE or area.startswith(OTHER_COUNTRIES) else "not_loaded"
