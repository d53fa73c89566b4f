"""Figures by group, made by hand, for the tests of the forms."""

from __future__ import annotations

from typing import Any

from validators.intervals import wilson
from validators.measured_groups import (
    AccessGroup,
    AccessMeasure,
    AccessSplit,
    AnswerGroup,
    AnswerSplit,
    FactGroup,
    FactMeasure,
    FactSplit,
    LinkageGroup,
    LinkageSplit,
)

ETHNIC = {"white": "White", "mixed": "Mixed", "black": "Black", "declined": "Declined", "not_known": "Not known"}
CORE20 = {"yes": "Core20", "no": "Not Core20", "not_placed": "Not placed"}


def facts() -> tuple[FactMeasure, ...]:
    """Stated gender and sexual orientation, of 4,996 persons, by ethnic group and Core20."""
    counts = {
        "white": (3000, 200),
        "mixed": (90, 10),
        "black": (348, 40),
        "declined": (280, 20),
        "not_known": (800, 208),
    }
    areas = {"yes": (1200, 100), "no": (3000, 300), "not_placed": (318, 78)}
    return (
        FactMeasure(
            fact="stated_gender",
            title="Stated gender",
            data_items=("stated_gender",),
            splits=(_facts("ethnic_group", "Ethnic group", ETHNIC, counts), _facts("core20", "Core20", CORE20, areas)),
            **_fact(4518, 478),
        ),
        FactMeasure(
            fact="sexual_orientation",
            title="Sexual orientation",
            data_items=("sexual_orientation",),
            min_age=16,
            splits=(_facts("core20", "Core20", CORE20, areas),),
            **_fact(4518, 478),
        ),
    )


def _facts(by: str, title: str, names: dict[str, str], counts: dict[str, tuple[int, int]]) -> FactSplit:
    groups = (FactGroup(group=g, title=names[g], **_fact(known, missing)) for g, (known, missing) in counts.items())
    return FactSplit(by=by, title=title, groups=tuple(groups))


def _fact(known: int, missing: int) -> dict[str, Any]:
    return {**_recorded(known, missing), "invalid": 0}


def _recorded(known: int, missing: int) -> dict[str, Any]:
    whole = known + missing
    return {
        "eligible": whole,
        "known": known,
        "declined": 0,
        "unsure": 0,
        "not_known": 0,
        "missing": missing,
        "known_rate": round(known / whole, 6),
        "missing_rate": round(missing / whole, 6),
    }


def answers(known: int, eligible: int) -> tuple[AnswerSplit, ...]:
    """Answers to a characteristic by Core20, of persons in three groups."""
    first, second = known // 3, known // 2
    parts = {"yes": (first, eligible // 3), "no": (second, eligible // 2)}
    parts["not_placed"] = (known - first - second, eligible - eligible // 3 - eligible // 2)
    groups = (
        AnswerGroup(group=g, title=CORE20[g], **_recorded(some, whole - some)) for g, (some, whole) in parts.items()
    )
    return (AnswerSplit(by="core20", title="Core20", groups=tuple(groups)),)


def linkage() -> tuple[LinkageSplit, ...]:
    """NHS numbers by Core20, and by the answers to a characteristic of the release and a local one."""
    return (
        LinkageSplit(by="core20", title="Core20", groups=_linked(CORE20, (1300, 3300, 396))),
        LinkageSplit(by="HOMELESS", title="Homelessness or rough sleeping", groups=_linked(_ANSWERS, (64, 2101, 2831))),
        LinkageSplit(by="L-BOATER", title="Lives on a boat", local=True, groups=_linked(_ANSWERS, (9, 40, 4947))),
    )


_ANSWERS = {"yes": "Yes", "no": "No", "not_known": "Not known or not recorded"}


def _linked(names: dict[str, str], persons: tuple[int, ...]) -> tuple[LinkageGroup, ...]:
    return tuple(
        LinkageGroup(
            group=group,
            title=names[group],
            persons=count,
            with_number=count - count // 8,
            status_01=count - count // 4,
            without_number=count // 8,
            rate=round((count - count // 4) / count, 6),
            without_rate=round(count // 8 / count, 6),
        )
        for group, count in zip(names, persons, strict=True)
    )


def access() -> tuple[AccessMeasure, ...]:
    """Two measures by ethnic group and by the answers to a local characteristic."""
    ethnic = {"white": (300, 2400, 1700), "mixed": (9, 70, 50), "black": (60, 300, 210), "not_known": (31, 431, 300)}
    local = {"yes": (4, 12, 9), "no": (6, 30, 25), "not_known": (390, 3159, 2226)}
    return tuple(
        AccessMeasure(
            measure=name,
            title=title,
            of=of,
            splits=(
                _access("ethnic_group", "Ethnic group", ETHNIC, ethnic),
                _access("L-BOATER", "Lives on a boat", _ANSWERS, local),
            ),
            **_share(400, 3201, 2260),
        )
        for name, title, of in (
            ("waiting_over_18_weeks", "Waiting over 18 weeks", "referrals waiting"),
            ("missed", "Missed", "contacts not cancelled"),
        )
    )


def _access(by: str, title: str, names: dict[str, str], counts: dict[str, tuple[int, int, int]]) -> AccessSplit:
    groups = (AccessGroup(group=g, title=names[g], **_share(*found)) for g, found in counts.items())
    rows, unknown = sum(found[1] for found in counts.values()), counts["not_known"][1]
    return AccessSplit(
        by=by,
        title=title,
        local=by.startswith("L-"),
        rows=rows,
        group_not_known=unknown,
        group_not_known_rate=round(unknown / rows, 6),
        groups=tuple(groups),
    )


def _share(part: int, whole: int, persons: int) -> dict[str, Any]:
    told = persons >= 20
    low, high = wilson(part, whole) if told else (None, None)
    return {
        "numerator": part,
        "denominator": whole,
        "persons": persons,
        "persons_counted": min(part, persons),
        "rate": round(part / whole, 6) if told else None,
        "low": low,
        "high": high,
    }
