"""The report as annotations of a build on GitHub: a line a finding, which the build shows beside the file.

A build shows ten annotations of each kind and step, so what loses most comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.reports import story, words
from validators.reports.plain import plain
from validators.reports.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schema.rule import Severity
    from validators.finding import Finding
    from validators.report import Report
    from validators.reports import Look

_COMMAND: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}
_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = _IN_MESSAGE | {":": "%3A", ",": "%2C"}


def write(report: Report, look: Look) -> bytes:  # noqa: ARG001 - every form is called alike
    """The annotations in UTF-8: the verdict, then every finding, then what was not checked."""
    return "".join(f"{line}\n" for line in _lines(report)).encode()


def _lines(report: Report) -> Iterator[str]:
    verdict = f"{report.verdict_sentence} {words.draft(report)}".rstrip()
    yield annotation("notice", verdict, {"title": f"PLUS-MDS {report.verdict}"})
    for finding in story.in_order(report):
        yield _finding(report, finding)
    for rule in story.broke_down(report):
        told = f"The validator itself failed on {rule.rule_id}. That is no fault of the file. {rule.reason or ''}"
        yield annotation("error", told, {"title": rule.title})
    for group in story.unchecked(report):
        ids = ", ".join(rule.rule_id for rule in group.rules)
        yield annotation("notice", f"{group.reason} {ids}", {"title": "Not checked"})


def _finding(report: Report, finding: Finding) -> str:
    mends = finding.fix if finding.fix != finding.cause.suggestion else ""
    told = [*sentences(finding), f"Mend: {mends}" if mends else ""]
    file = next((story.build_file(each) for each in report.submission.files if each.table == finding.table), None)
    line = story.heading_line(report, finding)
    properties = ({"file": file} if file else {}) | ({"line": f"{line}"} if line else {})
    title = f"{finding.rule_id} {finding.title} ({finding.fingerprint})"
    return annotation(_COMMAND[finding.severity], " ".join(told).strip(), properties | {"title": title})


def annotation(command: str, message: str, properties: Mapping[str, str]) -> str:
    """One annotation, with everything escaped that would end it or begin another."""
    named = ",".join(f"{name}={escaped(plain(value), _IN_PROPERTY)}" for name, value in properties.items())
    return f"::{command} {named}::{escaped(plain(message, 2000), _IN_MESSAGE)}"


def escaped(text: str, escapes: Mapping[str, str]) -> str:
    """The text with each of the characters replaced."""
    return text.translate(str.maketrans(dict(escapes)))
