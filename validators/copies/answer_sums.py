"""What counts of persons have to do with the rows that say it: answers, dates of birth, numbers, discharges, areas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from schema.check import SharedValue
from validators.copies.cells import Path, Total, limited
from validators.copies.release_rules import rules_of
from validators.groups import NOT_KNOWN

if TYPE_CHECKING:
    from validators.report import Report

Figures = Mapping[Path, int]
_VALUE = "plus_characteristic/value"
#: outcomes of the rows' value → the answers of persons that such a row gives. A person has one answer to each
#: characteristic, and as many rows as there are. A value that a rule takes away is an answer that is not known
_ANSWERS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("valid",), ("yes", "no")),
    (("asked_unsure",), ("unsure",)),
    (("declined",), ("declined", "declined_after_known")),
    (("declined",), ("declined_asked",)),
    (("not_known", "invalid"), ("not_known",)),
    (("rows",), ("yes", "no", "unsure", "declined", "not_known")),
)
#: the reference data that place a postcode
_DIRECTORY = "onspd"


def answer_totals(report: Report, given: Figures) -> Iterator[Total]:
    """Sums and limits across what persons and what rows are counted by."""
    yield from _answers(report, given)
    yield from _ages(report)
    yield from _numbers(report, given)
    yield from _open()
    yield from _areas(report, given)


def _answers(report: Report, given: Figures) -> Iterator[Total]:
    """Persons who gave an answer are no more than the rows that say it."""
    for outcomes, fields in _ANSWERS:
        persons = [("plus", measure.characteristic, field) for measure in report.plus for field in fields]
        rows = [("data_items", _VALUE, outcome) for outcome in outcomes]
        yield limited(rows, [path for path in persons if path in given])


def _ages(report: Report) -> Iterator[Total]:
    """Whoever has an age has a date of birth, and is below an age or has reached it."""
    dates = ("linkage", "birth_dates")
    measures = [(m.min_age, m.max_age, ("plus", m.characteristic, "eligible")) for m in report.plus]
    facts = [(f.min_age, None, ("equality", "facts", f.fact, "eligible")) for f in report.equality.facts]
    aged = [(low or 0, high, path) for low, high, path in (*measures, *facts) if (low, high) != (None, None)]
    for low, high, path in aged:
        yield limited((dates,), (path,))
        for o_low, o_high, wider in aged:
            if _within((low, high), (o_low, o_high)):
                yield limited((wider,), (path,))
            if (low, o_high, o_low) == (0, None, (high or 0) + 1):
                yield Total((dates,), (path, wider))
    yield from _bands(report)


def _within(ages: tuple[int, int | None], wider: tuple[int, int | None]) -> bool:
    ends = [float("inf") if high is None else high for _, high in (ages, wider)]
    return ages != wider and wider[0] <= ages[0] and ends[0] <= ends[1]


def _bands(report: Report) -> Iterator[Total]:
    """The bands of all persons whose age is known are those with a date of birth."""
    for measure in report.plus:
        for split in measure.splits if (measure.min_age, measure.max_age) == (None, None) else ():
            if split.by == "age_band":
                at = ("plus", measure.characteristic, "splits", split.by, "groups")
                bands = tuple((*at, group.group, "eligible") for group in split.groups if group.group != NOT_KNOWN)
                yield Total((("linkage", "birth_dates"),), bands)


def _numbers(report: Report, given: Figures) -> Iterator[Total]:
    """A number of several persons is a value that can be used, and no number to link by."""
    valid, with_number = ("data_items", "person/nhs_number", "valid"), ("linkage", "with_number")
    rules = [r for r in rules_of(report).values() if isinstance(r.check, SharedValue) and r.check.item == "nhs_number"]
    shared = tuple(("rules", rule.id, "failed_rows") for rule in rules if ("rules", rule.id, "failed_rows") in given)
    yield limited((valid,), (with_number,))
    if given.get(valid) == sum(given.get(path, 0) for path in (with_number, *shared)):
        yield Total((valid,), (with_number, *shared))
    else:
        yield limited((with_number, *shared), (valid,))


def _open() -> Iterator[Total]:
    """A referral that is not open at period end was discharged or rejected; one that was can still be open then."""
    at = ("access", "measures", "open")
    ended = tuple(("data_items", f"referral/{item}", "valid") for item in ("discharge_date", "rejection_date"))
    yield limited(((*at, "numerator"), *ended), ((*at, "denominator"),))


def _areas(report: Report, given: Figures) -> Iterator[Total]:
    """Without a directory of postcodes, whoever is placed by one index sent an area or a decile of that one alone."""
    if any(data.name == _DIRECTORY and data.loaded for data in report.reference_data):
        return
    figures = report.core20.figures
    for one, other in ((one, other) for one in figures for other in figures if one.index != other.index):
        placed = tuple(("core20", "figures", one.index, answer) for answer in ("yes", "no"))
        elsewhere = ("core20", "figures", other.index, "reasons", "other_version", "persons")
        alike = given.get(elsewhere) == sum(given.get(path, 0) for path in placed)
        yield Total((elsewhere,), placed) if alike else limited((elsewhere,), placed)
