"""What somebody learns who holds two shareable copies: of an earlier report and of this one, or two of this one.

What is shown of kept figures follows from rounded figures and the earlier copy: the attacker is given the rounded ones.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.test_validators.attacker import Attacker
from tests.test_validators.drawn_reports import CHARACTERISTICS, ITEMS, drawn_report
from tests.test_validators.test_copies import given_away, names_of, written
from validators.copies import compared, shareable
from validators.copies.cells import figures, rewritten, shown_figures
from validators.copies.strip import stripped
from validators.earlier import read_report
from validators.finding import HIDDEN
from validators.report import Report, report_schema
from validators.reports import REPORTS
from validators.rounding import rounded
from validators.synthetic import generate
from validators.validate import validate

SEEDS = range(60)


def drawn_pair(seed: int) -> tuple[Report, Report]:
    """An earlier report and this one, in which some parts are the same."""
    draw = Random(seed)
    names = [*ITEMS, *(code for code, _, _ in CHARACTERISTICS), "ethnicity", "linkage"]
    return drawn_report(seed), drawn_report(seed, draw.sample(names, draw.randint(1, 4)))


def rounded_anew(report: Report, copy: Report) -> dict[str, Any]:
    """The copy as if it kept no figure of an earlier one: it tells more."""
    exactly = dict(figures(stripped(report)))
    bare = copy.model_copy(update={"since": None})
    return written(rewritten(bare, lambda path, count: rounded(exactly.get(path, count))))


def hidden_in(copy: Report) -> set[tuple[str, ...]]:
    return {path for path, value in shown_figures(copy.model_copy(update={"since": None})) if value == HIDDEN}


@pytest.mark.parametrize("seed", SEEDS)
def test_two_copies_give_no_more_away_than_one(seed: int) -> None:
    """The attacker holds both copies, and knows which figures have not changed."""
    before, now = drawn_pair(seed)
    attacker = Attacker()
    attacker.read(written(shareable(before)), "before ")
    attacker.read(rounded_anew(now, shareable(now, before)), "now ")
    was, is_ = names_of(before), names_of(now)
    attacker.sums += [([f"before {name}"], [f"now {name}"]) for name in was if was[name] == is_.get(name)]
    assert given_away(attacker, names_of(before, "before ") | names_of(now, "now ")) == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", ["owner", "shareable"])
def test_a_copy_with_an_earlier_report_tells_nothing_to_those_who_hold_one_without(seed: int, kind: str) -> None:
    """All that the copy without it hides, the copy with it hides too; the attacker holds both."""
    before, now = drawn_pair(seed)
    alone, beside = shareable(now), shareable(now, before if kind == "owner" else shareable(before))
    assert hidden_in(alone) <= hidden_in(beside)
    attacker = Attacker()
    attacker.read(written(alone))
    attacker.read(rounded_anew(now, beside))
    assert given_away(attacker, names_of(now)) == []


def test_two_copies_of_a_checked_file_tell_no_more_than_one(tmp_path: Path) -> None:
    """One made with an earlier report, which it is compared with in a chain, and one without."""
    before, now = checked(tmp_path / "before", 40), checked(tmp_path / "now", 52)
    report = compared(now, before)
    alone, beside = shareable(now), shareable(report, before)
    assert hidden_in(alone) <= hidden_in(beside)
    attacker = Attacker()
    attacker.read(written(alone), drawn=False)
    attacker.read(rounded_anew(now, beside), drawn=False)
    assert given_away(attacker, names_of(now)) == []
    exactly = dict(figures(stripped(now)))
    shown = {path: value for path, value in shown_figures(beside) if path in exactly and isinstance(value, int)}
    assert all(abs(value - exactly[path]) <= 7 for path, value in shown.items())
    assert any(value != rounded(exactly[path]) for path, value in shown.items())
    for name, copy in (("owner", report), ("shareable", beside)):
        (tmp_path / name).write_bytes(REPORTS["json"](copy))
        assert read_report(tmp_path / name) == copy
        Draft202012Validator(report_schema()).validate(json.loads((tmp_path / name).read_text()))
    assert shareable(read_report(tmp_path / "owner")) == beside.model_copy(update={"since": None})


def checked(folder: Path, persons: int) -> Report:
    generate(folder, persons=persons, seed=1, faults={"PMD00111": 0.1, "PMD00303": 0.05})
    return validate(folder, today=date(2026, 5, 10))
