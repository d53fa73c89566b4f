"""Names of integrated care boards and NHS England regions by their ONS codes: ONS lists, or {code: name} in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.reference_data.layouts.base import Check, Layout, Prepared, Reading, year_of

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping, Sequence


def _layout(kind: str, about: str, form: str, column: str) -> Layout:
    """The layout of one kind of area, whose codes are of `form` and stand under a column such as `column`23cd."""

    def holds(sample: Mapping[str, Sequence[str | None]]) -> bool:
        codes = [code for code in sample["code"] if code]
        return bool(codes) and sum(_fits(form, code) is not None for code in codes) * 2 > len(codes)

    def checks(reading: Reading) -> Iterator[Check]:
        code, name = reading["code"], reading["name"]
        yield Check(f"coalesce(NOT regexp_full_match({code}, '{form}'), true)", f"a code of the form {form}", code)
        yield Check(f"coalesce(length({name}) NOT BETWEEN 2 AND 120, true)", "a name", name)

    def prepare(reading: Reading) -> Prepared:
        year = year_of(reading.columns["code"], r"[a-z]+([0-9]{2})cd")
        return Prepared(
            select=f"SELECT {reading['code']} AS code, {reading['name']} AS name FROM received ORDER BY code",
            version=reading.version or year,
            name="names",
            key=("code",),
        )

    return Layout(
        name=f"{kind}-names",
        kind=kind,
        about=about,
        parts={"code": f"{column}[0-9]{{2}}cd code", "name": f"{column}[0-9]{{2}}nm name"},
        needed=("code", "name"),
        checks=checks,
        prepare=prepare,
        holds=holds,
        without="pcds?|postcode|lsoa.*",
    )


def _fits(form: str, code: str) -> re.Match[str] | None:
    import re

    return re.fullmatch(form, code)


ICB_NAMES = _layout("icb", "integrated care boards: ICB23CD and ICB23NM, or {code: name} in JSON", "E54[0-9]{6}", "icb")
REGION_NAMES = _layout(
    "region", "NHS England regions: NHSER24CD and NHSER24NM, or {code: name} in JSON", "E40[0-9]{6}", "nhser"
)
