"""Slices of a report, to be handed on: by who can mend what was found, or by place. Each is a report of its own.

A slice holds findings. How completely items are filled, what was answered and who gets to care stand in the whole
report alone: of few people they would say too much. Slices are in the order of their codes, never of a rate.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from schema.rule import MENDS
from validators.by_place import ITEMS, OTHERS
from validators.measured import Access, Core20, Equality, Linkage
from validators.mend_first import mend_first
from validators.report import Slice, TableCount, counts_of
from validators.verdict import with_findings

if TYPE_CHECKING:
    from validators.by_place import PlaceKind, PlaceTally
    from validators.context import Context
    from validators.finding import Finding
    from validators.report import Report

WHO: Mapping[str | None, str] = {
    "point_of_care": "For those who ask and record at the point of care",
    "epr_configuration": "For those who set up the electronic patient record",
    "export_mapping": "For those who make the export and its mapping",
    "reference_data": "For those who load reference data",
    "nobody": "What nobody has to mend: the answer stands",
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
#: tables whose rows are answers of persons: a slice for a GP practice holds nothing of them
PLUS_TABLES = frozenset({"plus_characteristic"})
WHAT_NEXT = (
    "This is a part of a report, for those whom it concerns. It says what was found among these rows and how to mend "
    "it; what follows from all of the file stands in the whole report."
)
_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){7,}")
_ADDRESS = re.compile(r"@|[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}\b")


def by_mend(report: Report) -> tuple[Report, ...]:
    """A slice for each of those who can mend something. Cut from a copy it is the same copy of it."""
    return tuple(
        slice_of(report, Slice(by="mend", value=who, title=WHO[who]), found, report.tables)
        for who in (*MENDS, None)
        if (found := [finding for finding in report.findings if finding.mend == who])
    )


def by_place(
    report: Report, by: PlaceKind, places: Iterable[tuple[PlaceTally, Sequence[Finding]]], context: Context
) -> Iterator[Report]:
    """A slice for each place, with what was found there."""
    for tally, found in places:
        tables = [
            TableCount(table=table, rows=rows, rejected_rows=None)
            for table, rows in tally.rows.items()
            if not (by == "gp_practice" and table in PLUS_TABLES)
        ]
        kept = [f for f in found if not (by == "gp_practice" and f.table in PLUS_TABLES)]
        yield slice_of(report, Slice(by=by, value=tally.place, title=_title(by, tally.place, context)), kept, tables)


def slice_of(report: Report, cut: Slice, findings: Sequence[Finding], tables: Sequence[TableCount]) -> Report:
    """The report cut to some findings, with what follows from them alone."""
    failed = {finding.rule_id: finding for finding in findings}
    rules = tuple(
        rule.model_copy(update={"assessed_rows": failed[rule.rule_id].assessed_rows, "failed_rows": None})
        for rule in report.rules
        if rule.rule_id in failed
    )
    titles = {(item.table, item.data_item): item.title for item in report.data_items}
    return report.model_copy(
        update={
            "report_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{report.report_id} {cut.by} {cut.value!r}")),
            "slice": cut,
            "verdict_sentence": _sentence(cut, findings),
            "what_next": WHAT_NEXT,
            "submission": report.submission.model_copy(update={"files": (), "narrative": None}),
            "counts": counts_of(findings),
            "mend_first": mend_first(findings, titles),
            "tables": tuple(tables),
            "findings": tuple(findings),
            "rules": rules,
            "data_items": (),
            "plus": (),
            "equality": Equality(),
            "access": Access(),
            "linkage": Linkage(),
            "core20": Core20(),
            "not_assessed": (),
            "ignored_files": (),
            "notes": (),
            "since": None,
            "accepted": (),
        }
    )


def _sentence(cut: Slice, findings: Sequence[Finding]) -> str:
    if all(finding.severity == "info" for finding in findings):
        return f"{cut.title}: no error and no warning was found."
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
