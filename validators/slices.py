"""Slices of a report, to be handed on: by who can mend what was found, or by place. Each is a report of its own.

A slice holds findings. How completely items are filled, what was answered and who gets to care stand in the whole
report alone: of few people they would say too much. Slices are in the order of their codes, never of a rate.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from schema.rule import MENDS
from validators.by_place import ITEMS, OTHERS, PlaceKind
from validators.item_titles import titles_of
from validators.measured import Access, Core20, Equality, Linkage, TableCount
from validators.mend_first import mend_first
from validators.report import Report, RuleOutcome, Slice, counts_of, not_assessed_of
from validators.rounding import SMALL
from validators.verdict import with_findings

if TYPE_CHECKING:
    from validators.by_place import PlaceCounter, PlaceTally
    from validators.context import Context
    from validators.finding import Accepted, Finding
    from validators.since import Since
    from validators.source import Source

#: slices by kind of place, each kind in the order of its codes
Slices = Mapping[PlaceKind, tuple[Report, ...]]


@dataclass(frozen=True, slots=True)
class Cut:
    """By which kinds of place a report is cut; a place that fewer rows than `least` name stands with the others."""

    kinds: tuple[PlaceKind, ...]
    least: int = 1


#: what is handed on is cut by all kinds at once: no slice may be had from slices of another kind
TO_HAND_ON = Cut(get_args(PlaceKind), least=SMALL + 1)
WHO: Mapping[str | None, str] = {
    "point_of_care": "For those who ask and record at the point of care",
    "epr_configuration": "For those who set up the electronic patient record",
    "export_mapping": "For those who make the export and its mapping",
    "reference_data": "For those who load reference data",
    "nobody": "Nothing to mend: worth knowing, and the answer stands",
    None: "Of which it is not said who can mend it",
}
PLACES: Mapping[PlaceKind, tuple[str, str]] = {
    "site": ("Site", "sites"),
    "ward": ("Ward", "wards"),
    "team": ("Team", "teams"),
    "care_setting": ("Care setting", "care settings"),
    "treatment_function": ("Treatment function", "treatment functions"),
    "gp_practice": ("GP practice", "GP practices"),
}
#: who at a place can mend what was found there
THERE = "point_of_care"
#: the table whose rows are answers of persons: a slice for a GP practice holds nothing of it
_ANSWERS = "plus_characteristic"
WHAT_NEXT = (
    "This is a part of a report, for those whom it concerns. It says what was found among these rows and how to mend "
    "it; what follows from all of the file stands in the whole report."
)
NOTHING_TO_MEND = (
    "This is a part of a report. Nothing in it has to be mended: it was counted so that you know of it. What follows "
    "from all of the file stands in the whole report."
)
#: what no slice holds, and what a slice for a GP practice does not hold either
NOT_HERE = (
    " A slice holds findings alone: how completely items are filled, what was answered, who can be linked, who gets to "
    "care and what the provider says of its figures are left out."
)
#: what a slice that is handed to a place does not hold either
MENDED_ELSEWHERE = (
    " So is what those have to mend who make the export, set up the record or load reference data, and what nobody has "
    "to: they have slices of their own."
)
NO_ANSWERS = " Nothing that was found in answers to PLUS questions is told to a GP practice."
LEFT_OUT = " What few rows have can be left out of a slice: that nothing is told does not prove that nothing is there."
NOTHING_FOUND, NOTHING_TOLD = "no error and no warning was found.", "no error and no warning is told of."
_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){7,}")
_ADDRESS = re.compile(r"@|[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}\b")


def by_mend(report: Report) -> tuple[Report, ...]:
    """A slice for each of those who can mend something. Cut from a copy it is the same copy of it."""
    return tuple(
        slice_of(report, Slice(by="mend", value=who, title=WHO[who]), found, report.tables)
        for who in (*MENDS, None)
        if (found := [finding for finding in report.findings if finding.mend == who])
    )


def slices_of(
    report: Report,
    cut: Cut,
    counter: PlaceCounter,
    sources: Mapping[str, Source],
    context: Context,
    found_at: Callable[[Sequence[PlaceTally]], Sequence[Sequence[Finding]]],
) -> Slices:
    """The slices by each kind of place that is asked for; `found_at` makes findings of what was counted at places."""
    made: dict[PlaceKind, tuple[Report, ...]] = {}
    for by in cut.kinds:
        places = counter.count(by, sources, _is_code(by, context), cut.least)
        pairs = zip(places, found_at(places), strict=True)
        made[by] = tuple(_at_place(report, by, place, found, context) for place, found in pairs)
    return made


def _at_place(report: Report, by: PlaceKind, place: PlaceTally, found: Sequence[Finding], context: Context) -> Report:
    """What was found at a place. To a GP practice nothing is said of answers."""
    rows = {name: count for name, count in place.rows.items() if not (by == "gp_practice" and name == _ANSWERS)}
    tables = [TableCount(table=name, rows=count, rejected_rows=None) for name, count in rows.items()]
    kept = [finding for finding in found if not (by == "gp_practice" and _of_answers(finding))]
    return slice_of(report, Slice(by=by, value=place.place, title=_title(by, place.place, context)), kept, tables)


def _of_answers(part: Finding | RuleOutcome) -> bool:
    """Whether a rule is on answers, or reads them of a person."""
    return part.table == _ANSWERS or any(item.startswith(f"{_ANSWERS}.") for item in part.data_items)


def _is_code(by: PlaceKind, context: Context) -> Callable[[str], bool]:
    """Whether what was received can be a code of such a place: anything else could be a value in the wrong column."""
    item = next(table.item(ITEMS[by]) for table in context.dataset.tables.values() if ITEMS[by] in table.item_names)
    code_list = context.dataset.code_lists.get(item.data_type.code_list or "")
    codes = frozenset(code.code for code in code_list.codes) if code_list and not code_list.snapshot else None
    return lambda text: item.data_type.well_formed(text) and (codes is None or text in codes)


def id_of(report: Report, cut: Slice) -> str:
    """The identifier of a slice, which follows from that of the whole."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{report.report_id} {cut.by} {cut.value!r}"))


def slice_of(report: Report, cut: Slice, findings: Sequence[Finding], tables: Sequence[TableCount]) -> Report:
    """The report cut to some findings, with what follows from them alone."""
    failed = {finding.rule_id: finding for finding in findings}
    rules = tuple(_rule(rule, failed.get(rule.rule_id)) for rule in report.rules if _is_told(rule, cut, failed))
    prints = {finding.fingerprint for finding in findings}
    return report.model_copy(
        update={
            "report_id": id_of(report, cut),
            "slice": cut,
            "verdict_sentence": _sentence(cut, findings),
            "what_next": _what_next(cut),
            "submission": report.submission.model_copy(update={"files": (), "narrative": None}),
            "counts": counts_of(findings),
            "mend_first": mend_first(findings, report.data_items, tables, titles_of(report)),
            "tables": tuple(tables),
            "findings": tuple(findings),
            "rules": rules,
            "data_items": (),
            "plus": (),
            "equality": Equality(),
            "access": Access(),
            "linkage": Linkage(),
            "core20": Core20(),
            "not_assessed": not_assessed_of(rules),
            "ignored_files": (),
            "notes": (),
            "since": _since(report, findings),
            "accepted": tuple(entry for entry in report.accepted if entry.fingerprint in prints),
        }
    )


def _what_next(cut: Slice) -> str:
    """What whoever gets a slice does with it, and what it does not hold, whether or not there was any of it."""
    told = NOTHING_TO_MEND if (cut.by, cut.value) == ("mend", "nobody") else WHAT_NEXT
    elsewhere = MENDED_ELSEWHERE if cut.mend else ""
    return told + NOT_HERE + elsewhere + (NO_ANSWERS if cut.by == "gp_practice" else "")


def _is_told(rule: RuleOutcome, cut: Slice, failed: Collection[str]) -> bool:
    """Rules broken here, those that nothing broke anywhere, and those of which nobody knows."""
    silent = cut.by == "gp_practice" and _of_answers(rule)
    return rule.rule_id in failed or (rule.outcome != "failed" and not silent)


def _rule(rule: RuleOutcome, finding: Finding | None) -> RuleOutcome:
    assessed = finding.assessed_rows if finding else None
    # a rate rule passes below its line: how many there are at the place nobody has counted
    failed = 0 if rule.outcome == "passed" and rule.threshold is None else None
    return rule.model_copy(update={"assessed_rows": assessed, "failed_rows": failed})


def for_those_there(slices: Slices) -> Slices:
    """The slices by place without what nobody at the place can mend."""
    return {by: tuple(map(_mended_there, some)) for by, some in slices.items()}


def _mended_there(cut: Report) -> Report:
    assert cut.slice
    told = cut.slice.model_copy(update={"mend": THERE})
    found = [finding for finding in cut.findings if finding.mend in (THERE, None)]
    return slice_of(cut, told, found, cut.tables).model_copy(update={"report_id": cut.report_id})


def cut_down(report: Report, out: Collection[tuple[str, ...]]) -> Report:
    """A slice without some of its findings and tables, named by their paths."""
    if not out or report.slice is None:
        return report
    found = [finding for finding in report.findings if ("findings", finding.fingerprint) not in out]
    tables = [table for table in report.tables if ("tables", table.table) not in out]
    return slice_of(report, report.slice, found, tables).model_copy(update={"report_id": report.report_id})


def _since(report: Report, findings: Sequence[Finding]) -> Since | None:
    """What changed of the findings of the slice, where they are those of all of the file."""
    told = {finding.fingerprint: finding.failed_rows for finding in report.findings}
    if report.since is None or any(told.get(each.fingerprint) != each.failed_rows for each in findings):
        return None
    prints = {finding.fingerprint for finding in findings}
    kept = tuple(change for change in report.since.findings if change.fingerprint in prints)
    return report.since.model_copy(update={"findings": kept, "data_items": (), "answers": ()})


def accepted_as(report: Report, slices: Slices) -> Slices:
    """The slices with those findings marked that are accepted in the whole report."""
    marks = {finding.fingerprint: finding.accepted for finding in report.findings if finding.accepted}
    if not report.accepted:
        return slices
    return {by: tuple(_marked(each, report, marks) for each in some) for by, some in slices.items()}


def _marked(cut: Report, report: Report, marks: Mapping[str, Accepted]) -> Report:
    found = tuple(f.model_copy(update={"accepted": marks.get(f.fingerprint)}) for f in cut.findings)
    prints = {finding.fingerprint for finding in found}
    return cut.model_copy(
        update={
            "findings": found,
            "accepted": tuple(entry for entry in report.accepted if entry.fingerprint in prints),
            "counts": counts_of(found),
            "mend_first": mend_first(found, report.data_items, cut.tables, titles_of(report)),
        }
    )


def _sentence(cut: Slice, findings: Sequence[Finding]) -> str:
    if all(finding.severity == "info" for finding in findings):
        return f"{cut.title}: {NOTHING_FOUND}"
    return f"{cut.title}: {with_findings(findings).partition(': ')[2]}"


def _title(by: PlaceKind, place: str | None, context: Context) -> str:
    one, many = PLACES[by]
    if place is None:
        return f"{one} not known"
    if place == OTHERS:
        return f"All other {many}"
    meaning = _meaning(by, place, context)
    return f"{one} {place}" + (f", {meaning}" if meaning else "")


def _meaning(by: PlaceKind, code: str, context: Context) -> str | None:
    code_list = context.dataset.code_lists.get(ITEMS[by])
    return next((each.meaning for each in code_list.codes if each.code == code), None) if code_list else None


def could_be_a_person(code: str | None) -> bool:
    """Whether a code that a provider chose could be somebody's number or address: it is then not repeated."""
    return code is not None and (_NUMBER.search(code) is not None or _ADDRESS.search(code) is not None)
