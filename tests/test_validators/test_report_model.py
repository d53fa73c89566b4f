"""The report as an object: its keys, its JSON Schema, its verdict, and what it refuses to hold."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from schema.rule import ACTIONS, MENDS
from tests.test_validators.sample_report import (
    PERSONS,
    clean_report,
    findings,
    full_report,
    parts,
    sample_report,
)
from tests.test_validators.sample_rules import RULES
from validators.finding import Cause, Finding, Sample, Shape, finding_of, fingerprint, rate_of, sample_of
from validators.measured import DataItemMeasure, PlusMeasure
from validators.mend_first import ACTION_WEIGHT, RESTRICTED, mend_first
from validators.report import REPORT_SCHEMA, Report, RuleOutcome, build_report, report_schema
from validators.reports import REPORTS, words
from validators.verdict import verdict_of, verdict_sentence

#: the keys that programs outside may rely on, as the public contract lists them
STABLE = {
    "": "report_schema report_id created_at today software_version engine release purpose verdict submission counts "
    "tables findings rules data_items plus equality access linkage reference_data not_assessed",
    "EngineInfo": "name version",
    "SubmissionInfo": "provider period_start period_end files",
    "FileInfo": "table name format rows bytes sha256",
    "Counts": "error warning info",
    "TableCount": "table rows rejected_rows",
    "Finding": "fingerprint rule_id title severity action table data_items source_columns message fix cause "
    "assessed_rows failed_rows rate samples more",
    "SourceColumn": "data_item filled_with file column steps",
    "SourceRow": "file row columns",
    "Cause": "kind received expected suggestion",
    "Sample": "row line key source",
    "RuleOutcome": "rule_id table severity outcome reason assessed_rows failed_rows",
    "DataItemMeasure": "table data_item rows missing invalid valid not_known declined asked_unsure known_rate "
    "declined_rate item_score",
    "PlusMeasure": "characteristic eligible yes no unsure declined not_known not_recorded asked known_rate asked_rate "
    "declined_rate",
    "ReferenceData": "name version loaded",
    "NotAssessed": "rule_id reason",
}


def _objects() -> dict[str, dict[str, Any]]:
    schema = report_schema()
    return {"": schema} | schema["$defs"]


@pytest.mark.parametrize("name", STABLE)
def test_every_stable_key_is_always_there(name: str) -> None:
    assert set(STABLE[name].split()) <= set(_objects()[name]["required"])


def test_the_schema_is_a_json_schema_with_its_own_name() -> None:
    schema = report_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:plus-mds:report:{REPORT_SCHEMA}"
    assert schema["properties"]["report_schema"]["const"] == REPORT_SCHEMA


def test_every_object_is_closed_and_every_key_is_described() -> None:
    for name, described in _objects().items():
        assert described["additionalProperties"] is False, name
        assert described["description"], name
        for key, value in described["properties"].items():
            assert value.get("description") or "$ref" in value, f"{name}.{key} needs a description in its model"


def test_a_report_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        sample_report().verdict = "accepted"


@pytest.mark.parametrize(
    ("kept", "accepted", "verdict"),
    [
        ([], 10, "accepted"),
        ([], None, "accepted"),
        ([], 0, "rejected"),
        (["info"], 10, "accepted"),
        (["warning"], 10, "accepted_with_findings"),
        (["error", "info"], None, "accepted_with_findings"),
        (["error"], 0, "rejected"),
    ],
)
def test_the_verdict(kept: list[str], accepted: int | None, verdict: str) -> None:
    found = [finding for finding in findings() if finding.severity in kept]
    assert verdict_of(found, accepted) == verdict


def test_a_finding_of_action_file_rejects() -> None:
    found = findings()[0].model_copy(update={"action": "file"})
    report = sample_report(findings=[found, *findings()])
    assert report.verdict == "rejected"
    assert report.verdict_sentence.startswith("Rejected: the whole file is refused")
    assert report.mend_first[0].fingerprint == found.fingerprint


def test_verdict_sentences_read_well() -> None:
    assert sample_report().verdict_sentence == (
        "Accepted with findings: 4,996 of 5,000 person rows can be used; 5 errors and 3 warnings were found."
    )
    assert clean_report().verdict_sentence == "Accepted: no error and no warning in 12 rules checked."
    unknown = verdict_sentence([], accepted_persons=9, persons=9, rules_checked=1, rules_not_checked=5)
    assert unknown == "Accepted: no error and no warning in 1 rule checked; 5 rules could not be checked."
    nothing = verdict_sentence([], accepted_persons=None, persons=None, rules_checked=0, rules_not_checked=177)
    assert "no rule could be checked" in nothing
    one = verdict_sentence(
        findings()[:1], accepted_persons=PERSONS, persons=PERSONS, rules_checked=9, rules_not_checked=0
    )
    assert one == "Accepted with findings: all 5,000 person rows can be used; 1 error was found."


def test_the_sentence_does_not_speak_of_the_way_in() -> None:
    check, submission = sample_report(purpose="check"), sample_report(purpose="submission")
    assert check.model_copy(update={"purpose": "submission"}) == submission


def test_what_is_mended_first() -> None:
    report = sample_report()
    ranked = mend_first(findings(), report.data_items, report.tables)
    assert [first.rule_id for first in ranked] == [
        "PMD00319",
        "PMD001.birth_date.format",
        "PMD001.preferred_language.missing",
    ]
    assert ranked == report.mend_first
    assert ranked[1].reason == (
        "2,140 of 5,000 rows (42.8%), in 2 ways: Birth date is treated as missing, and measures cannot place these "
        "people in a group by it."
    )
    assert ranked[0].reason == RESTRICTED
    assert not any(character.isdigit() for character in ranked[0].reason)


def test_nothing_to_mend_is_not_ranked() -> None:
    assert mend_first([finding for finding in findings() if finding.severity == "info"]) == ()
    assert mend_first([finding.model_copy(update={"mend": "nobody"}) for finding in findings()]) == ()


def test_every_action_and_mender_has_its_words() -> None:
    assert list(words.ACTION) == list(ACTIONS) == list(ACTION_WEIGHT)
    assert list(words.WHO) == list(MENDS)


def test_a_hidden_count_hides_every_figure() -> None:
    restricted = next(finding for finding in findings() if finding.rule_id == "PMD00319")
    hidden = (restricted.failed_rows, restricted.assessed_rows, restricted.rate, restricted.more)
    assert hidden == (None, None, None, None)
    assert restricted.samples == restricted.cause.shapes == ()


@pytest.mark.parametrize(
    "told",
    [
        {"assessed_rows": 21500},
        {"rate": 0.1},
        {"more": 3},
        {"samples": (Sample(row=4),)},
        {"cause": Cause(kind="x", shapes=(Shape(shape="AA", rows=3),))},
    ],
)
def test_a_finding_without_a_count_refuses_any_figure(told: dict[str, Any]) -> None:
    restricted = next(finding for finding in findings() if finding.rule_id == "PMD00319")
    with pytest.raises(ValidationError, match="without a count"):
        Finding(**(dict(restricted) | told))


@pytest.mark.parametrize(("reveal", "keys"), [("none", []), ("keys", ["ids"]), ("values", ["ids", "values"])])
def test_identifiers_and_values_are_there_on_request_only(reveal: str, keys: list[str]) -> None:
    report = sample_report(reveal=reveal)
    samples = [sample for finding in report.model_dump(mode="json")["findings"] for sample in finding["samples"]]
    assert samples
    assert all(list(sample) == ["row", "line", "key", "source", *keys] for sample in samples)
    made = sample_of(1, ids={"local_patient_id": "LP1"}, values={"birth_date": "9/3/84"}, reveal=reveal)  # type: ignore[arg-type]
    assert [name for name in ("ids", "values") if getattr(made, name) is not None] == keys


def test_a_fingerprint_says_rule_cause_and_items_alone() -> None:
    one, same = (
        finding_of(RULES[0], Cause(kind="day_first"), assessed=assessed, failed=failed)
        for assessed, failed in ((10, 4), (9000, 1))
    )
    other = finding_of(RULES[0], Cause(kind="no_such_day"), assessed=10, failed=4)
    assert one.fingerprint == same.fingerprint == fingerprint("PMD001.birth_date.format", "day_first", ("birth_date",))
    assert one.fingerprint != other.fingerprint
    assert fingerprint("a", "b", ("c", "d")) != fingerprint("a", "b", ("c\x1fd", ""))


def test_more_counts_the_rows_not_shown() -> None:
    first = findings()[0]
    assert (first.failed_rows, len(first.samples), first.more) == (2128, 3, 2125)


@pytest.mark.parametrize(("part", "whole", "rate"), [(1, 3, 0.333333), (0, 3, 0.0), (1, 0, None), (None, 3, None)])
def test_a_rate_of_nothing_is_no_rate(part: int | None, whole: int, rate: float | None) -> None:
    assert rate_of(part, whole) == rate


def test_outcomes_that_do_not_add_up_are_refused() -> None:
    six = {"missing": 1, "invalid": 0, "valid": 2, "not_known": 0, "declined": 0, "asked_unsure": 0}
    named = {"table": "person", "data_item": "postcode", "title": "Postcode", "mandation": "R", "group": "other"}
    assert DataItemMeasure(**named, rows=3, **six).known_rate is None
    with pytest.raises(ValidationError, match="add up to 3, not to 4"):
        DataItemMeasure(**named, rows=4, **six)
    with pytest.raises(ValidationError, match="add up to 1, not to 2"):
        PlusMeasure(
            characteristic="GRT", title="", eligible=2, yes=1, no=0, unsure=0, declined=0, not_known=0, not_recorded=0
        )


def test_a_hidden_count_is_a_star_in_every_form() -> None:
    six = {"missing": "*", "invalid": 0, "valid": "*", "not_known": 0, "declined": 0, "asked_unsure": 0}
    named = {"table": "person", "data_item": "postcode", "title": "Postcode", "mandation": "R", "group": "other"}
    item = DataItemMeasure(**named, rows=100, **six)
    found = findings()[0].model_copy(update={"failed_rows": "*", "rate": None, "samples": (), "more": None})
    report = sample_report(findings=[found], data_items=[item])
    Draft202012Validator(report_schema()).validate(json.loads(REPORTS["json"](report)))
    assert words.extent(found) == "* of 4,946"
    assert report.mend_first[0].reason.startswith("Some rows (the number is not given")
    text = REPORTS["text"](report).decode()
    assert "(100 rows)" in text
    assert re.search(r"Postcode +– +0 +0 +0 +\* +0 +–\n", text)
    page = REPORTS["html"](report).decode()
    assert "<dd>* of 4,946</dd>" in page
    assert "<td>*</td>" in page


def test_rounded_figures_may_miss_their_sum_by_their_rounding() -> None:
    six = {"missing": 10, "invalid": 0, "valid": 85, "not_known": 0, "declined": 0, "asked_unsure": 0}
    named = {"table": "person", "data_item": "postcode", "title": "Postcode", "mandation": "R", "group": "other"}
    assert DataItemMeasure(**named, rows=100, **six).rows == 100
    with pytest.raises(ValidationError, match="add up to 95, not to 105"):
        DataItemMeasure(**named, rows=105, **six)


def test_findings_and_rules_stand_in_one_order_however_they_come() -> None:
    given = parts()
    turned = given | {"findings": given["findings"][::-1], "rules": given["rules"][::-1]}
    assert build_report(**given) == build_report(**turned)


def test_counts_and_what_was_not_assessed_follow_from_the_parts() -> None:
    report = sample_report()
    assert dict(report.counts) == {"error": 5, "warning": 3, "info": 1, "accepted": 0, "accepted_warnings": 0}
    assert [rule.rule_id for rule in report.not_assessed] == [
        rule.rule_id for rule in report.rules if rule.outcome == "not_assessed"
    ]
    silent = RuleOutcome(rule_id="X", title="", table="person", severity="info", outcome="not_assessed")
    assert sample_report(rules=[silent]).not_assessed[0].reason


def test_a_large_report_is_made_quickly() -> None:
    given = full_report(300, 1).model_dump()

    def seconds() -> float:
        start = time.process_time()
        Report.model_validate(given)
        return time.process_time() - start

    assert min(seconds() for _ in range(5)) < 0.03
