"""Shareable copies: what they hold, and that nobody can work out what they hide."""

from __future__ import annotations

import json
from datetime import date
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.test_validators.attacker import Attacker
from tests.test_validators.drawn_reports import drawn_report
from tests.test_validators.sample_report import sample_report
from validators.copies import cells, shareable, system
from validators.copies.cells import figures
from validators.copies.sums import equals
from validators.copies.system import System
from validators.finding import Part
from validators.report import Report
from validators.rounding import is_small, rounded
from validators.since import AnswerChange, FindingChange, ItemChange
from validators.synthetic import generate
from validators.validate import validate

SEEDS = range(60)


def written(report: Report) -> dict[str, Any]:
    return json.loads(report.model_dump_json())


def names_of(report: Report, name: str = "") -> dict[str, int]:
    """The exact figures under the names that the attacker gives them."""
    named = ((_name_of(path), value) for path, value in figures(report))
    return {f"{name}{known}": value for known, value in named if known}


def _name_of(path: tuple[str, ...]) -> str | None:
    *where, field = (part for part in path if part not in ("splits", "groups", "measures"))
    match where:
        case ["data_items", item]:
            table, data_item = item.split("/")
            return f"{table}.kept" if field == "rows" else f"{table}.{data_item}.{field}"
        case ["equality", "facts", *rest]:
            return ".".join(("facts", *rest, field))
        case ["linkage"]:
            at = {"with_number": "with_number.", "without_number": "with_number.", "persons": "person.kept "}
            return f"{at.get(field, '')}{field}".removesuffix(" persons")
        case ["equality", "ethnicity"]:
            return f"known.{field}"
        case ["core20", "figures", index, *rest]:
            return ".".join(("core20", index, *(reason for reason in rest if reason != "reasons"), field)).removesuffix(
                ".persons"
            )
        case ["linkage", by, group]:
            return f"linked.{by}.{group}.{field}"
        case ["plus" | "access", *_]:
            return ".".join((*where, field))
        case ["tables" | "findings" | "rules", name] if field != "more":
            return f"{name}.{field.removesuffix('_rows')}"
        case _:
            return None


def given_away(attacker: Attacker, exact: dict[str, int]) -> list[str]:
    """Small figures of which the attacker has left fewer than four of the numbers from 1 to 7.

    Where that there is a finding says that much, no more is asked for than without any figure.
    """
    can_be, blind = attacker.narrow(), attacker.blind().narrow()
    return [
        f"{name} = {value}: known to be from {can_be[name][0]} to {can_be[name][1]}"
        for name, value in exact.items()
        if 1 <= value <= 7 and name in can_be and _left(can_be[name]) < min(4, _left(blind[name]))
    ]


def _left(interval: tuple[int, int]) -> int:
    return min(interval[1], 7) - max(interval[0], 1) + 1


@pytest.mark.parametrize("seed", SEEDS)
def test_no_hidden_figure_can_be_had_by_subtraction(seed: int) -> None:
    report = drawn_report(seed)
    attacker = Attacker()
    attacker.read(written(shareable(report)))
    exact = names_of(report)
    assert exact.keys() & attacker.can_be.keys()
    for name, (low, high) in attacker.narrow().items():
        assert low <= exact.get(name, low) <= high, f"{name} is not told as it is"
    assert given_away(attacker, exact) == []


@pytest.mark.parametrize(("persons", "seed"), [(60, 1), (400, 2)])
def test_no_hidden_figure_of_a_checked_file_can_be_had(persons: int, seed: int, tmp_path: Path) -> None:
    faults = {"PMD00111": 0.01, "PMD001.birth_date.format": 0.004, "PMD001.stated_gender.code": 0.003}
    generate(tmp_path / "files", persons=persons, seed=seed, faults=faults)
    report = validate(tmp_path / "files", today=date(2026, 5, 7))
    attacker = Attacker()
    attacker.read(written(shareable(report)), drawn=False)
    exact = names_of(report)
    assert len(exact.keys() & attacker.can_be.keys()) > 2000
    for name, (low, high) in attacker.narrow().items():
        assert low <= exact.get(name, low) <= high, f"{name} is not told as it is"
    assert given_away(attacker, exact) == []


def test_a_figure_that_is_told_in_two_parts_of_the_report_is_known_to_be_one(tmp_path: Path) -> None:
    """What one part hides, another must not show: all referrals, all contacts, the persons of access and of linkage."""
    generate(tmp_path, persons=60, seed=4)
    report = validate(tmp_path, today=date(2026, 5, 10))
    alike = [set(paths) for paths in equals(report)]
    one_of_two = [
        (("access", "measures", "referrals", "denominator"), ("data_items", "referral/service_request_id", "rows")),
        (("access", "measures", "contacts", "numerator"), ("data_items", "care_contact/care_contact_id", "rows")),
    ]
    group = ("splits", "age_band", "groups", "25-34")
    practice, answers = ("access", "measures", "without_practice"), ("plus", "HOMELESS")
    one_of_two.append(((*practice, *group, "persons"), (*answers, *group, "eligible")))
    one_of_two.append(((*practice, "denominator"), ("linkage", "persons")))
    for one, other in one_of_two:
        assert any({one, other} <= paths for paths in alike), (one, other)


def test_findings_without_a_fingerprint_get_theirs() -> None:
    """As in a report that another program wrote, or one put together by hand."""
    report = sample_report()
    nameless = tuple(finding.model_copy(update={"fingerprint": ""}) for finding in report.findings)
    copy = shareable(report.model_copy(update={"findings": nameless}))
    assert copy.findings == shareable(report).findings


def test_the_attacker_finds_what_is_not_covered() -> None:
    """A copy in which small figures alone are hidden gives them away: the attacker is no straw man."""
    found = 0
    for seed in SEEDS:
        report = drawn_report(seed)
        attacker = Attacker()
        attacker.read(written(shareable(report)) | _thinly_hidden(report))
        found += len(given_away(attacker, names_of(report)))
    assert found > 10


def _thinly_hidden(report: Report) -> dict[str, Any]:
    thin = cells.rewritten(report, lambda _, count: "*" if is_small(count) else rounded(count))
    return {name: written(thin)[name] for name in ("tables", "data_items", "plus", "findings", "rules")}


@pytest.mark.parametrize("hub", [1, 12])
@pytest.mark.parametrize("seed", range(100))
def test_what_is_said_to_be_possible_is_possible(seed: int, hub: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search against every world there is, on small systems."""
    monkeypatch.setattr(system, "HUB", hub)
    draw = Random(seed)
    values = [draw.randint(0, 11) for _ in range(draw.randint(2, 3))]
    equations: list[dict[int, int]] = []
    for _ in range(draw.randint(1, 2)):
        parts = draw.sample(range(len(values)), draw.randint(1, len(values)))
        values.append(sum(values[part] for part in parts))
        equations.append({len(values) - 1: 1} | dict.fromkeys(parts, -1))
    shown = {figure for figure, value in enumerate(values) if value == 0 or (value > 7 and draw.random() < 0.7)}
    small = System(values, equations, shown)
    hidden = draw.choice([figure for figure in range(len(values)) if figure not in shown] or [0])
    for number in range(12):
        if hidden not in shown and small.could_be(hidden, number):
            assert _worlds(small, hidden, number), (values, equations, shown, hidden, number)


def _worlds(small: System, figure: int, number: int) -> bool:
    free = len(small.values) - len(small.equations)
    for world in product(range(30), repeat=free):
        figures_ = list(world)
        for terms in small.equations:
            figures_.append(sum(figures_[part] for part, sign in terms.items() if sign < 0))
        if figures_[figure] == number and all(_looks_alike(figures_[f], small.values[f]) for f in small.shown):
            return True
    return False


def _looks_alike(one: int, other: int) -> bool:
    def shown(count: int) -> object:
        return "*" if 1 <= count <= 7 else 5 * round(count / 5)

    return shown(one) == shown(other)


def test_a_total_is_hidden_after_what_lies_near_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figure 0 is in several sums; 1 is hidden beside it, and so is 2, beside which 3 could be hidden."""
    monkeypatch.setattr(system, "HUB", 2)
    equations = [{0: 1, 1: -1, 2: -1}, {2: 1, 3: -1, 4: -1}, {0: 1, 5: -1}, {0: 1, 6: -1}]
    values = [30, 3, 27, 20, 7, 30, 30]
    losses = dict.fromkeys(range(7), 1)
    assert System(values, equations, {0, 3, 5, 6}, loss=losses).around(1) == {3}
    assert System(values, equations, {0, 5, 6}, loss=losses).around(1) == {0}


def test_a_copy_holds_no_record_and_no_word_of_the_file() -> None:
    report = sample_report(reveal="values")
    copy = shareable(report)
    text = copy.model_dump_json()
    assert copy.copy_kind == "shareable"
    assert all(not finding.samples for finding in copy.findings)
    for file in report.submission.files:
        assert file.sha256 not in text
        assert f'"{file.name}"' not in text
    assert copy.submission.narrative is None
    assert copy.notes == copy.ignored_files == ()


def test_a_copy_of_a_copy_is_the_same() -> None:
    copy = shareable(sample_report())
    assert shareable(copy) is copy


def _parts(kind: type[Part]) -> set[type[Part]]:
    return {kind}.union(*(_parts(each) for each in kind.__subclasses__()))


#: rates that say nothing of the file
_GIVEN = {"threshold", "default_threshold"}
#: parts of which a copy works the figures out anew
_ANEW = {FindingChange, ItemChange, AnswerChange}


@pytest.mark.parametrize("kind", sorted(_parts(Part) - _ANEW, key=lambda kind: kind.__name__))
def test_every_share_says_what_it_is_a_share_of(kind: type[Part]) -> None:
    ends = {name for ratio in kind.ratios.values() for name in ratio.interval or ()}
    shares = {name for name, field in kind.model_fields.items() if "Rate" in str(kind.__annotations__.get(name))}
    missing = shares - kind.ratios.keys() - ends - _GIVEN
    assert not missing, f"{kind.__name__}: add {missing} to its `ratios`, or a copy would give them unrounded"


@pytest.mark.parametrize("kind", sorted(_parts(Part) - _ANEW, key=lambda kind: kind.__name__))
def test_every_figure_stands_in_a_sum(kind: type[Part]) -> None:
    """A figure that adds up with nothing is rare: it is named here, so that none is forgotten."""
    alone = {"Shape.rows", "EthnicitySource.persons", "NotPlaced.persons", "Ethnicity.conflicting_numbers"}
    alone |= {"FileInfo.rows", "Finding.more"}
    named = {name for total in kind.sums for name in (*total.whole, *total.parts)}
    missing = {f"{kind.__name__}.{name}" for name in cells.counted(kind) if name not in named} - alone
    assert not missing, f"add {missing} to the `sums` of the part: what can be had by subtraction from others?"


def test_shares_are_worked_out_of_the_figures_shown() -> None:
    copy = shareable(sample_report())
    item = next(item for item in copy.data_items if item.data_item == "preferred_language")
    assert (item.rows, item.valid, item.missing) == (5000, 1480, 3520)
    assert (item.known_rate, item.complete_rate) == (0.296, 0.296)
    few = sample_report().plus[0].model_copy(update={"eligible": 17, "yes": 8, "no": 9, "not_recorded": 0})
    assert cells.rewritten(few, lambda _, count: count).known_rate is None


def test_a_count_from_1_to_7_is_hidden_and_0_stays_0() -> None:
    assert [rounded(count) for count in (0, 8, 12, 13, 17, 18)] == [0, 10, 10, 15, 15, 20]
    assert [count for count in range(12) if is_small(count)] == list(range(1, 8))
    copy = shareable(sample_report())
    gender = next(item for item in copy.data_items if item.data_item == "stated_gender")
    assert (gender.invalid, gender.asked_unsure) == ("*", 0)


def test_an_answer_that_everybody_gave_is_hidden() -> None:
    answers = dict.fromkeys(("yes", "no", "unsure", "not_known", "not_recorded"), 0) | {"declined": 400}
    given = sample_report().plus[0].model_copy(update={"eligible": 400, "asked": 400, "splits": ()} | answers)
    measure = shareable(sample_report(plus=[given], equality=None, linkage=None)).plus[0]
    assert measure.declined == "*"
    assert "*" in (measure.yes, measure.no, measure.unsure, measure.not_known, measure.not_recorded)
    assert measure.declined_rate is None
