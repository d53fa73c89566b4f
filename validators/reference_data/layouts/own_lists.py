"""Lists that a trust makes itself, because nobody publishes them in one form: institutions, pseudo-postcodes, coast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.reference_data.layouts.base import Check, Layout, Prepared, Reading
from validators.reference_data.layouts.postcodes import OF_THE_UK, canonical, squeezed

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTITUTIONS = ("prison", "removal_centre", "hospital", "care_home")
_POSTCODE = "[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}"
_LSOA = "E01[0-9]{6}|W01[0-9]{6}|S01[0-9]{6}|N21[0-9]{6}|95[A-Z0-9]{6}"


def _postcode_checks(reading: Reading) -> Iterator[Check]:
    text = reading["postcode"]
    yield Check(f"coalesce(NOT regexp_full_match({squeezed(text)}, '{_POSTCODE}'), true)", "a postcode", text)


# Institutions


def _institution_checks(reading: Reading) -> Iterator[Check]:
    yield from _postcode_checks(reading)
    kind, listed = reading["kind"], ", ".join(f"'{name}'" for name in INSTITUTIONS)
    yield Check(f"coalesce({kind} NOT IN ({listed}), true)", f"one of {', '.join(INSTITUTIONS)}", kind)
    for part in ("open_from", "closed_on"):
        if reading.has(part):
            day = reading[part]
            yield Check(f"{day} IS NOT NULL AND {_day(day)} IS NULL", "a day written YYYY-MM-DD, or blank", day)


def _day(text: str) -> str:
    return f"CASE WHEN regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN TRY_CAST({text} AS DATE) END"


def _institutions(reading: Reading) -> Prepared:
    days = [
        f"{_day(reading[part]) if reading.has(part) else 'CAST(NULL AS DATE)'} AS {part}"
        for part in ("open_from", "closed_on")
    ]
    return Prepared(
        select=f"SELECT DISTINCT {canonical(reading['postcode'])} AS postcode, {reading['kind']} AS kind, "
        f"{', '.join(days)} FROM received ORDER BY ALL",
        version=reading.version,
        name=None,
        key=("postcode", "kind", "open_from", "closed_on"),
        counts={kind: f"count_if(kind = '{kind}')" for kind in INSTITUTIONS},
    )


INSTITUTION_LIST = Layout(
    name="institution-list",
    kind="institution",
    about=f"postcode, kind ({', '.join(INSTITUTIONS)}) and, where they are known, open_from and closed_on",
    parts={"postcode": "postcode", "kind": "kind", "open_from": "open_from", "closed_on": "closed_on"},
    needed=("postcode", "kind"),
    checks=_institution_checks,
    prepare=_institutions,
)


# Pseudo-postcodes


def _pseudo_checks(reading: Reading) -> Iterator[Check]:
    text = reading["postcode"]
    form = f"coalesce(NOT regexp_full_match({squeezed(text)}, 'ZZ99[0-9][A-Z]{{2}}'), true)"
    yield Check(form, "a pseudo-postcode such as ZZ99 3VZ", text)


def _pseudo(reading: Reading) -> Prepared:
    postcode = canonical(reading["postcode"])
    listed = ", ".join(f"'{code}'" for code in OF_THE_UK)
    if not reading.one(f"count_if({postcode} NOT IN ({listed}))"):
        raise reading.refused(
            "it holds pseudo-postcodes of the United Kingdom alone. Without those of countries overseas every visitor "
            "would be found wrong: load a list that holds them too."
        )
    meaning = reading["meaning"] if reading.has("meaning") else "CAST(NULL AS VARCHAR)"
    return Prepared(
        select=f"SELECT {postcode} AS postcode, {meaning} AS meaning FROM received ORDER BY 1",
        version=reading.version,
        name="list",
        key=("postcode",),
    )


PSEUDO_POSTCODE_LIST = Layout(
    name="pseudo-postcode-list",
    kind="pseudo_postcode",
    about="postcode and meaning, those of countries overseas among them",
    parts={"postcode": "postcode pseudo_postcode code", "meaning": "meaning description country name"},
    needed=("postcode",),
    checks=_pseudo_checks,
    prepare=_pseudo,
    holds=lambda sample: any((code or "").upper().startswith("ZZ99") for code in sample["postcode"]),
    without="kind|lsoa.*|pcds?",
)


# Small areas on the coast


def _coastal_checks(reading: Reading) -> Iterator[Check]:
    lsoa, vintage = reading["lsoa"], reading["vintage"]
    yield Check(f"coalesce(NOT regexp_full_match({lsoa}, '{_LSOA}'), true)", "the code of a small area", lsoa)
    yield Check(f"coalesce({vintage} NOT IN ('2011', '2021', '2022'), true)", "the census year of the area", vintage)
    coastal = reading["coastal"]
    yield Check(f"coalesce(lower({coastal}) NOT IN ('yes', 'no'), true)", "yes or no", coastal)


def _coastal(reading: Reading) -> Prepared:
    return Prepared(
        select=f"SELECT {reading['lsoa']} AS lsoa, {reading['vintage']} AS vintage FROM received "
        f"WHERE lower({reading['coastal']}) = 'yes' ORDER BY ALL",
        version=reading.version,
        name="list",
        key=("lsoa", "vintage"),
        counts={year: f"count_if(vintage = '{year}')" for year in ("2011", "2021")},
    )


COASTAL_LIST = Layout(
    name="coastal-list",
    kind="coastal",
    about="lsoa_code, lsoa_vintage and coastal (yes or no)",
    parts={"lsoa": "lsoa_code", "vintage": "lsoa_vintage", "coastal": "coastal"},
    needed=("lsoa", "vintage", "coastal"),
    checks=_coastal_checks,
    prepare=_coastal,
)
