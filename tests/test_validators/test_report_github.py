"""The report as annotations of a build."""

from __future__ import annotations

import re

import pytest

from tests.test_validators.sample_report import clean_report, findings, parts, sample_report
from validators.copies import shareable
from validators.report import Report, RuleOutcome
from validators.reports import REPORTS
from validators.reports.github import annotation

_PROPERTY = r"[a-z]+=[^,:\r\n]*"
LINE = re.compile(
    rf"::(?P<command>error|warning|notice) (?P<properties>{_PROPERTY}(?:,{_PROPERTY})*)::(?P<message>[^\r\n]*)"
)


def annotations(written: bytes) -> list[dict[str, str]]:
    """What a build makes of every line."""
    read = []
    for line in written.decode().split("\n")[:-1]:
        found = LINE.fullmatch(line)
        assert found, line
        properties = dict(part.split("=", 1) for part in found["properties"].split(","))
        shown = {name: _unescaped(value) for name, value in properties.items()}
        read.append({"command": found["command"], "message": _unescaped(found["message"])} | shown)
    return read


def annotated(report: Report) -> list[dict[str, str]]:
    """The annotations of a report."""
    return annotations(REPORTS["github"](report))


def _unescaped(text: str) -> str:
    return re.sub("%([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), text)


def test_every_finding_is_an_annotation_of_its_kind_beside_its_file() -> None:
    read = annotated(sample_report())
    kinds = {"error": "error", "warning": "warning", "info": "notice"}
    for finding in findings():
        line = next(each for each in read if finding.fingerprint in each["title"])
        assert line["command"] == kinds[finding.severity]
        assert line["message"].startswith(finding.message)
        assert finding.rule_id in line["title"]
        assert line.get("file") == (None if finding.table == "dataset" else f"{finding.table}.csv")


def test_the_verdict_comes_first_and_what_was_not_checked_last() -> None:
    report = sample_report()
    first, *_, last = annotated(report)
    assert first == {
        "command": "notice", "title": "PLUS-MDS accepted_with_findings", "message": shareable(report).verdict_sentence
    }  # fmt: skip
    assert last["title"] == "Not checked"
    unchecked = [line for line in annotated(report) if line["title"] == "Not checked"]
    assert any("PMD00121, PMD00136" in line["message"] for line in unchecked)
    assert [line["command"] for line in annotated(clean_report())] == ["notice"]


def test_a_failure_of_the_validator_is_an_error() -> None:
    broken = RuleOutcome(rule_id="PMD00105", title="x", table="person", severity="error", outcome="error")
    read = annotated(sample_report(rules=[broken, *parts()["rules"]]))
    assert any(line["command"] == "error" and "PMD00105" in line["message"] for line in read if line["title"] == "x")


@pytest.mark.parametrize("text", ["a%b", "50%25", "a: b, c", "::error::x", "a\r\n::error file=x::y", "100%0Ax"])
def test_nothing_ends_an_annotation_or_begins_another(text: str) -> None:
    line = annotation("notice", text, {"title": text, "file": text})
    found = LINE.fullmatch(line)
    assert found
    shown = re.sub(r"\s+", " ", text)
    assert _unescaped(found["message"]) == shown
    assert _unescaped(found["properties"]) == f"title={shown},file={shown}"
