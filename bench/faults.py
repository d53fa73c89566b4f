"""The faults that a person file of the bench may have: what is written in place of a clean value, and what breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

#: how many faults there are: none, one way of being broken in 1 % of the rows, three in every row
SHAPES = ("clean", "sparse", "dense")


@dataclass(frozen=True)
class Fault:
    """One way in which a row is broken: column → SQL over the row's own columns, and the rules that it breaks."""

    replaced: Mapping[str, str]
    breaks: tuple[str, ...]


_DAY_FIRST = Fault({"birth_date": "strftime(CAST(birth_date AS DATE), '%d/%m/%Y')"}, ("PMD001.birth_date.format",))
_UNLISTED = Fault({"stated_gender": "'Q'"}, ("PMD001.stated_gender.code",))
_SPACED = Fault({"nhs_number": "left(nhs_number, 3) || ' ' || right(nhs_number, 7)"}, ("PMD001.nhs_number.format",))
_MISTYPED = Fault(
    {"nhs_number": "left(nhs_number, 9) || CAST((CAST(right(nhs_number, 1) AS INTEGER) + 1) % 10 AS VARCHAR)"},
    ("PMD00105",),
)
_BORN_LATER = Fault({"birth_date": "'2031-01-01'", "death_date": "NULL"}, ("PMD00111",))
_DIED_BEFORE = Fault(
    {"death_date": "strftime(CAST(birth_date AS DATE) - 1, '%Y-%m-%d')"},
    ("PMD00113",),
)
_WITHHELD = Fault({"withheld_identity_reason": "'02'"}, ("PMD00133", "PMD00138", "PMD00139"))

#: one of them in a row; the last breaks three rules at once
FAULTS = (
    _DAY_FIRST,
    _UNLISTED,
    _SPACED,
    _MISTYPED,
    Fault({"ethnic_category": "'T'"}, ("PMD001.ethnic_category.code",)),
    Fault({"postcode": "'UNKNOWN'"}, ("PMD00120",)),
    Fault({"ethnic_category": "'A'", "ethnic_category_source": "NULL"}, ("PMD00134",)),
    _BORN_LATER,
    _DIED_BEFORE,
    Fault({"local_patient_id_org": "'rx1'"}, ("PMD001.local_patient_id_org.format",)),
    Fault({"local_patient_id": "NULL"}, ("PMD001.local_patient_id.missing",)),
    _WITHHELD,
)
#: all of them in every row
EVERYWHERE = (_DAY_FIRST, _UNLISTED, _SPACED)


def replaced_where_chosen(chosen: str) -> str:
    """SQL of a REPLACE list that breaks a row in the way whose place in FAULTS stands in `chosen`; null: in none."""
    cases: dict[str, list[str]] = {}
    for place, fault in enumerate(FAULTS):
        for column, written in fault.replaced.items():
            cases.setdefault(column, []).append(f"WHEN {place} THEN {written}")
    return ", ".join(f"CASE {chosen} {' '.join(whens)} ELSE {name} END AS {name}" for name, whens in cases.items())


def replaced_everywhere() -> str:
    """SQL of a REPLACE list that breaks every row in each way of EVERYWHERE."""
    return ", ".join(f"{written} AS {name}" for fault in EVERYWHERE for name, written in fault.replaced.items())


def broken_rules(rows: Mapping[int, int]) -> Counter[str]:
    """Rows broken in each way (by its place in FAULTS) → rows that break each rule."""
    broken: Counter[str] = Counter()
    for place, count in rows.items():
        broken.update(dict.fromkeys(FAULTS[place].breaks, count))
    return broken
