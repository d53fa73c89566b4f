"""Reads each form of a report back into the figures that all of them tell, each by a parser of its own."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO, StringIO
from xml.etree import ElementTree as ET

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from tests.test_validators.test_report_github import annotations
from validators.reports import words
from validators.reports.sarif import FINGERPRINT

SEVERITY = {words.sentence(word): severity for severity, word in words.SEVERITY.items()}
VERDICT = {word: verdict for verdict, word in words.VERDICT.items()}
NOT_GIVEN = None

Count = int | str | None


@dataclass(frozen=True)
class Told:
    """What a form tells: the verdict, findings by severity, and for each rule the rows of its findings.

    A count is a number, "*" where it is hidden, None where it is not given at all. `verdict` is None where a form has
    no place for it.
    """

    verdict: str | None
    counts: dict[str, int]
    failed: dict[str, list[Count]]


def told(verdict: str | None, found: Iterable[tuple[str, str, Count]]) -> Told:
    """From findings as (severity, rule, count)."""
    counts = dict.fromkeys(words.SEVERITY, 0)
    failed: dict[str, list[Count]] = defaultdict(list)
    for severity, rule, count in found:
        counts[severity] += 1
        failed[rule].append(count)
    return Told(verdict, counts, {rule: sorted(each, key=str) for rule, each in failed.items()})


def count_of(text: str) -> Count:
    """The count at the start of what a form for people says of a finding."""
    if text.startswith(words.HIDDEN_COUNT) or text == words.NONE_GIVEN or text == "":
        return NOT_GIVEN
    shown = re.match(r"\*|[0-9][0-9,]*", text)
    assert shown, text
    return "*" if shown[0] == "*" else int(shown[0].replace(",", ""))


def read_json(written: bytes) -> Told:
    report = json.loads(written)
    read = told(report["verdict"], ((f["severity"], f["rule_id"], f["failed_rows"]) for f in report["findings"]))
    assert {name: report["counts"][name] for name in words.SEVERITY} == read.counts
    return read


def read_text(written: bytes) -> Told:
    """From the lines of the page: a rule begins with its severity in brackets, a finding with Rows or Persons."""
    lines = _unwrapped(written.decode())
    verdict = next(VERDICT[word] for word in sorted(VERDICT, key=len, reverse=True) if lines[0].startswith(word))
    found, severity, rule = [], "", ""
    for line in lines:
        if head := re.fullmatch(r"\[([a-z ]+)\] .*\((\S+)\)", line):
            severity, rule = SEVERITY[words.sentence(head[1])], head[2]
        elif count := re.match(r"  (?:Rows|Persons)\s+(.*)", line):
            found.append((severity, rule, count_of(count[1])))
    read = told(verdict, found)
    for severity, heading in words.SEVERITIES.items():
        shown = re.search(rf"^{heading}\s+(\S+)", written.decode(), re.MULTILINE)
        assert shown
        assert shown[1] in (str(read.counts[severity]), "?"), heading
    return read


def _unwrapped(text: str) -> list[str]:
    """Lines, each with those that go on from it: a heading of a finding may take two."""
    joined: list[str] = []
    for line in text.splitlines():
        if joined and joined[-1].startswith("[") and not re.search(r"\(PMD\S+\)$", joined[-1]):
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line)
    return joined


class _Page(HTMLParser):
    """The articles of the page: severity and rule of each, and what stands behind Rows and Persons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, Count]] = []
        self.title = ""
        self._article = ("", "")
        self._tag, self._term = "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._tag = tag
        if tag == "article":
            self._article = (given["data-severity"], given["data-rule"])

    def handle_data(self, data: str) -> None:
        if self._tag == "title" and not self.title:
            self.title = data
        elif self._tag == "dt":
            self._term = data
        elif self._tag == "dd" and self._term in ("Rows", "Persons"):
            self.found.append((*self._article, count_of(data)))
            self._term = ""


def read_html(written: bytes) -> Told:
    page = _Page(written.decode())
    return told(VERDICT[page.title.partition(":")[0]], page.found)


def read_xlsx(written: bytes) -> Told:
    book = load_workbook(BytesIO(written))
    verdict = next(row[1] for row in book["Summary"].iter_rows(values_only=True) if row[0] == "Verdict")
    by_rule = [list(row) for row in book["By rule"].iter_rows(values_only=True)]
    other = CalamineWorkbook.from_filelike(BytesIO(written)).get_sheet_by_name("By rule").to_python()
    assert [[cell for cell in row if cell is not None] for row in by_rule] == [
        [cell for cell in row if cell != ""] for row in other
    ]
    read = told(VERDICT[str(verdict)], _by_rule(by_rule))
    for name, count, *_ in book["Summary"].iter_rows(values_only=True):
        for severity, heading in words.SEVERITIES.items():
            assert name != heading or count in (read.counts[severity], "?")
    return read


def _by_rule(rows: list[list[object]]) -> Iterable[tuple[str, str, Count]]:
    head = next((place for place, row in enumerate(rows) if "Fingerprint" in row), None)
    assert head is not None
    for row in rows[head + 1 :]:
        line = dict(zip(rows[head], row, strict=True))
        count = line["Rows"]
        yield (
            SEVERITY[str(line["Severity"])],
            str(line["Rule"]),
            count if isinstance(count, int) else count_of(str(count)),
        )


def read_csv(written: bytes) -> Told:
    lines = list(csv.DictReader(StringIO(written.decode(), newline=""), strict=True))
    verdicts = {line["verdict"] for line in lines}
    assert len(verdicts) <= 1
    found = ((line["severity"], line["rule_id"], count_of(line["failed_rows"])) for line in lines)
    return told(next(iter(verdicts), None), found)


def read_junit(written: bytes) -> Told:
    suite = ET.fromstring(written)[0]
    said = {each.attrib["name"]: each.attrib["value"] for each in suite.iter("property")}
    found = []
    for case in suite.iter("testcase"):
        rule = case.attrib["name"].partition(":")[0]
        text = case.findtext("failure") or case.findtext("system-out") or ""
        for block in text.split("\n\n") if text else []:
            lines = dict(line.split(": ", 1) for line in block.splitlines())
            severity = lines["Finding"].split("(")[1].rstrip(")")
            found.append((severity, rule, count_of(lines.get("Rows") or lines["Persons"])))
    read = told(said["verdict"], found)
    assert {name: int(said[f"findings.{name}"]) for name in read.counts} == read.counts
    return read


def read_sarif(written: bytes) -> Told:
    run = json.loads(written)["runs"][0]
    levels = {"error": "error", "warning": "warning", "note": "info"}
    found = []
    for result in run["results"]:
        count = result["properties"]["failed_rows"]
        assert result.get("occurrenceCount") == (count if isinstance(count, int) and count else None)
        assert count_of(re.findall(r"(?:Rows|Persons): (.*)", result["message"]["text"])[0]) == count
        assert result["partialFingerprints"][FINGERPRINT]
        found.append((levels[result["level"]], result["ruleId"], count))
    read = told(run["properties"]["verdict"], found)
    assert {name: run["properties"]["counts"][name] for name in read.counts} == read.counts
    return read


def read_github(written: bytes) -> Told:
    first, *lines = annotations(written)
    kinds = {"error": "error", "warning": "warning", "notice": "info"}
    found = []
    for line in lines:
        if named := re.fullmatch(r"(\S+) .*\([0-9a-f]{12}\)", line["title"]):
            count = count_of(re.findall(r"(?:Rows|Persons): (.*)", line["message"])[0])
            found.append((kinds[line["command"]], named[1], count))
    return told(first["title"].removeprefix("PLUS-MDS "), found)


READERS: dict[str, Callable[[bytes], Told]] = {
    "json": read_json,
    "text": read_text,
    "html": read_html,
    "xlsx": read_xlsx,
    "csv": read_csv,
    "junit": read_junit,
    "sarif": read_sarif,
    "github": read_github,
}
