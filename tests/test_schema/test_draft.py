"""What is new since a release is in a draft of the next one: read, tried on files, in force for no period."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from schema import release
from schema.dataset import FOLDER, check_dataset, load_dataset, version_before
from schema.expression import FUNCTIONS, OF_PERSONS, SINCE
from schema.release_info import ReleaseError, ReleaseInfo
from schema.rule import RuleError, read_rule

NEW = {"PMD00126", "PMD00128"}
DRAFT = release.load("1.1.0")


@pytest.mark.parametrize("day", [date(2026, 4, 1), date(2027, 4, 1), date(2040, 1, 1)])
def test_a_draft_is_in_force_for_no_period(day: date) -> None:
    assert DRAFT.info.status == "draft"
    assert release.release_for(day).version == "1.0.0"
    assert release.newest().version == "1.0.0"


def test_nobody_is_told_the_days_of_a_draft_as_if_it_applied() -> None:
    with pytest.raises(ReleaseError) as told:
        release.release_for("2020-01")
    assert "1.1.0" not in str(told.value)


def test_it_holds_the_release_before_it_and_what_is_new() -> None:
    published = {rule.id: rule for rule in release.load("1.0.0").rules}
    draft = {rule.id: rule for rule in DRAFT.rules}
    assert draft.keys() - published.keys() == NEW
    assert {rule_id: draft[rule_id] for rule_id in published} == published
    assert DRAFT.dataset.tables == release.load("1.0.0").dataset.tables


def test_what_is_new_is_said_in_its_changes() -> None:
    said = DRAFT.json("changes.json")
    assert said["since"] == version_before("1.1.0") == "1.0.0"
    assert [(change["rule_id"], change["change"], change["class"]) for change in said["changes"]] == [
        (rule_id, "added", "tightening") for rule_id in sorted(NEW)
    ]
    assert release.load("1.0.0").json("changes.json") == {"release": "1.0.0", "since": None, "changes": []}


def test_functions_that_came_later_are_asked_by_later_rules_alone() -> None:
    asked = {
        function
        for rule in release.load("1.0.0").rules
        for condition in rule.conditions()
        for function in condition.functions()
    }
    assert not asked & SINCE.keys()
    assert SINCE.keys() <= FUNCTIONS.keys()
    assert OF_PERSONS.keys() <= FUNCTIONS.keys()


def _with(**changes: Any) -> None:
    """Load the data set with a changed PMD00128."""
    given = tomllib.loads((FOLDER / "rules/person/PMD00128.toml").read_text("utf-8"))
    rule = read_rule(given | changes, None)
    others = (known for known in load_dataset("1.1.0").rules if known.id != rule.id)
    check_dataset(replace(load_dataset("1.1.0"), rules=(*others, rule)))


def test_a_rule_cannot_ask_a_function_that_came_after_it() -> None:
    _with()
    with pytest.raises(RuleError, match=r"PMD00128 is of 1\.0\.0 and asks .*, which came with 1\.1\.0"):
        _with(since="1.0.0")


@pytest.mark.parametrize(
    "changes",
    [
        {"require": "imd_decile = imd_decile_of(lsoa_code, '2025')"},
        {"require": "imd_decile = imd_decile_of(imd_version, lsoa_code)"},
        {"action": "field"},
        {"stage": "value"},
        {"cause": [{"kind": "any", "when": "imd_decile_of('E01000001', imd_version) = 1"}]},
    ],
)
def test_what_engines_join_is_asked_of_the_items_that_they_join_by(changes: dict[str, Any]) -> None:
    with pytest.raises(RuleError, match=r"imd_decile_of is asked of \(lsoa_code, imd_version\) alone"):
        _with(**changes)


def test_what_is_published_says_since_when() -> None:
    about = DRAFT.info.to_dict()
    assert about["published_on"] is None
    with pytest.raises(ReleaseError, match=r"1\.1\.0 is published: say in published_on"):
        ReleaseInfo.from_dict(about | {"status": "published"})
