"""Shareable copies: what they hold, and that nobody can work out what they hide."""

from __future__ import annotations

import json
from itertools import product
from random import Random
from typing import Any

import pytest

from tests.test_validators.attacker import Attacker
from tests.test_validators.drawn_reports import drawn_report
from tests.test_validators.sample_report import sample_report
from validators.copies import shareable, system
from validators.copies.cells import figures
from validators.copies.system import System
from validators.report import Report

SEEDS = range(60)


def written(report: Report) -> dict[str, Any]:
    return json.loads(report.model_dump_json())


def names_of(report: Report, name: str = "") -> dict[str, int]:
    """The exact figures under the names that the attacker gives them."""
    found: dict[str, int] = {}
    for path, value in figures(report):
        match path:
            case ("tables", table, field):
                found[f"{name}{table}.{field.removesuffix('_rows')}"] = value
            case ("data_items", item, field):
                table, data_item = item.split("/")
                found[f"{name}{table}.kept" if field == "rows" else f"{name}{table}.{data_item}.{field}"] = value
            case ("plus", code, field):
                found[f"{name}plus.{code}.{field}"] = value
            case ("findings", fingerprint, "failed_rows"):
                found[f"{name}{fingerprint}.failed"] = value
            case ("rules", rule, field):
                found[f"{name}{rule}.{field.removesuffix('_rows')}"] = value
            case _:
                pass
    return found


def given_away(attacker: Attacker, exact: dict[str, int]) -> list[str]:
    """Small figures of which the attacker knows more than that they are from 1 to 7, or may be anything at all."""
    can_be, least = attacker.narrow(), attacker.blind().narrow()
    return [
        f"{name} = {value}: known to be from {can_be[name][0]} to {can_be[name][1]}"
        for name, value in exact.items()
        if 1 <= value <= 7 and name in can_be and not can_be[name][0] <= max(1, least[name][0]) <= 7 <= can_be[name][1]
    ]


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


def test_the_attacker_finds_what_is_not_covered() -> None:
    """A copy in which small figures alone are hidden gives them away: the attacker is no straw man."""
    found = 0
    for seed in SEEDS:
        report = drawn_report(seed)
        attacker = Attacker()
        attacker.read(written(shareable(report)) | _thinly_hidden(report))
        found += len(given_away(attacker, names_of(report)))
    assert found > 100


def _thinly_hidden(report: Report) -> dict[str, Any]:
    from validators.copies.cells import rewritten
    from validators.copies.rounding import is_small, rounded

    thin = rewritten(report, lambda _, count: "*" if is_small(count) else rounded(count))
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
