"""The report as JUnit XML, in the shape that Jenkins, GitLab and Azure read."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from tests.test_validators.sample_report import clean_report, findings, full_report, parts, sample_report
from validators.report import Report, RuleOutcome
from validators.reports import REPORTS

#: what each element may have, as in the schema that the Jenkins plug-in publishes: attributes asked for, attributes
#: allowed, elements within
SHAPE: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, {"name", "value"}, set()),
    "testcase": (
        {"name", "classname"},
        {"name", "classname", "time", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "skipped": (set(), {"message"}, set()),
    "error": (set(), {"message", "type"}, set()),
    "failure": (set(), {"message", "type"}, set()),
    "system-out": (set(), set(), set()),
}
BROKE_DOWN = RuleOutcome(
    rule_id="PMD00105", title="x", table="person", severity="error", outcome="error", reason="Out of memory."
)


def tree(report: Report) -> ET.Element:
    return ET.fromstring(REPORTS["junit"](report))


def cases(report: Report) -> dict[str, ET.Element]:
    return {case.attrib["name"].partition(":")[0]: case for case in tree(report).iter("testcase")}


@pytest.mark.parametrize(
    "report",
    [sample_report(), clean_report(), full_report(), sample_report(rules=[BROKE_DOWN], findings=[])],
    ids=["sample", "clean", "full", "broke down"],
)
def test_it_has_the_shape_that_common_readers_take(report: Report) -> None:
    root = tree(report)
    for element in root.iter():
        asked, allowed, within = SHAPE[element.tag]
        assert asked <= set(element.attrib) <= allowed, element.tag
        assert {child.tag for child in element} <= within, element.tag
    suite = root[0]
    assert [child.tag for child in suite][:1] == ["properties"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
    counted = {
        name: len(root.findall(f".//{tag}"))
        for name, tag in {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}.items()
    }
    assert {name: int(suite.attrib[name]) for name in counted} == counted
    assert all(root.attrib[name] == suite.attrib[name] for name in ("tests", "failures", "errors"))


def test_there_is_one_case_for_each_rule() -> None:
    report = sample_report()
    assert list(cases(report)) == [rule.rule_id for rule in report.rules]


def test_errors_fail_and_what_is_no_error_passes_and_says_so() -> None:
    made = cases(sample_report())
    for finding in findings():
        case = made[finding.rule_id]
        assert (case.find("failure") is not None) == (finding.severity == "error"), finding.rule_id
        told = case.findtext("failure") or case.findtext("system-out") or ""
        assert f"Finding: {finding.fingerprint} ({finding.severity})" in told
    failure = made["PMD001.birth_date.format"].find("failure")
    assert failure is not None
    assert failure.attrib["message"].startswith("Person birth date is not a day written as YYYY-MM-DD. ")
    assert "Expected: YYYY-MM-DD" in (failure.text or "")


def test_what_was_not_assessed_is_skipped_with_its_reason() -> None:
    made = cases(sample_report())
    for rule in parts()["rules"]:
        skipped = made[rule.rule_id].find("skipped")
        assert (skipped is not None) == (rule.outcome == "not_assessed")
        assert skipped is None or skipped.attrib["message"] == rule.reason


def test_a_failure_of_the_validator_is_an_error() -> None:
    error = cases(sample_report(rules=[BROKE_DOWN], findings=[]))["PMD00105"].find("error")
    assert error is not None
    assert error.attrib["message"] == "Out of memory."


def test_no_finding_is_lost_where_its_rule_has_no_outcome() -> None:
    made = cases(sample_report(rules=[]))
    assert set(made) == {finding.rule_id for finding in findings()}
    assert tree(sample_report(rules=[])).attrib["failures"] == "4"
