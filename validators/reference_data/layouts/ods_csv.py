"""The CSV files of the Organisation Data Service: 27 columns without names (etr, epraccur and their family)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.reference_data.layouts.base import Check, Layout, Prepared, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

#: prescribing setting of a GP practice, as it was written until 2024 and as the role that it is written as since
GP_PRACTICE = ("4", "RO76")
#: status of an organisation that is not there yet
PROPOSED = ("P", "PROPOSED")


def _checks(reading: Reading) -> Iterator[Check]:
    code = reading["code"]
    yield Check(f"coalesce(NOT regexp_full_match({code}, '[A-Z0-9]{{3,10}}'), true)", "an ODS code", code)
    for part in ("open_from", "closed_on"):
        value = reading[part]
        yield Check(f"{value} IS NOT NULL AND {_day(value)} IS NULL", "a day written YYYYMMDD, or blank", value)


def _day(text: str) -> str:
    written = f"left({text}, 4) || '-' || substr({text}, 5, 2) || '-' || right({text}, 2)"
    return f"CASE WHEN regexp_full_match({text}, '[0-9]{{8}}') THEN TRY_CAST({written} AS DATE) END"


def _prepare(reading: Reading) -> Prepared:
    settings = ", ".join(f"'{code}'" for code in GP_PRACTICE)
    registers = f"coalesce(list_has_any(string_split({reading['setting']}, '|'), [{settings}]), false)"
    proposed = ", ".join(f"'{word}'" for word in PROPOSED)
    newest = reading.one(f"greatest(max({reading['open_from']}), max({reading['closed_on']}))")
    days = ", ".join(f"{_day(reading[part])} AS {part}" for part in ("open_from", "closed_on"))
    named = ", ".join(f"{reading[part]} AS {part}" for part in ("code", "name"))
    return Prepared(
        select=f"SELECT {named}, {days}, {registers} AS registers_patients "
        f"FROM received WHERE coalesce(upper({reading['status']}) NOT IN ({proposed}), true) ORDER BY code",
        version=reading.version or (f"{newest[:4]}-{newest[4:6]}" if newest else None),
        name=None,
        key=("code",),
        counts={"registering": "count_if(registers_patients)", "others": "count_if(NOT registers_patients)"},
    )


ODS_CSV = Layout(
    name="ods",
    kind="organisation",
    about="a CSV of the Organisation Data Service (etr, epraccur …): 27 columns without a line of names",
    parts={
        "code": "c1",
        "name": "c2",
        "open_from": "c11",
        "closed_on": "c12",
        "status": "c13",
        "setting": "c26",
    },
    needed=("code", "name", "open_from", "closed_on", "status", "setting"),
    checks=_checks,
    prepare=_prepare,
)
