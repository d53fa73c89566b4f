"""What reference data answer to the functions of the row language: the values for which each is true, or why it has
no answer. Point in time is the reporting period."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from schema.data_type import canonical_postcode
from schema.expression import FUNCTIONS
from validators.areas import INDEXES, PLACED, possible
from validators.reference_data.sets import WHOLE_DIRECTORY, counts_of, registers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from validators.context import Context
    from validators.reference_data.sets import Row

#: between the parts of a value that is looked up by two items
JOINT = "|"
#: functions that ask about the period without naming it
OF_THE_PERIOD = frozenset({"lsoa_of_postcode", "ods_live", "ods_registers", "postcode_known", "postcode_live"})


def lacking(context: Context, function: str) -> str | None:
    """The reference data that a function needs and that are not loaded, in words; None where it can be asked.

    A list of trusts says nothing of GP practices, nor the other way round; a part of the postcode directory cannot tell
    a postcode of elsewhere from one that does not exist.
    """
    name = FUNCTIONS[function][2]
    if name is None:
        return None
    if name not in context.reference:
        return name
    need = _NEEDED.get(function)
    if need is None:
        return None
    counted, least, words = need
    found = counts_of(name, context.reference[name]).get(counted, 0)
    return None if found >= least else f"{name} ({words.format(found=found)})"


_NEEDED: Final[Mapping[str, tuple[str, int, str]]] = {
    "ods_known": ("others", 1, "what is loaded holds GP practices alone"),
    "ods_live": ("others", 1, "what is loaded holds GP practices alone"),
    "ods_registers": ("registering", 1, "what is loaded holds no GP practices"),
    "postcode_known": (
        "areas",
        WHOLE_DIRECTORY,
        "the whole directory: what is loaded holds {found} of some 120 postcode areas",
    ),
    "postcode_live": (
        "areas",
        WHOLE_DIRECTORY,
        "the whole directory: what is loaded holds {found} of some 120 postcode areas",
    ),
}


def can_be_judged(context: Context, function: str) -> bool:
    """Whether a function has an answer: those that ask about the period need it."""
    return function not in OF_THE_PERIOD or not (context.period_start is None or context.period_end is None)


def values_of(context: Context, function: str) -> frozenset[str] | None:
    """The values for which a function is true, the parts of two joined by `|`; None where it cannot be judged."""
    if FUNCTIONS[function][2] not in context.reference or not can_be_judged(context, function):
        return None
    return frozenset(_VALUES[function](context))


def table_of(context: Context, function: str) -> Mapping[tuple[str, str], Any] | None:
    """What a function of two values gives for each pair; None where it cannot be judged."""
    if FUNCTIONS[function][2] not in context.reference or not can_be_judged(context, function):
        return None
    return dict(_TABLES[function](context))


def areas_not_listed(context: Context) -> frozenset[tuple[str, str]]:
    """The nations and census years of which no small area is loaded: of their codes nothing can be said."""
    counted = counts_of("lsoa", context.reference["lsoa"]) if "lsoa" in context.reference else {}
    return frozenset(pair for pair in possible() if not counted.get(JOINT.join(pair)))


# For each function the values for which it is true


def _rows(context: Context, name: str, key: str) -> Iterator[tuple[str, Row]]:
    """The rows of a set with their key; rows without one say nothing."""
    for row in context.reference[name]:
        code = row.get(key)
        if code:
            yield code, row


def begun(context: Context, first: str | None) -> bool:
    """Whether something was there by the end of the period; without a first day it always was."""
    return context.period_end is not None and (first or "0001-01-01") <= context.period_end.isoformat()


def live(context: Context, first: str | None, last: str | None) -> bool:
    """Whether something was there on at least one day of the period."""
    if context.period_start is None:
        return False
    return begun(context, first) and (last or "9999-12-31") >= context.period_start.isoformat()


def _ods_known(context: Context) -> Iterator[str]:
    return (code for code, _ in _rows(context, "ods", "code"))


def _ods_live(context: Context) -> Iterator[str]:
    for code, row in _rows(context, "ods", "code"):
        if live(context, row.get("open_from"), row.get("closed_on")):
            yield code


def _ods_registers(context: Context) -> Iterator[str]:
    for code, row in _rows(context, "ods", "code"):
        if registers(row) and live(context, row.get("open_from"), row.get("closed_on")):
            yield code


def _postcode_known(context: Context) -> Iterator[str]:
    for postcode, row in _rows(context, "onspd", "postcode"):
        if begun(context, row.get("start")):
            yield canonical_postcode(postcode)


def _postcode_live(context: Context) -> Iterator[str]:
    for postcode, row in _rows(context, "onspd", "postcode"):
        if live(context, row.get("start"), row.get("terminated")):
            yield canonical_postcode(postcode)


def _pseudo_postcode(context: Context) -> Iterator[str]:
    return (canonical_postcode(postcode) for postcode, _ in _rows(context, "pseudo_postcode", "postcode"))


def _lsoa_exists(context: Context) -> Iterator[str]:
    return (f"{code}{JOINT}{row.get('vintage')}" for code, row in _rows(context, "lsoa", "code"))


_VALUES: dict[str, Callable[[Context], Iterator[str]]] = {
    "lsoa_exists": _lsoa_exists,
    "ods_known": _ods_known,
    "ods_live": _ods_live,
    "ods_registers": _ods_registers,
    "postcode_known": _postcode_known,
    "postcode_live": _postcode_live,
    "pseudo_postcode": _pseudo_postcode,
}


# For each function of two values what it gives


def _lsoa_of_postcode(context: Context) -> Iterator[tuple[tuple[str, str], str]]:
    for postcode, row in _rows(context, "onspd", "postcode"):
        for year, column in (("2011", "lsoa11"), ("2021", "lsoa21")):
            area = row.get(column) or ""
            if begun(context, row.get("start")) and re.fullmatch(PLACED, area):
                yield (canonical_postcode(postcode), year), area


def _imd_decile_of(context: Context) -> Iterator[tuple[tuple[str, str], int]]:
    for area, row in _rows(context, "imd", "lsoa"):
        version, decile = row.get("version"), row.get("decile")
        if version and version in INDEXES and decile:
            yield (area, version), int(decile)


_TABLES: dict[str, Callable[[Context], Iterator[tuple[tuple[str, str], Any]]]] = {
    "imd_decile_of": _imd_decile_of,
    "lsoa_of_postcode": _lsoa_of_postcode,
}
