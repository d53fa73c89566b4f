"""What the measures of everybody say, a sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.reports.words import many, number, percent

if TYPE_CHECKING:
    from validators.finding import Shown
    from validators.measured import Access, Core20Figure, Ethnicity, Linkage, SubmittedDecile

PUBLISHED_ETHNICITY = (
    "In 2019/20, 13% of in-patients and 17% of out-patients in England had no known stated ethnicity, “not stated” "
    "included."
)


def ethnicity(measured: Ethnicity) -> str:
    """How far ethnicity is recorded."""
    parts: tuple[tuple[Shown | None, str], ...] = (
        (measured.known, "known"),
        (measured.declined, "declined"),
        (measured.not_known, "recorded as not known"),
        (measured.missing, "missing"),
        (measured.invalid, "not usable"),
    )
    told = ", ".join(f"{number(count)} {text}" for count, text in parts if count is not None)
    asked = f" {number(measured.asked)} were asked (the person, or a carer)." if measured.asked is not None else ""
    return f"Ethnicity, of {many(measured.persons or 0, 'accepted person')}: {told}.{asked}"


def ethnicity_apart(measured: Ethnicity) -> list[str]:
    """What is said of ethnicity beside its outcomes: against published figures, “any other”, conflicts, sources."""
    said = list[str]()
    if measured.known_rate is not None:
        said.append(
            f"Known and stated: {percent(measured.known_rate)} of persons; not stated (Z): "
            f"{percent(measured.not_stated_rate)}. {PUBLISHED_ETHNICITY}"
        )
    if measured.any_other is not None:
        second = f" {number(measured.local_second_character)} have a local second character."
        counted = f"{number(measured.any_other)} of {number(measured.known)} known ethnicities"
        said.append(f"“Any other”: {counted} ({percent(measured.any_other_rate)}).{second}")
    if measured.conflicting:
        said.append(
            f"{number(measured.conflicting)} persons share an NHS number with another row that holds another known "
            "ethnicity: one person may be registered twice, or one number stand for two people."
        )
    if measured.sources:
        told = "; ".join(f"{source.title}: {number(source.persons)}" for source in measured.sources)
        said.append(f"Who said so, of the known and declined ones: {told}.")
    return said


def births(measured: Linkage) -> list[str]:
    """Dates of birth on 1 January: worth knowing, and nothing to mend."""
    if not measured.birth_dates:
        return []
    counted = f"{number(measured.born_1_january)} of {number(measured.birth_dates)} persons with a date of birth"
    share = percent(measured.born_1_january_rate)
    return [f"Born on 1 January: {counted} ({share}). The date is given to people whose own is not known."]


def access(measured: Access) -> str:
    """Who has no GP practice."""
    return (
        f"GP practice, of {many(measured.persons or 0, 'accepted person')} (babies under six weeks left out): "
        f"{number(measured.without_practice)} say that they have none ({percent(measured.without_practice_rate)})."
    )


def linkage(measured: Linkage) -> str:
    """How well persons can be linked."""
    parts: tuple[tuple[Shown | None, str], ...] = (
        (measured.with_number, "have an NHS number that can be used"),
        (measured.status_01, "have one that is present and verified (status 01)"),
        (measured.without_number, "have none; that alone does not make them unlinkable"),
    )
    told = "; ".join(f"{number(count)} {text}" for count, text in parts if count is not None)
    return f"NHS number, of {many(measured.persons or 0, 'accepted person')}: {told}."


def core20(measured: Core20Figure) -> str:
    """Where persons live, by one index."""
    reasons = "; ".join(f"{number(reason.persons)}: {reason.meaning}" for reason in measured.reasons)
    return (
        f"Core20 by the index of {measured.index}, of {many(measured.persons, 'accepted person')}: "
        f"{number(measured.yes)} live in the most deprived fifth of England, {number(measured.no)} elsewhere in it "
        f"({percent(measured.rate)} of those placed); {number(measured.institution)} at an institution, counted apart; "
        f"{number(measured.not_placed)} are not placed ({percent(measured.not_placed_rate)})"
        f"{f' ({reasons})' if reasons else ''}. It describes the area, not the person."
        f"{_submitted(measured.submitted)}"
    )


def _submitted(measured: SubmittedDecile | None) -> str:
    if measured is None:
        return ""
    told = f" Of {many(measured.compared, 'decile')} sent for a person who is placed, {number(measured.agree)} agree."
    if measured.order_reversed:
        return f"{told} Most are counted from the wrong end: decile 1 is the most deprived."
    return told
