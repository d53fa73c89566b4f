"""The rural and urban classification of the ONS by small area: RUC11 on areas of 2011, RUC21 on those of 2021."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.areas import NATIONS
from validators.reference_data.layouts.base import Check, Layout, Prepared, Reading, year_of
from validators.reference_data.layouts.census import check_census

if TYPE_CHECKING:
    from collections.abc import Iterator


def _checks(reading: Reading) -> Iterator[Check]:
    lsoa, code = reading["lsoa"], reading["class"]
    forms = "|".join(NATIONS.values())
    yield Check(f"coalesce(NOT regexp_full_match({lsoa}, '{forms}'), true)", "the code of a small area", lsoa)
    yield Check(f"coalesce(NOT regexp_full_match({code}, '[A-Z0-9]{{1,4}}'), true)", "a class such as A1 or UN1", code)


def _prepare(reading: Reading) -> Prepared:
    year = year_of(reading.columns["lsoa"], r"lsoa([0-9]{2})cd")
    if year not in ("2011", "2021"):
        raise reading.refused("its areas have to be those of 2011 or 2021: LSOA11CD or LSOA21CD.")
    check_census(reading, {year: reading["lsoa"]})
    label = reading["label"] if reading.has("label") else "CAST(NULL AS VARCHAR)"
    return Prepared(
        select=f"SELECT {reading['lsoa']} AS lsoa, '{year}' AS vintage, {reading['class']} AS class, {label} AS label "
        "FROM received ORDER BY lsoa",
        version=reading.version or year,
        name=year,
        key=("lsoa",),
    )


RURAL_URBAN = Layout(
    name="rural-urban-classification",
    kind="rural",
    about="the rural and urban classification: LSOA11CD and RUC11CD, or LSOA21CD and RUC21CD, with their names",
    parts={
        "lsoa": "lsoa[0-9]{2}cd",
        "class": "ruc[0-9]{2}cd ruc[0-9]{2}ind",
        "label": "ruc[0-9]{2}nm ruc[0-9]{2}",
    },
    needed=("lsoa", "class"),
    checks=_checks,
    prepare=_prepare,
    without="pcds?|postcode",
)
