"""What adds up across groups of persons: the groups of a kind are everybody, whatever is counted of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from validators.access import MEASURES
from validators.copies.cells import Path, Total
from validators.core20 import CLASSES
from validators.groups import NOT_KNOWN, OF_NO_KNOWN_GROUP

if TYPE_CHECKING:
    from validators.measured import PlusMeasure
    from validators.measured_groups import AccessSplit, FactMeasure, Group
    from validators.report import Report

#: what a group's answers are in the measure of the characteristic
_ANSWERS: Mapping[str, tuple[str, ...]] = {
    "eligible": ("eligible",),
    "known": ("yes", "no"),
    "declined": ("declined",),
    "unsure": ("unsure",),
    "not_known": ("not_known",),
    "missing": ("not_recorded",),
    "asked": ("asked",),
    "declined_asked": ("declined_asked",),
}
#: what a fact's outcomes are in the measure of its one item, and of ethnicity
_OF_ITEM = {
    "eligible": "rows",
    "known": "valid",
    "declined": "declined",
    "unsure": "asked_unsure",
    "not_known": "not_known",
    "missing": "missing",
    "invalid": "invalid",
}
_OF_ETHNICITY = ("known", "declined", "not_known", "missing", "invalid", "asked")
_EVENTS = {kind.name: (kind.counted, kind.of) for kind in MEASURES}
#: measures that count all rows of a table, and those that are a share of all persons, or of nearly all
_ALL_ROWS = {kind.name: kind.table for kind in MEASURES if kind.of is None}
#: what can be true of contacts whose status can be used
_WITH_STATUS = "with_status"
_OF_PERSONS = {kind.name for kind in MEASURES if kind.of == "persons"}


def group_totals(report: Report) -> Iterator[Total]:
    """The groups of a kind add up to everybody."""
    for measure in report.plus:
        yield from _answers(measure)
    for fact in report.equality.facts:
        yield from _facts(fact)
    for split in report.linkage.splits:
        at = ("linkage", "splits", split.by, "groups")
        yield from _over_groups(at, split.groups, {name: (("linkage", name),) for name in _LINKED})
        yield from _over_groups(at, split.groups, {"persons": (("plus", split.by, "eligible"),)})
    for access in report.access.measures:
        for kind in access.splits:
            at = ("access", "measures", access.measure)
            yield from _over_groups(
                (*at, "splits", kind.by, "groups"), kind.groups, {name: ((*at, name),) for name in _ACCESS}
            )
            yield from _not_known(access.measure, kind)
    yield from _but_babies(report)


def _but_babies(report: Report) -> Iterator[Total]:
    """Persons over six weeks old are some of all persons, in each group."""
    ageless = next((m.characteristic for m in report.plus if m.min_age is None and m.max_age is None), "")
    for at, group in _persons_of_access(report):
        everybody = [("plus", ageless, *group, "eligible"), ("linkage", *group, "persons")]
        yield from (Total((whole,), ((*at, *group, "denominator"),), rest=True) for whole in everybody)


def _persons_of_access(report: Report) -> Iterator[tuple[Path, Path]]:
    """The measures of access that are a share of persons, each with every place in it: the whole, then each group."""
    for access in report.access.measures:
        if access.measure not in _OF_PERSONS:
            continue
        at = ("access", "measures", access.measure)
        yield at, ()
        for split in access.splits:
            yield from ((at, ("splits", split.by, "groups", group.group)) for group in split.groups)


_LINKED = ("persons", "with_number", "status_01", "without_number")
_ACCESS = ("numerator", "denominator", "persons", "persons_counted")


def _answers(measure: PlusMeasure) -> Iterator[Total]:
    at = ("plus", measure.characteristic)
    wholes = {name: tuple((*at, field) for field in fields) for name, fields in _ANSWERS.items()}
    for split in measure.splits:
        yield from _over_groups((*at, "splits", split.by, "groups"), split.groups, wholes)


def _facts(fact: FactMeasure) -> Iterator[Total]:
    at = ("equality", "facts", fact.fact)
    for split in fact.splits:
        wholes = {name: ((*at, name),) for name in (*_OF_ITEM, "asked")}
        yield from _over_groups((*at, "splits", split.by, "groups"), split.groups, wholes)


def _over_groups(at: Path, groups: Collection[Group], wholes: Mapping[str, tuple[Path, ...]]) -> Iterator[Total]:
    for field, whole in wholes.items():
        yield Total(whole, tuple((*at, group.group, field) for group in groups))


def _not_known(measure: str, split: AccessSplit) -> Iterator[Total]:
    """The rows of groups that say that the group is not known, and of all groups."""
    at = ("access", "measures", measure, "splits", split.by)
    counted = "numerator" if _EVENTS.get(measure, ("", None))[1] is None else "denominator"
    unknown = next((groups for by, groups in OF_NO_KNOWN_GROUP.items() if by == split.by), {NOT_KNOWN})
    rows = {group.group: (*at, "groups", group.group, counted) for group in split.groups}
    yield Total(((*at, "rows"),), tuple(rows.values()))
    yield Total(((*at, "group_not_known"),), tuple(path for group, path in rows.items() if group in unknown))


def group_equals(report: Report) -> Iterator[tuple[str, Path]]:
    """Figures under a name: those of one name and one value are one and the same figure."""
    for measure in report.plus:
        ages = f"{measure.min_age} {measure.max_age}"
        for split in measure.splits:
            yield from _persons_of(("plus", measure.characteristic, "splits", split.by), split.groups, ages)
    for fact in report.equality.facts:
        at = ("equality", "facts", fact.fact)
        yield from _of_fact(fact, at)
        for kind in fact.splits:
            yield from _persons_of((*at, "splits", kind.by), kind.groups, f"{fact.min_age} None")
    for linked in report.linkage.splits:
        at = ("linkage", "splits", linked.by)
        for answer in ("yes", "no"):
            yield f"{linked.by} {answer}", (*at, "groups", answer, "persons")
            yield f"{linked.by} {answer}", ("plus", linked.by, answer)
        for group in linked.groups:
            yield f"None None {linked.by} {group.group}", (*at, "groups", group.group, "persons")
    for figure in report.core20.figures:
        at = ("core20", "figures", figure.index)
        for group in CLASSES if figure.index == report.core20.index else ():
            yield f"None None core20 {group}", (*at, group)
    yield from _events(report)
    yield from _of_tables(report)
    yield from _of_items()


def _of_tables(report: Report) -> Iterator[tuple[str, Path]]:
    """Measures of access that count every row of a table, and the persons of which another is a share.

    Babies are no part of those; where there are none they are the same persons that linkage and PLUS count.
    """
    for access in report.access.measures:
        table, at = _ALL_ROWS.get(access.measure), ("access", "measures", access.measure)
        yield from ((table, (*at, field)) for field in ("numerator", "denominator") if table is not None)
    for at, group in _persons_of_access(report):
        name = f"None None {group[1]} {group[3]}" if group else "person"
        yield from ((name, (*at, *group, field)) for field in ("denominator", "persons"))


def _of_items() -> Iterator[tuple[str, Path]]:
    """Rows and persons of which one item says what is counted, and what the part on access says itself."""
    yield f"rows {_WITH_STATUS} ", ("data_items", "care_contact/attendance_status", "valid")
    yield "birth dates", ("data_items", "person/birth_date", "valid")
    yield "birth dates", ("linkage", "birth_dates")
    practice = ("access", "measures", "without_practice")
    for own, same in (("persons", "denominator"), ("without_practice", "numerator")):
        yield f"practice {own}", ("access", own)
        yield f"practice {own}", (*practice, same)


def _persons_of(at: Path, groups: Collection[Group], ages: str) -> Iterator[tuple[str, Path]]:
    """Persons of a group, of all ages or of some; those of a band of ages are the same wherever all of it counts."""
    for group in groups:
        yield f"{ages} {at[-1]} {group.group}", (*at, "groups", group.group, "eligible")
        if at[-1] == "age_band":
            yield f"None None age_band {group.group}", (*at, "groups", group.group, "eligible")


def _of_fact(fact: FactMeasure, at: Path) -> Iterator[tuple[str, Path]]:
    """A fact that one item says is recorded as the item is; that of ethnicity as ethnicity is."""
    for field, outcome in _OF_ITEM.items():
        if len(fact.data_items) == 1:
            yield f"{fact.fact} {field}", (*at, field)
            yield f"{fact.fact} {field}", ("data_items", f"person/{fact.data_items[0]}", outcome)
    for field in _OF_ETHNICITY if fact.fact == "ethnicity" else ():
        yield f"{fact.fact} {field}", (*at, field)
        yield f"{fact.fact} {field}", ("equality", "ethnicity", field)


def _events(report: Report) -> Iterator[tuple[str, Path]]:
    """What one measure of access counts is what another is a share of: contacts, those not cancelled, those missed."""
    for access in report.access.measures:
        event, of = _EVENTS.get(access.measure, (access.measure, None))
        at = ("access", "measures", access.measure)
        places = [("", at)] + [
            (f"{split.by} {group.group}", (*at, "splits", split.by, "groups", group.group))
            for split in access.splits
            for group in split.groups
        ]
        for where, place in places:
            yield f"rows {event} {where}", (*place, "numerator")
            yield f"persons {event} {where}", (*place, "persons_counted")
            yield f"rows {of} {where}" if of is not None else f"all rows {event}", (*place, "denominator")
            yield f"persons {of or event} {where}", (*place, "persons")
        for split in access.splits:
            known = f"rows {of or event} of {split.by}"
            yield known, (*at, "splits", split.by, "rows")
            yield f"not known {known}", (*at, "splits", split.by, "group_not_known")
