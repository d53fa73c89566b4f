"""The report as JUnit XML, for a supplier's build: one test case a rule.

A rule that found errors fails. One that found warnings, or what is worth knowing, passes and says so in its output: a
build that is always red is not looked at. A rule that was not assessed is skipped with the reason, and never passes.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from schema.rule import SEVERITIES
from validators.reports import story, words
from validators.reports.plain import plain
from validators.reports.sentences import ended

if TYPE_CHECKING:
    from validators.finding import Finding
    from validators.report import Report, RuleOutcome
    from validators.reports import Look

VALIDATOR_FAILED = "The validator itself failed on this rule. That is no fault of the file."


def write(report: Report, look: Look) -> bytes:  # noqa: ARG001 - every form is called alike
    """The test cases in UTF-8, in the order of the rules' ids."""
    root = ET.Element("testsuites")
    suite = ET.SubElement(root, "testsuite")
    _add_properties(suite, report)
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        found[finding.rule_id].append(finding)
    for rule in report.rules:
        _add_case(suite, rule, found.pop(rule.rule_id, []))
    for rule_id, findings in found.items():  # no finding is lost for want of an outcome of its rule
        _add_broken(_case(suite, rule_id, findings[0].title, findings[0].table), findings)
    _count(root, suite, report)
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _add_properties(suite: ET.Element, report: Report) -> None:
    told = {
        "verdict": report.verdict,
        "verdict_sentence": report.verdict_sentence,
        "sent": story.who_and_when(report),
        "release": report.release,
        "release_status": report.release_status or "",
        "copy": report.copy_kind,
        "report_id": report.report_id,
        "software": f"PLUS-MDS {report.software_version}",
        **{f"findings.{severity}": str(getattr(report.counts, severity)) for severity in SEVERITIES},
    }
    properties = ET.SubElement(suite, "properties")
    for name, value in told.items():
        ET.SubElement(properties, "property", name=name, value=plain(value))


def _case(suite: ET.Element, rule_id: str, title: str, table: str) -> ET.Element:
    name = f"{plain(rule_id)}: {plain(title)}"
    return ET.SubElement(suite, "testcase", classname=f"plusmds.{plain(table)}", name=name, time="0")


def _add_case(suite: ET.Element, rule: RuleOutcome, findings: list[Finding]) -> None:
    case = _case(suite, rule.rule_id, rule.title, rule.table)
    if rule.outcome == "error":
        message = plain(rule.reason or VALIDATOR_FAILED)
        ET.SubElement(case, "error", type="validator", message=message).text = VALIDATOR_FAILED
    if rule.outcome == "not_assessed":
        ET.SubElement(case, "skipped", message=plain(rule.reason or "The reason was not given."))
    if findings:
        _add_broken(case, findings)


def _add_broken(case: ET.Element, findings: list[Finding]) -> None:
    first = findings[0]
    text = "\n\n".join(_told(finding) for finding in findings)
    if first.severity == "error":
        message = plain(f"{ended(first.message)} {'; '.join(words.extent(finding) for finding in findings)}")
        ET.SubElement(case, "failure", type=first.severity, message=message).text = text
    else:
        ET.SubElement(case, "system-out").text = text


def _told(finding: Finding) -> str:
    """A finding in lines, each with its name before it."""
    lines = (
        ("Finding", f"{finding.fingerprint} ({finding.severity})"),
        ("What", finding.message),
        (words.COUNTED[finding.counted], words.extent(finding)),
        ("Where", f"{words.table_title(finding.table)}: {', '.join(finding.data_items)}"),
        ("Received", words.received(finding)),
        ("Expected", finding.cause.expected),
        ("Try", words.to_try(finding)),
        ("Mend", finding.fix),
        ("Accepted until", f"{finding.accepted.until}" if finding.accepted else None),
    )
    return "\n".join(f"{name}: {plain(text)}" for name, text in lines if text)


def _count(root: ET.Element, suite: ET.Element, report: Report) -> None:
    paths = {"tests": "testcase", "failures": "testcase/failure", "errors": "testcase/error"}
    figures = {name: f"{len(suite.findall(path))}" for name, path in paths.items()}
    skipped = f"{len(suite.findall('testcase/skipped'))}"
    made = f"{report.created_at:%Y-%m-%dT%H:%M:%S}"
    root.attrib |= {"name": "PLUS-MDS", **figures, "time": "0"}
    name = f"PLUS-MDS {plain(report.release)}"
    suite.attrib |= {"name": name, **figures, "skipped": skipped, "time": "0", "timestamp": made}
