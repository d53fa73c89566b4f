"""The report as SARIF 2.1.0, for tools that show and compare the results of checks.

Every rule of the release is described; every finding is a result with a fingerprint that stays the same from file to
file. A rule that was not assessed is a notification of the run: its silence is no pass.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from validators.finding import exact
from validators.reports import story, words
from validators.reports.json import escape_hiding
from validators.reports.links import linked
from validators.reports.plain import plain
from validators.reports.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schema.rule import Severity
    from validators.finding import Finding
    from validators.report import FileInfo, Report, RuleOutcome
    from validators.reports import Look

    Object = dict[str, Any]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "plusmdsFinding/v1"

_LEVEL: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
#: what SARIF would read as a place to fill in, or as a link
_IN_MESSAGE = str.maketrans({"{": "{{", "}": "}}", "[": "\\[", "]": "\\]", "\\": "\\\\"})


def write(report: Report, look: Look) -> bytes:
    """The log in UTF-8, with one run."""
    described = _described(report, look)
    run = {
        "tool": {"driver": _driver(report, list(described.values()))},
        "invocations": [_invocation(report)],
        "artifacts": _artifacts(report),
        "results": [_result(report, finding, list(described)) for finding in story.in_order(report)],
        "columnKind": "unicodeCodePoints",
        "properties": _told(report),
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return (escape_hiding(json.dumps(log, ensure_ascii=False, indent=2, allow_nan=False)) + "\n").encode()


def _driver(report: Report, rules: Sequence[Object]) -> Object:
    return {
        "name": "PLUS-MDS",
        "version": report.software_version,
        "fullName": f"PLUS-MDS {report.software_version}, release {words.release(report)}",
        "shortDescription": {"text": words.PROPOSED},
        "rules": list(rules),
    }


def _described(report: Report, look: Look) -> dict[str, Object]:
    """Each rule by id, with the words of its first finding where there is one."""
    found = {finding.rule_id: finding for finding in reversed(report.findings)}
    described = {rule.rule_id: _rule(rule.rule_id, rule.title, rule.severity) for rule in report.rules}
    for rule_id, finding in found.items():
        plain_rule = described.get(rule_id) or _rule(rule_id, finding.title, finding.severity)
        described[rule_id] = plain_rule | _help(finding, look)
    return described


def _rule(rule_id: str, title: str, severity: Severity) -> Object:
    return {
        "id": plain(rule_id),
        "shortDescription": {"text": plain(title)},
        "help": {"text": plain(title)},
        "defaultConfiguration": {"level": _LEVEL[severity]},
    }


def _help(finding: Finding, look: Look) -> Object:
    who = words.sentence(words.WHO[finding.mend]) if finding.mend else None
    advice = (finding.message, finding.why, finding.fix, who)
    told: Object = {
        "fullDescription": {"text": plain(finding.message)},
        "help": {"text": "\n".join(plain(text) for text in advice if text)},
        "properties": {"table": finding.table, "action": finding.action, "mend": finding.mend},
    }
    address = linked(finding, look)
    if address and address.startswith("http"):  # SARIF takes no relative address here
        told["helpUri"] = address
    return told


def _result(report: Report, finding: Finding, rules: Sequence[str]) -> Object:
    result: Object = {
        "ruleId": plain(finding.rule_id),
        "ruleIndex": rules.index(finding.rule_id),
        "level": _LEVEL[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(report, finding)],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": _figures(finding),
    }
    if exact(finding.failed_rows):
        result["occurrenceCount"] = finding.failed_rows
    if finding.accepted:
        until = f"Accepted by the owner of the data until {finding.accepted.until}."
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": until}]
    return result


def _message(finding: Finding) -> str:
    return " ".join(plain(text) for text in sentences(finding)).translate(_IN_MESSAGE)


def _figures(finding: Finding) -> Object:
    return {
        "failed_rows": finding.failed_rows,
        "assessed_rows": finding.assessed_rows,
        "rate": finding.rate,
        "counted": finding.counted,
        "cause": finding.cause.kind,
        "data_items": list(finding.data_items),
    }


def _location(report: Report, finding: Finding) -> Object:
    named = ".".join(plain(part) for part in (finding.table, *finding.data_items[:1]))
    location: Object = {"logicalLocations": [{"fullyQualifiedName": named, "kind": "member"}]}
    file = next((file for file in report.submission.files if file.table == finding.table), None)
    if file is not None:
        index = _artifacts(report).index(_artifact(file))
        physical: Object = {"artifactLocation": {"uri": _uri(story.build_file(file)), "index": index}}
        line = story.heading_line(report, finding)
        location["physicalLocation"] = physical | ({"region": {"startLine": line}} if line else {})
    return location


def _uri(name: str) -> str:
    """A file's name as a relative address, in which nothing leads out of the folder."""
    return quote(plain(name), safe="")


def _artifacts(report: Report) -> list[Object]:
    """The files, each once: in a shareable copy two may be told alike."""
    told = [_artifact(file) for file in report.submission.files]
    return [artifact for place, artifact in enumerate(told) if artifact not in told[:place]]


def _artifact(file: FileInfo) -> Object:
    artifact: Object = {"location": {"uri": _uri(story.build_file(file))}, "roles": ["analysisTarget"]}
    if file.bytes is not None:
        artifact["length"] = file.bytes
    if file.sha256:
        artifact["hashes"] = {"sha-256": file.sha256}
    return artifact


def _invocation(report: Report) -> Object:
    broken = story.broke_down(report)
    unchecked = [rule for group in story.unchecked(report) for rule in group.rules]
    return {
        "executionSuccessful": not broken,
        "endTimeUtc": f"{report.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "toolExecutionNotifications": [
            *_notifications(broken, "error", "The validator itself failed on this rule."),
            *_notifications(unchecked, "note", "Not assessed."),
        ],
    }


def _notifications(rules: Iterable[RuleOutcome], level: str, said: str) -> Iterator[Object]:
    for rule in rules:
        text = plain(f"{said} {rule.reason or ''}").translate(_IN_MESSAGE)
        yield {"level": level, "message": {"text": text}, "associatedRule": {"id": plain(rule.rule_id)}}


def _told(report: Report) -> Object:
    return {
        "verdict": report.verdict,
        "verdict_sentence": report.verdict_sentence,
        "counts": report.counts.model_dump(mode="json"),
        "copy": report.copy_kind,
        "release": report.release,
        "release_status": report.release_status,
        "report_id": report.report_id,
        "sent": story.who_and_when(report),
    }
