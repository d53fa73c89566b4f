"""`gp-reg-pat-prac-map`: the practices with registered patients on one day, as published with the counts of patients.

It has no days of opening and closing: where a file of the Organisation Data Service is loaded too, that one decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.reference_data.layouts.base import Check, Layout, Prepared, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator


def _checks(reading: Reading) -> Iterator[Check]:
    code, day = reading["code"], reading["day"]
    yield Check(f"coalesce(NOT regexp_full_match({code}, '[A-Z0-9]{{3,10}}'), true)", "the code of a practice", code)
    yield Check(f"try_strptime({day}, '%d%b%Y') IS NULL", "a day written 01Jan2022", day)


def _prepare(reading: Reading) -> Prepared:
    day = reading.one(f"max(try_strptime({reading['day']}, '%d%b%Y'))")
    return Prepared(
        select=f"SELECT {reading['code']} AS code, {reading['name']} AS name, CAST(NULL AS DATE) AS open_from, "
        "CAST(NULL AS DATE) AS closed_on, true AS registers_patients FROM received ORDER BY code",
        version=reading.version or day.date().isoformat(),
        name="practices-with-patients",
        key=("code",),
        counts={"registering": "count(*)", "undated": "count(*)"},
    )


PRACTICE_MAP = Layout(
    name="gp-reg-pat-prac-map",
    kind="organisation",
    about="gp-reg-pat-prac-map: PRACTICE_CODE, PRACTICE_NAME, EXTRACT_DATE",
    parts={"code": "practice_code", "name": "practice_name", "day": "extract_date"},
    needed=("code", "name", "day"),
    checks=_checks,
    prepare=_prepare,
)
