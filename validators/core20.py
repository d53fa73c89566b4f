"""Core20: whether a person lives in the most deprived fifth of England. It describes the area, not the person.

The place is that of the postcode, else of the small area sent with its census year, else of the decile sent with its
index; a decile is not used where one of the others is present. Where no directory is loaded a postcode says nothing,
and a small area beside it is used. Not placed is a result, with its reason. This is the plain reading, one person at
a time; every other engine has to say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from schema.data_type import canonical_postcode
from validators.areas import ENGLAND, INDEXES, nation_of
from validators.reference_answers import live

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from validators.context import Context

Class = Literal["yes", "no", "not_placed", "institution"]

#: the index that Core20 is read from in this release
CURRENT: Final = "2025"
#: deciles that make up the most deprived fifth: 1 is the most deprived
MOST_DEPRIVED: Final = 2

#: why a person is not placed
REASONS: Final[Mapping[str, str]] = {
    "no_fixed_abode": "no fixed abode: an answer, not a gap",
    "not_known": "the address is recorded as not known",
    "outside_england": "the address lies outside England, where the index does not reach",
    "postcode_unknown": "a postcode that the directory does not hold",
    "area_unknown": "a small area that the index does not hold, or a postcode without one",
    "other_version": "only an area or a decile of another census or index was sent",
    "nothing_sent": "no postcode, small area or decile that can be used",
    "not_loaded": "the reference data that would place them are not loaded",
}
#: everything that can come of a person, in the order of the numbers under which an engine may keep it
OUTCOMES: Final = ("yes", "no", "institution", *REASONS)
CLASSES: Final[tuple[Class, ...]] = ("yes", "no", "not_placed", "institution")

#: pseudo-postcodes with a meaning of their own; every other one stands for a country
NO_FIXED_ABODE: Final = "ZZ99 3VZ"
NOT_KNOWN: Final = ("ZZ99 3CZ", "ZZ99 3WZ")
#: Scotland, Northern Ireland, Wales
REST_OF_UK: Final = ("ZZ99 1WZ", "ZZ99 2WZ", "ZZ99 3GZ")
PSEUDO: Final = "ZZ99"
#: what may stand for the code of a small area
AREA_NOT_KNOWN: Final = "X99999999"
AREA_OUTSIDE: Final = "X99999998"


def class_of(outcome: str) -> Class:
    """The Core20 class of an outcome."""
    return outcome if outcome in ("yes", "no", "institution") else "not_placed"  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The reference data by which persons are placed.

    `directory`: postcode → census year → small area; None where none is loaded. `deciles`: index → small area → decile.
    `institutions`: postcodes of institutions that were open in the period. `pseudo`: the pseudo-postcodes there are.
    """

    directory: Mapping[str, Mapping[str, str | None]] | None = None
    deciles: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    institutions: frozenset[str] = frozenset()
    pseudo: frozenset[str] | None = None


def gazetteer(context: Context, postcodes: Collection[str]) -> Gazetteer:
    """What the loaded reference data say of some postcodes, at the end of the period."""
    loaded = context.reference
    return Gazetteer(
        directory=_directory(context, postcodes) if "onspd" in loaded else None,
        deciles=_deciles(context) if "imd" in loaded else {},
        institutions=_institutions(context) if "institution" in loaded else frozenset(),
        pseudo=_pseudo(context) if "pseudo_postcode" in loaded else None,
    )


def _directory(context: Context, postcodes: Collection[str]) -> dict[str, dict[str, str | None]]:
    """Without a period, every postcode of the directory counts."""
    end = context.period_end.isoformat() if context.period_end else "9999-12-31"
    found: dict[str, dict[str, str | None]] = {}
    for row in context.reference["onspd"]:
        postcode = canonical_postcode(row.get("postcode") or "")
        if postcode in postcodes and (row.get("start") or "") <= end:
            found[postcode] = {"2011": row.get("lsoa11"), "2021": row.get("lsoa21")}
    return found


def _deciles(context: Context) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in context.reference["imd"]:
        found.setdefault(row["version"] or "", {})[row["lsoa"] or ""] = int(row["decile"] or 0)
    return found


def _institutions(context: Context) -> frozenset[str]:
    """Without a period, every institution of the list counts."""
    dated = context.period_start is not None and context.period_end is not None
    return frozenset(
        canonical_postcode(row["postcode"] or "")
        for row in context.reference["institution"]
        if not dated or live(context, row.get("open_from"), row.get("closed_on"))
    )


def _pseudo(context: Context) -> frozenset[str]:
    return frozenset(canonical_postcode(row["postcode"] or "") for row in context.reference["pseudo_postcode"])


@dataclass(frozen=True, slots=True)
class Place:
    """What came of a person on one index. `decile`: where the place was found by it, or sent."""

    outcome: str
    decile: int | None = None


def place(person: Mapping[str, Any], index: str, known: Gazetteer) -> Place:
    """Where a person lives by the typed values that are left: postcode, lsoa_code, lsoa_vintage, imd_decile,
    imd_version."""
    postcode, area = person["postcode"], person["lsoa_code"]
    if postcode is not None:
        return _by_postcode(postcode, index, known) or _by_area(person, index, known) or Place("not_loaded")
    if area is not None:
        return _by_area(person, index, known) or Place("area_unknown")
    return _by_decile(person, index)


def _by_postcode(postcode: str, index: str, known: Gazetteer) -> Place | None:
    if postcode.startswith(PSEUDO):
        return Place(_of_pseudo(postcode, known))
    if postcode in known.institutions:
        return Place("institution")
    if known.directory is None:
        return None
    areas = known.directory.get(postcode)
    return Place("postcode_unknown") if areas is None else _of_area(areas[INDEXES[index]], index, known)


def _of_pseudo(postcode: str, known: Gazetteer) -> str:
    if postcode == NO_FIXED_ABODE:
        return "no_fixed_abode"
    if postcode in NOT_KNOWN:
        return "not_known"
    listed = postcode in REST_OF_UK or known.pseudo is None or postcode in known.pseudo
    return "outside_england" if listed else "postcode_unknown"


def _of_area(area: str | None, index: str, known: Gazetteer) -> Place:
    """The place of a small area that is of the census of the index."""
    if not area:
        return Place("area_unknown")
    if not area.startswith(ENGLAND):
        return Place("outside_england")
    if index not in known.deciles:
        return Place("not_loaded")
    decile = known.deciles[index].get(area)
    return Place("area_unknown") if decile is None else Place(_of_decile(decile), decile)


def _of_decile(decile: int) -> str:
    return "yes" if decile <= MOST_DEPRIVED else "no"


def _by_area(person: Mapping[str, Any], index: str, known: Gazetteer) -> Place | None:
    area, vintage = person["lsoa_code"], person["lsoa_vintage"]
    if area is None:
        return None
    if area in (AREA_NOT_KNOWN, AREA_OUTSIDE):
        return Place("not_known" if area == AREA_NOT_KNOWN else "outside_england")
    nation = nation_of(area)
    if nation is None or vintage is None:
        return Place("area_unknown")
    if nation == "E" and vintage != INDEXES[index]:
        return Place("other_version")
    return _of_area(area, index, known)


def _by_decile(person: Mapping[str, Any], index: str) -> Place:
    decile = person["imd_decile"]
    if decile is None:
        return Place("nothing_sent")
    return Place(_of_decile(decile), decile) if person["imd_version"] == index else Place("other_version")
