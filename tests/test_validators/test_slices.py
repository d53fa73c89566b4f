"""Slices of a report: by who can mend, and by place, the same on both engines, and no hidden figure to be had."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import get_args

import pytest

from tests.test_validators.attacker import Attacker
from tests.test_validators.drawn_reports import drawn_report
from tests.test_validators.sample_report import sample_report
from validators import by_place
from validators.by_place import ITEMS, MOST, OTHERS, PlaceKind
from validators.copies import shareable
from validators.copies.cells import figures, shown_figures
from validators.copies.make import written
from validators.copies.slices import shareable_slices
from validators.copies.strip import stripped
from validators.finding import Finding, exact
from validators.measured import TableCount
from validators.report import Report, Slice
from validators.reports import REPORTS
from validators.rounding import is_small, rounded
from validators.slices import (
    MENDED_ELSEWHERE,
    TO_HAND_ON,
    Cut,
    Slices,
    by_mend,
    could_be_a_person,
    for_those_there,
    slice_of,
)
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
    slices: dict[PlaceKind, tuple[Report, ...]] = {}
    whole = validate(submission(), today=TODAY, engine=engine, cut=Cut((by,)), slices_to=slices.update)
    return whole, slices[by]


@cache
def to_hand_on() -> tuple[Report, Slices]:
    slices: dict[PlaceKind, tuple[Report, ...]] = {}
    whole = validate(submission(), today=TODAY, cut=TO_HAND_ON, slices_to=slices.update)
    return whole, slices


@cache
def handed_on() -> Slices:
    return shareable_slices(*to_hand_on())


def counts(report: Report) -> dict[tuple[str, str], int]:
    return {(finding.rule_id, finding.cause.kind): count(finding) for finding in report.findings}


def records(table: str) -> list[dict[str, str]]:
    with (submission() / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_rate_that_passes_is_not_said_to_be_of_nobody() -> None:
    """It passes below its line, in the whole; at a place it was not counted."""
    whole, every = to_hand_on()
    rates = {rule.rule_id for rule in whole.rules if rule.threshold is not None and rule.outcome == "passed"}
    assert rates
    told = [rule for some in every.values() for each in some for rule in each.rules if rule.outcome == "passed"]
    assert {rule.failed_rows for rule in told if rule.rule_id in rates} == {None}
    assert {rule.failed_rows for rule in told if rule.rule_id not in rates} == {0}


def test_what_is_handed_to_a_place_is_mended_there() -> None:
    """The owner's slices hold all; those that are handed on say where the rest is."""
    _, every = to_hand_on()
    there = for_those_there(every)
    assert {f.mend for some in every.values() for each in some for f in each.findings} > {"point_of_care"}
    for by, some in there.items():
        for each, whole in zip(some, every[by], strict=True):
            assert [f for f in whole.findings if f.mend in ("point_of_care", None)] == list(each.findings)
            assert each.tables == whole.tables
            assert MENDED_ELSEWHERE in each.what_next
            assert MENDED_ELSEWHERE not in whole.what_next
    _are_shareable([copy for some in shareable_slices(to_hand_on()[0], there).values() for copy in some])


@pytest.mark.parametrize("by", KINDS)
def test_both_engines_give_the_same_slices(by: PlaceKind) -> None:
    for one, other in zip(cut(by)[1], cut(by, "reference")[1], strict=True):
        assert one.slice == other.slice
        assert one.findings == other.findings
        assert one.tables == other.tables


#: identifiers in the wrong place stand in no slice by place: what is looked at may be the name of the place itself
NOT_BY_PLACE = ".misplaced"


@pytest.mark.parametrize("by", KINDS)
def test_the_rows_of_a_place_are_counted(by: PlaceKind) -> None:
    """Against a count by hand of the failing rows that --rows writes."""
    whole = validate(submission(), today=TODAY, rows_to=submission().parent / f"{by}.csv")
    with (submission().parent / f"{by}.csv").open(encoding="utf-8", newline="") as file:
        failing = [row for row in csv.DictReader(file) if not row["rule_id"].endswith(NOT_BY_PLACE)]
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
    plus = {f.rule_id for f in whole.findings if f.table == "plus_characteristic"} | {"PMD00124"}
    plus = plus if by == "gp_practice" else set()
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
    of_contacts = [finding for finding in whole.findings if finding.table == "care_contact"]
    for finding in (finding for finding in of_contacts if not finding.rule_id.endswith(NOT_BY_PLACE)):
        parts = [counts(report).get((finding.rule_id, finding.cause.kind), 0) for report in slices]
        assert sum(parts) == finding.failed_rows
    rows = [exact(report.tables[0].rows) or 0 for report in slices]
    assert sum(rows) == len(records("care_contact"))


def test_slices_by_gp_practice_hold_nothing_of_the_answers() -> None:
    whole, slices = cut("gp_practice")
    assert "plus_characteristic" in {finding.table for finding in whole.findings}
    assert "PMD00124" in {finding.rule_id for finding in whole.findings}
    for report in (*slices, *handed_on()["gp_practice"]):
        assert report.plus == ()
        for part in (*report.findings, *report.rules):
            assert part.table != "plus_characteristic"
            assert not any(item.startswith("plus_characteristic.") for item in part.data_items)
        assert "plus_characteristic" not in {table.table for table in report.tables}


def test_no_hidden_figure_can_be_had_from_all_slices_together() -> None:
    whole, slices = to_hand_on()
    attacker, found = attacked(whole, slices, handed_on())
    assert sum(1 <= count <= 7 for count in found.values()) > 50
    assert known_too_well(attacker, found) == []


@pytest.mark.parametrize("seed", range(60))
def test_no_hidden_figure_can_be_had_from_slices_drawn_at_random(seed: int) -> None:
    whole, slices = drawn_report(seed), drawn_slices(seed)
    assert known_too_well(*attacked(whole, slices, shareable_slices(whole, slices))) == []


@pytest.mark.parametrize("seed", range(40))
def test_no_hidden_figure_can_be_had_with_the_report_before(seed: int) -> None:
    """By somebody who knows which figures did not change."""
    before, whole, slices = drawn_report(seed, ("postcode", "nhs_number")), drawn_report(seed), drawn_slices(seed)
    attacker, found = attacked(whole, slices, shareable_slices(whole, slices, before), before)
    was = dict(figures(before))
    for path, shown in shown_figures(shareable(before)):
        name = "/".join(("whole", *path))
        if name in found and was.get(path) == found[name]:
            attacker.see(name, shown)
    assert known_too_well(attacker, found) == []


def test_the_attacker_finds_what_small_figures_alone_give_away() -> None:
    found = 0
    for seed in range(60):
        whole, slices = drawn_report(seed), drawn_slices(seed)
        thin: Slices = {
            by: tuple(written(each, small(each)) for each in map(stripped, some)) for by, some in slices.items()
        }
        found += len(known_too_well(*attacked(whole, slices, thin)))
    assert found > 10


def drawn_slices(seed: int) -> Slices:
    """The rows of a report drawn at random, each in one place of each kind."""
    whole, draw = drawn_report(seed), Random(seed)
    return {by: tuple(_drawn(whole, by, draw)) for by in KINDS[: draw.randint(1, 3)]}


def _drawn(whole: Report, by: PlaceKind, draw: Random) -> Iterator[Report]:
    weights = [draw.choice((1, 1, 2, 10)) for _ in range(draw.randint(1, 14))]
    rows = {f.fingerprint: Counter(draw.choices(range(len(weights)), weights, k=count(f))) for f in whole.findings}
    of_table = Counter(draw.choices(range(len(weights)), weights, k=exact(whole.tables[0].rows) or 0))
    for place in range(len(weights)):
        found = [_some(finding, rows[finding.fingerprint][place]) for finding in whole.findings]
        tables = [TableCount(table="person", rows=of_table[place], rejected_rows=None)]
        part = Slice(by=by, value=f"P{place}", title=f"Place P{place}")
        yield slice_of(whole, part, [finding for finding in found if finding.failed_rows], tables)


def _some(finding: Finding, rows: int) -> Finding:
    told = {"failed_rows": rows, "more": rows, "assessed_rows": None, "rate": None, "samples": ()}
    return finding.model_copy(update=told)


def count(finding: Finding) -> int:
    return exact(finding.failed_rows) or 0


def known_too_well(attacker: Attacker, found: dict[str, int]) -> list[str]:
    """Small figures that can be fewer than four of the numbers from 1 to 7: not even by there being so many slices."""
    can_be = attacker.narrow()
    assert all(can_be[name][0] <= value <= can_be[name][1] for name, value in found.items())
    return [n for n, value in found.items() if is_small(value) and min(can_be[n][1], 7) - max(can_be[n][0], 1) < 3]


def small(report: Report) -> frozenset[tuple[str, ...]]:
    return frozenset(path for path, count in figures(report) if is_small(count))


def attacked(
    whole: Report, slices: Slices, told: Slices, before: Report | None = None
) -> tuple[Attacker, dict[str, int]]:
    """Somebody who has all slices and the copy of the whole, and what their figures are."""
    attacker = Attacker()
    found: dict[str, int] = {}

    def see(at: str, report: Report, copy: Report) -> None:
        exactly = dict(figures(report))
        for path, shown in shown_figures(copy):
            if path in exactly and path[0] in ("findings", "tables") and path[-1] in ("failed_rows", "rows"):
                # what a copy shows beside an earlier one follows from that and from what rounding gives
                told = rounded(exactly[path]) if before is not None and isinstance(shown, int) else shown
                attacker.see("/".join((at, *path)), told, least=int(path[0] == "findings"))
                found["/".join((at, *path))] = exactly[path]

    see("whole", whole, shareable(whole, before))
    for by, some in slices.items():
        for number, (report, copy) in enumerate(zip(some, told[by], strict=True)):
            see(f"{by} {number}", report, copy)
    for name in [name for name in found if name.startswith("whole/")]:
        for by in slices:
            parts = [f"{by} {n}{name.removeprefix('whole')}" for n in range(len(slices[by]))]
            there = [part for part in parts if part in found]
            if sum(found[part] for part in there) == found[name]:
                attacker.sums.append(([name], there))
            else:
                some_of(attacker, name, there, adds_up=sum(found[part] for part in there) < found[name])
    return attacker, found


def some_of(attacker: Attacker, name: str, there: list[str], *, adds_up: bool) -> None:
    """A row is in one place; or a person in several, and in one at least: the whole is no more than all of them."""
    for parts in [there] if adds_up else [[part] for part in there]:
        attacker.limit([name], parts)
    if not adds_up:
        attacker.limit(there, [name])


def test_a_whole_is_no_more_than_all_of_its_places() -> None:
    """18 persons: 12 at one place and 7 at another, of whom one is at both."""
    whole = drawn_report(0)
    whole = whole.model_copy(update={"findings": (_some(whole.findings[0], 18),), "rules": ()})
    slices: Slices = {"site": tuple(_with(whole, place, rows) for place, rows in enumerate((12, 7)))}
    assert known_too_well(*attacked(whole, slices, shareable_slices(whole, slices))) == []


@pytest.mark.parametrize("seed", range(30))
def test_no_hidden_figure_can_be_had_from_places_that_overlap(seed: int) -> None:
    whole, draw = drawn_report(seed), Random(seed)
    some = list(_drawn(whole, "site", draw))
    found = [f.model_copy(update={"failed_rows": _united(f, some, draw)}) for f in whole.findings]
    whole = whole.model_copy(update={"findings": tuple(found), "rules": ()})
    slices: Slices = {"site": tuple(some)}
    assert known_too_well(*attacked(whole, slices, shareable_slices(whole, slices))) == []


def _united(finding: Finding, places: Sequence[Report], draw: Random) -> int:
    """How many rows a finding has where a few of those at one place are at another too."""
    parts = [count(f) for report in places for f in report.findings if f.fingerprint == finding.fingerprint]
    return draw.randint(max(*parts, sum(parts) - 9), sum(parts))


def test_a_code_that_could_be_somebodys_number_is_not_repeated() -> None:
    slices = to_hand_on()[1]["team"]
    assert "999 000 0018" in {report.slice.value for report in slices if report.slice}
    ids = {report.report_id for report in slices if report.slice and report.slice.value == "999 000 0018"}
    for report in handed_on()["team"]:
        assert report.report_id not in ids
        for form in ("json", "text", "html", "sarif"):
            assert b"999 000 0018" not in REPORTS[form](report), form
    assert all(map(could_be_a_person, ("9990000018", "SW1A 1AA", "a@b.uk", "T 07700 900123")))
    assert not any(map(could_be_a_person, (None, "W1", "RX101", "Ward 12", "TEAM-2026", OTHERS)))


def test_places_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_place, "MOST", 3)
    slices: dict[PlaceKind, tuple[Report, ...]] = {}
    validate(submission(), today=TODAY, cut=Cut(("ward",)), slices_to=slices.update)
    titles = [report.slice.title for report in slices["ward"] if report.slice]
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
        broken = {rule.rule_id for rule in each.rules if rule.outcome == "failed"}
        assert broken == {finding.rule_id for finding in each.findings}
        assert each.not_assessed == report.not_assessed
        assert each.verdict_sentence.startswith(each.slice.title)
    assert len({each.report_id for each in slices}) == len(slices)


def test_a_slice_of_a_copy_is_a_copy() -> None:
    copy = shareable(sample_report())
    _are_shareable(by_mend(copy))
    for some in handed_on().values():
        _are_shareable(some)


def test_a_finding_left_out_is_told_of_nowhere() -> None:
    """Twelve rows, one in each of twelve places: that twelve slices have the finding would say so."""
    whole = drawn_report(0)
    whole = whole.model_copy(update={"findings": (_some(whole.findings[0], 12),), "rules": ()})
    made = [_with(whole, place, 1) for place in range(12)]
    copies = shareable_slices(whole, {"ward": tuple(made)})["ward"]
    assert [len(report.findings) for report in copies] == [1] * 9 + [0] * 3
    assert len({report.what_next for report in copies}) == 1
    assert "can be left out" in copies[0].what_next
    assert copies[-1].verdict_sentence == "Ward 11: no error and no warning is told of."
    assert {rule.rule_id for rule in copies[-1].rules if rule.outcome == "failed"} == set()


def _with(whole: Report, place: int, rows: int) -> Report:
    tables = [TableCount(table="person", rows=exact(whole.tables[0].rows), rejected_rows=None)]
    part = Slice(by="ward", value=f"W{place}", title=f"Ward {place}")
    return slice_of(whole, part, [_some(whole.findings[0], rows)], tables)


def _are_shareable(slices: Sequence[Report]) -> None:
    for each in slices:
        assert each.copy_kind == "shareable"
        assert not any(finding.samples for finding in each.findings)
        for finding in each.findings:
            assert finding.failed_rows in (None, "*") or finding.failed_rows % 5 == 0  # type: ignore[operator]


@pytest.mark.parametrize("form", REPORTS)
def test_a_slice_can_be_written_in_every_form(form: str) -> None:
    _, slices = cut("care_setting")
    for report in (*slices, *handed_on()["care_setting"]):
        assert REPORTS[form](report)
