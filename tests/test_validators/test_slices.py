"""Slices of a report: by who can mend, and by place, the same on both engines, and no hidden figure to be had."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import get_args

import pytest

from tests.test_validators.attacker import Attacker
from tests.test_validators.sample_report import sample_report
from tests.test_validators.test_copies import given_away
from validators import by_place
from validators.by_place import ITEMS, MOST, OTHERS, PlaceKind
from validators.copies import shareable
from validators.copies.slices import shareable_slices
from validators.finding import Shown, exact
from validators.report import Report
from validators.reports import REPORTS
from validators.slices import by_mend, could_be_a_person
from validators.synthetic import generate
from validators.validate import validate

FAULTS = {"PMD20103": 0.05, "PMD00111": 0.02, "PMD001.birth_date.format": 0.03, "PMD00302": 0.02, "PMD20105": 0.04}
TODAY = date(2026, 5, 7)
KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)


@cache
def submission() -> Path:
    """400 persons, whose contacts are spread over wards and teams."""
    folder = Path(mkdtemp()) / "files"
    generate(folder, persons=400, seed=7, faults=FAULTS)
    file = folder / "care_contact.csv"
    with file.open(encoding="utf-8", newline="") as given:
        rows = list(csv.DictReader(given))
    for number, row in enumerate(rows):
        row["ward_code"] = f"W{number % 7}" if number % 9 else ""
        row["team_local_id"] = "999 000 0018" if number % 5 == 0 else f"T{number % 3}"
    with file.open("w", encoding="utf-8", newline="") as changed:
        writer = csv.DictWriter(changed, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


@cache
def cut(by: PlaceKind, engine: str = "duckdb") -> tuple[Report, tuple[Report, ...]]:
    slices: list[Report] = []
    whole = validate(submission(), today=TODAY, engine=engine, slice_by=by, slices_to=slices.extend)
    return whole, tuple(slices)


def counts(report: Report) -> dict[tuple[str, str], Shown | None]:
    return {(finding.rule_id, finding.cause.kind): finding.failed_rows for finding in report.findings}


def records(table: str) -> list[dict[str, str]]:
    with (submission() / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("by", KINDS)
def test_both_engines_give_the_same_slices(by: PlaceKind) -> None:
    for one, other in zip(cut(by)[1], cut(by, "reference")[1], strict=True):
        assert one.slice == other.slice
        assert one.findings == other.findings
        assert one.tables == other.tables


@pytest.mark.parametrize("by", KINDS)
def test_the_rows_of_a_place_are_counted(by: PlaceKind) -> None:
    """Against a count by hand of the failing rows that --rows writes."""
    whole = validate(submission(), today=TODAY, rows_to=submission().parent / f"{by}.csv")
    with (submission().parent / f"{by}.csv").open(encoding="utf-8", newline="") as file:
        failing = list(csv.DictReader(file))
    tables = {name: records(name) for name in ("person", "plus_characteristic", "referral", "care_contact")}
    of_person: dict[str, set[str | None]] = {}
    for rows in tables.values():
        for row in rows:
            if row.get(ITEMS[by]):
                of_person.setdefault(row["local_patient_id"], set()).add(row[ITEMS[by]])
    counted: Counter[tuple[str | None, str, str]] = Counter()
    for row in failing:
        record = tables[row["table"]][int(row["row"]) - 1]
        own = {record[ITEMS[by]] or None} if ITEMS[by] in record else of_person.get(record["local_patient_id"], {None})
        counted.update((place, row["rule_id"], row["cause"]) for place in own)
    plus = {f.rule_id for f in whole.findings if f.table == "plus_characteristic"} if by == "gp_practice" else set()
    told = {
        (report.slice.value, rule, cause): count
        for report in cut(by)[1]
        if report.slice
        for (rule, cause), count in counts(report).items()
    }
    assert told == {at: count for at, count in counted.items() if at[1] not in plus}


def test_slices_by_ward_add_up_to_the_contacts_of_the_whole() -> None:
    whole, slices = cut("ward")
    assert [report.slice.value for report in slices if report.slice] == [*(f"W{n}" for n in range(7)), None]
    for finding in (finding for finding in whole.findings if finding.table == "care_contact"):
        parts = [counts(report).get((finding.rule_id, finding.cause.kind), 0) for report in slices]
        assert sum(exact(part) or 0 for part in parts) == finding.failed_rows
    rows = [report.tables[0].rows for report in slices]
    assert sum(exact(count) or 0 for count in rows) == len(records("care_contact"))


def test_slices_by_gp_practice_hold_nothing_of_the_answers() -> None:
    whole, slices = cut("gp_practice")
    assert "plus_characteristic" in {finding.table for finding in whole.findings}
    for report in slices:
        assert report.plus == ()
        assert "plus_characteristic" not in {part.table for part in (*report.findings, *report.tables, *report.rules)}


@pytest.mark.parametrize("by", KINDS)
def test_no_hidden_figure_can_be_had_from_all_slices_together(by: PlaceKind) -> None:
    whole, slices = cut(by)
    attacker, found = Attacker(), {}
    told = [shareable(whole), *shareable_slices(whole, slices)]
    for number, (report, copy) in enumerate(zip((whole, *slices), told, strict=True)):
        for finding, shown in zip(report.findings, copy.findings, strict=True):
            attacker.see(f"{number} {finding.fingerprint}.failed", shown.failed_rows)
            found[f"{number} {finding.fingerprint}.failed"] = exact(finding.failed_rows) or 0
        for table, shown_table in zip(report.tables, copy.tables, strict=True):
            attacker.see(f"{number} {table.table}.rows", shown_table.rows)
            found[f"{number} {table.table}.rows"] = exact(table.rows) or 0
    for finding in whole.findings:
        name = f"{finding.fingerprint}.failed"
        parts = [f"{n} {name}" for n in range(1, len(told)) if f"{n} {name}" in found]
        if parts and sum(found[part] for part in parts) == found[f"0 {name}"]:
            attacker.sums.append(([f"0 {name}"], parts))
    for table in slices[0].tables:
        name = f"{table.table}.rows"
        attacker.sums.append(([f"0 {name}"], [f"{n} {name}" for n in range(1, len(told)) if f"{n} {name}" in found]))
    assert any(1 <= count <= 7 for count in found.values())
    assert given_away(attacker, found) == []


def test_a_code_that_could_be_somebodys_number_is_not_repeated() -> None:
    whole, slices = cut("team")
    assert "999 000 0018" in {report.slice.value for report in slices if report.slice}
    for report in shareable_slices(whole, slices):
        for form in ("json", "text", "html", "sarif"):
            assert b"999 000 0018" not in REPORTS[form](report), form
    assert all(map(could_be_a_person, ("9990000018", "SW1A 1AA", "a@b.uk", "T 07700 900123")))
    assert not any(map(could_be_a_person, (None, "W1", "RX101", "Ward 12", "TEAM-2026", OTHERS)))


def test_places_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_place, "MOST", 3)
    slices: list[Report] = []
    validate(submission(), today=TODAY, slice_by="ward", slices_to=slices.extend)
    titles = [report.slice.title for report in slices if report.slice]
    assert titles[-2:] == ["All other wards", "Ward not known"]
    assert len(titles) == 5
    assert MOST == 200


def test_each_finding_goes_to_those_who_can_mend_it() -> None:
    report = sample_report()
    slices = by_mend(report)
    assert sum(len(each.findings) for each in slices) == len(report.findings)
    for each in slices:
        assert each.slice is not None
        assert {finding.mend for finding in each.findings} == {each.slice.value}
        assert {rule.rule_id for rule in each.rules} == {finding.rule_id for finding in each.findings}
        assert each.verdict_sentence.startswith(each.slice.title)
    assert len({each.report_id for each in slices}) == len(slices)


def test_a_slice_of_a_copy_is_a_copy() -> None:
    copy = shareable(sample_report())
    _are_shareable(by_mend(copy))
    _are_shareable(shareable_slices(*cut("care_setting")))


def _are_shareable(slices: Sequence[Report]) -> None:
    for each in slices:
        assert each.copy_kind == "shareable"
        assert not any(finding.samples for finding in each.findings)
        for finding in each.findings:
            assert finding.failed_rows in (None, "*") or finding.failed_rows % 5 == 0  # type: ignore[operator]


@pytest.mark.parametrize("form", REPORTS)
def test_a_slice_can_be_written_in_every_form(form: str) -> None:
    whole, slices = cut("care_setting")
    for report in (*slices, *shareable_slices(whole, slices)):
        assert REPORTS[form](report)
