"""The functions of the row language in plain Python. Null in, null out: none of them is asked about a null, but one."""

from __future__ import annotations

import calendar
import datetime
import re
from typing import TYPE_CHECKING, Any

from validators import lookups
from validators.areas import nation_of
from validators.context import completed_years, months_before
from validators.lookups import Facts
from validators.reference_answers import JOINT

if TYPE_CHECKING:
    from collections.abc import Callable

    from schema.data_item import Item

#: letters of which Python makes two, and Unicode knows one
_ONE_UPPER = {"ß": "ẞ"}
_ONE_LOWER = {"İ": "i"}


# Of values alone


def matches(text: str, pattern: str) -> bool:
    """Whether the whole text is of the pattern."""
    return re.fullmatch(pattern, text) is not None


def upper(text: str) -> str:
    """The text in upper case, letter by letter: no letter becomes two, so that every engine gives the same."""
    return text.upper() if text.isascii() else "".join(_ONE_UPPER.get(c) or _one(c, c.upper(), c.title()) for c in text)


def lower(text: str) -> str:
    """The text in lower case, letter by letter."""
    return text.lower() if text.isascii() else "".join(_ONE_LOWER.get(c) or _one(c, c.lower()) for c in text)


def _one(letter: str, *forms: str) -> str:
    return next((form for form in forms if len(form) == 1), letter)


def squeeze(text: str) -> str:
    """The text without its spaces."""
    return text.replace(" ", "")


def left(text: str, count: int) -> str:
    """The first `count` characters."""
    return text[:count]


def right(text: str, count: int) -> str:
    """The last `count` characters."""
    return text[max(0, len(text) - count) :]


def substring(text: str, start: int, count: int | None = None) -> str:
    """`count` characters (all that follow where absent) from the `start`th on; the first is 1."""
    end = None if count is None else start - 1 + count
    return text[start - 1 : end]


def reverse(text: str) -> str:
    """The characters from last to first."""
    return text[::-1]


def mod11(text: str) -> bool:
    """Whether ten digits carry the check digit of an NHS number."""
    if not matches(text, "[0-9]{10}"):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:9], range(10, 1, -1), strict=True))
    return (11 - total % 11) % 11 == int(text[9])


_DIHEDRAL = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_PERMUTED = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def verhoeff(text: str) -> bool:
    """Whether the last digit is the Verhoeff check digit of those before it; false where something is no digit."""
    if not matches(text, "[0-9]+"):
        return False
    check = 0
    for place, digit in enumerate(reversed(text)):
        check = int(_DIHEDRAL[check][int(_PERMUTED[place % 8][int(digit)])])
    return check == 0


def date_of(moment: datetime.datetime) -> datetime.date:
    """The day of a moment, in UTC."""
    return moment.date()


def hours_after(moment: datetime.datetime, hours: int) -> datetime.datetime:
    """The moment so many hours later."""
    return moment + datetime.timedelta(hours=hours)


def month_start(day: datetime.date) -> datetime.date:
    """The first day of the month."""
    return day.replace(day=1)


def month_end(day: datetime.date) -> datetime.date:
    """The last day of the month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def decile_reversed(decile: int) -> int:
    """The decile counted from the other end."""
    return 11 - decile


OF_VALUES: dict[str, Callable[..., Any]] = {
    "age_at": completed_years,
    "date_of": date_of,
    "decile_reversed": decile_reversed,
    "hours_after": hours_after,
    "left": left,
    "length": len,
    "lower": lower,
    "matches": matches,
    "mod11": mod11,
    "month_end": month_end,
    "month_start": month_start,
    "months_before": months_before,
    "reverse": reverse,
    "right": right,
    "squeeze": squeeze,
    "substring": substring,
    "upper": upper,
    "verhoeff": verhoeff,
}


# Of what the run knows


def in_list(facts: Facts, code: str, name: str) -> bool:
    """Whether the code may stand in this file."""
    return code in facts.codes(name)


def declared(facts: Facts, code: str) -> bool:
    """Whether the header declares the local code."""
    return code in facts.local_codes


def restricted(facts: Facts, code: str) -> bool:
    """Whether the characteristic may be sent only with an approval."""
    return code in facts.context.dataset.code_lists["plus_characteristic"].restricted


def approved(facts: Facts, code: str) -> bool:
    """Whether the release approves that this provider sends the restricted characteristic in this period."""
    return restricted(facts, code) and code not in facts.refused


def plus_map(facts: Facts, item: str, code: str, characteristic: str) -> str | None:
    """What a national code says of a characteristic; null where it says nothing."""
    return facts.plus_map.get((item, code, characteristic))


def _among_the_looked_up(name: str) -> Callable[..., bool | None]:
    def is_there(facts: Facts, *parts: str) -> bool | None:
        values = facts.values_of(name)
        return None if values is None else JOINT.join(parts) in values

    is_there.__doc__ = f"Whether the reference data answer {name} with yes; null where they cannot."
    return is_there


_is_listed_area = _among_the_looked_up("lsoa_exists")


def lsoa_exists(facts: Facts, code: str, vintage: str) -> bool | None:
    """Whether a census has the small area; null where no small area of that nation and census is loaded."""
    nation = nation_of(code)
    if nation is not None and (nation, vintage) in facts.areas_not_listed:
        return None
    return _is_listed_area(facts, code, vintage)


def _of_a_pair(name: str) -> Callable[..., Any]:
    def found(facts: Facts, *pair: str) -> Any:
        table = facts.table_of(name)
        return None if table is None else table.get(pair)  # type: ignore[call-overload]

    found.__doc__ = f"What the reference data give for {name}; null where they hold nothing."
    return found


def release_in_force(facts: Facts, version: str, day: datetime.date) -> bool:
    """Whether the release is in force for a period that starts on the day."""
    return lookups.release_in_force(facts.context, version, day)


def release_in_trial(facts: Facts, version: str, day: datetime.date) -> bool:
    """Whether the day lies in the trial time of the release."""
    return lookups.release_in_trial(facts.context, version, day)


OF_THE_RUN: dict[str, Callable[..., Any]] = {
    "approved": approved,
    "declared": declared,
    "imd_decile_of": _of_a_pair("imd_decile_of"),
    "in_list": in_list,
    "lsoa_exists": lsoa_exists,
    "lsoa_of_postcode": _of_a_pair("lsoa_of_postcode"),
    "ods_known": _among_the_looked_up("ods_known"),
    "ods_live": _among_the_looked_up("ods_live"),
    "ods_registers": _among_the_looked_up("ods_registers"),
    "plus_map": plus_map,
    "postcode_known": _among_the_looked_up("postcode_known"),
    "postcode_live": _among_the_looked_up("postcode_live"),
    "pseudo_postcode": _among_the_looked_up("pseudo_postcode"),
    "release_in_force": release_in_force,
    "release_in_trial": release_in_trial,
    "restricted": restricted,
}


# Of an item and its code


def known(facts: Facts, item: Item, code: str) -> bool:
    """Whether the code says something."""
    return facts.kind_of(item, code) == "value"


def declined(facts: Facts, item: Item, code: str) -> bool:
    """Whether the code says: asked, and declined."""
    return facts.kind_of(item, code) == "declined"


def answered(facts: Facts, item: Item, code: str | None) -> bool:
    """Whether there is a code that says something or that the person declined. Never null: a blank is no answer."""
    return code is not None and facts.kind_of(item, code) in ("value", "declined")


OF_AN_ITEM: dict[str, Callable[..., bool]] = {"answered": answered, "declined": declined, "known": known}
#: functions that have a verdict on a null too
OF_NULL = frozenset({"answered"})


def listed(facts: Facts, code: str, item: Item, name: str) -> bool | None:
    """Whether the code is in the list that a code of another item names; null where that names none."""
    if name not in facts.codes(item.data_type.code_list or ""):
        return None
    data_type, codes = facts.list_named(name)
    return data_type.in_codes(code, codes)


#: every function of the row language
FUNCTIONS: dict[str, Callable[..., Any]] = {**OF_VALUES, **OF_THE_RUN, **OF_AN_ITEM, "listed": listed}
