"""Hostile text in every field that can hold text, through every form."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from html.parser import HTMLParser
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from tests.test_validators.sample_report import accepted_entries, mapped_finding, parts, sample_report, since
from tests.test_validators.test_report_github import annotations
from tests.test_validators.test_report_sarif import validator as sarif_validator
from validators.finding import Accepted, Differing, HiddenRows
from validators.report import Report, Slice
from validators.reports import REPORTS
from validators.reports.formulas import begins_formula
from validators.reports.plain import UNSEEN, paragraphs, plain

OWN = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "\x1b[31mred\x1b]0;title\x07",
    "abc\u202etxt.exe\u2066x\u2069",
    "zero\u200bwidth\ufeff\u2060",
    "lines\u2028apart\u2029\x85\x0b\x0c\r\n",
    "del\x7f nul\x00 c1\x9b31m",
    "tags \U000e0041\U000e007f",
    "x" * 5000,
    "lone \ud800 surrogate",
    "&lt;already&gt;",
    "https://evil.example/",
    "javascript:alert(1)",
    '=HYPERLINK("https://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "'=1+1",
    'a"b,c;=1+1',
    "_x003D_1+1",
    "#REF!",
    "]]><failure/>",
    "&#x1;&#0;",
    "not a character \ufffe\uffff",
    "::error file=x::y",
    "a\r\n::error::y",
    "%0A::error::y %25",
    "{0} {{1}} [a](javascript:alert(1))",
    "../../etc/passwd",
    "C:\\x\\y.csv?a=b#c",
)

#: fields that hold one of a few words, a date or a figure written as text
CLOSED = {
    "report_schema", "created_at", "today", "purpose", "reveal", "verdict", "severity", "action", "mend", "counted",
    "outcome", "mandation", "group", "period_start", "period_end", "filled_with", "steps", "copy_kind", "change",
    "answer", "state", "until", "by", "hides",
}  # fmt: skip


@cache
def _fields() -> dict[str, Any]:
    """A small report that has something in every field, as plain Python."""
    accepted = Accepted(reason="r", owner="o", until=date(2026, 12, 31))
    rows = (HiddenRows(title="White - Irish", lost_rows=9, rows=12),)
    hidden = {"hides": ("ethnic",), "hidden_groups": ("White - Irish",), "hidden_rows": rows}
    mapped = mapped_finding()
    cause = mapped.cause.model_copy(update={"differing": (Differing(data_item="birth_date", keys=7),)})
    changed = {"cause": cause, **hidden}
    found = [mapped.model_copy(update={"accepted": given, **changed}) for given in (accepted, None)]
    chosen = parts(findings=found, reveal="values", since=since(), accepted=accepted_entries())
    chosen["rules"] = [rule for rule in chosen["rules"] if rule.rule_id in ("PMD00121", "PMD001.birth_date.format")]
    for name in ("data_items", "plus", "tables"):
        chosen[name] = chosen[name][:2]
    cut = Slice(by="site", value="RX101", title="Site RX101")
    return sample_report(**chosen).model_copy(update={"slice": cut}).model_dump()


def _filled(value: Any, text: str, field: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _filled(part, text, name) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(part, text, field) for part in value]
    return text if isinstance(value, str) and field not in CLOSED else value


def report_of(text: str) -> Report:
    return Report.model_validate(_filled(_fields(), text))


class Structure(HTMLParser):
    """Elements and the names of their attributes, paragraphs aside: a text may have several."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, ...]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "p" or attrs:
            self.seen.append((tag, *(name for name, _ in attrs)))


@cache
def _harmless() -> list[tuple[str, ...]]:
    return Structure(REPORTS["html"](report_of("harmless")).decode()).seen


def hiding(written: str) -> set[str]:
    """Characters that must not stand in any form."""
    return {c for c in set(written) if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}


def check_json(report: Report, written: bytes) -> None:
    same = json.loads(json.dumps(report.model_dump(mode="json")))
    assert json.loads(written) == same


def check_html(report: Report, written: bytes) -> None:
    if plain(report.release):
        assert Structure(written.decode()).seen == _harmless()


def check_xlsx(_: Report, written: bytes) -> None:
    with ZipFile(BytesIO(written)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    for name, part in parts.items():
        tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(part).iter()}
        assert not tags & {"f", "hyperlink", "oleObject", "script"}, name
        assert not hiding(part.decode()), name
    book = CalamineWorkbook.from_filelike(BytesIO(written))
    assert book.sheet_names == ["Summary", "Mend first", "By rule", "Records", "Rules run", "About"]
    cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert {type(cell) for cell in cells} <= {str, float}


def check_csv(report: Report, written: bytes) -> None:
    lines = list(csv.reader(StringIO(written.decode(), newline=""), strict=True))
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines) == 1 + len(report.findings)
    assert not [cell for line in lines for cell in line if begins_formula(cell)]


def check_junit(_: Report, written: bytes) -> None:
    assert [element.tag for element in ET.fromstring(written).iter()] == _harmless_cases()


def check_sarif(report: Report, written: bytes) -> None:
    log = json.loads(written)
    assert list(sarif_validator().iter_errors(log)) == []
    for result in log["runs"][0]["results"]:
        assert not re.search(r"(?<![\\])\[[^\]]*\]\(", result["message"]["text"])
    for artifact in log["runs"][0]["artifacts"]:
        assert re.fullmatch(r"[A-Za-z0-9._~%-]*", artifact["location"]["uri"])


def check_github(report: Report, written: bytes) -> None:
    read = [(each["command"], sorted(each)) for each in annotations(written)]
    if plain(report.release):
        assert read == _harmless_annotations()


CHECKS: dict[str, Callable[[Report, bytes], None]] = {
    "json": check_json,
    "text": lambda *_: None,
    "html": check_html,
    "xlsx": check_xlsx,
    "csv": check_csv,
    "junit": check_junit,
    "sarif": check_sarif,
    "github": check_github,
}


@cache
def _harmless_cases() -> list[str]:
    return [element.tag for element in ET.fromstring(REPORTS["junit"](report_of("harmless"))).iter()]


@cache
def _harmless_annotations() -> list[tuple[str, list[str]]]:
    read = annotations(REPORTS["github"](report_of("harmless")))
    return [(each["command"], sorted(each)) for each in read]


def check(text: str) -> None:
    report = report_of(text)
    for form, checked in CHECKS.items():
        written = REPORTS[form](report)
        if not REPORTS[form].binary:
            text_of = written.replace(b"\r\n", b"\n") if form == "csv" else written  # as RFC 4180 ends its lines
            assert not hiding(text_of.decode()), form
        checked(report, written)


def test_there_is_a_check_for_every_form() -> None:
    assert list(CHECKS) == list(REPORTS)


def test_the_fixture_fills_every_field_that_can_hold_text() -> None:
    def empty(value: Any, place: str) -> list[str]:
        if isinstance(value, dict):
            parts_of = ((name, part) for name, part in value.items() if name not in CLOSED)
            return [found for name, part in parts_of for found in empty(part, f"{place}.{name}")]
        if isinstance(value, list):
            return [place] if not value else [found for part in value for found in empty(part, place)]
        return []

    assert empty(_filled(_fields(), "x"), "") == []


@pytest.mark.parametrize("text", OWN, ids=lambda text: ascii(text[:24]))
def test_hostile_text_is_harmless_in_every_form(text: str) -> None:
    check(text)


@pytest.mark.may_skip(reason="the corpus lies beside the repository, not in it")
def test_naughty_strings_are_harmless_in_every_form(shared_data: Path) -> None:
    corpus = json.loads((shared_data / "csv_corpora" / "blns" / "blns.json").read_text("utf-8"))
    assert len(corpus) > 400
    for text in filter(None, corpus):  # an empty text hides nothing, and no name in a report is empty
        check(text)


def test_what_hides_is_what_unicode_says_hides() -> None:
    breaks = set(" \t\n\x0b\x0c\r\x85\u2028\u2029")
    every = (chr(number) for number in range(0x110000))
    hides = {c for c in every if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - breaks
    assert [hex(ord(c)) for c in hides if not UNSEEN.fullmatch(c)] == []
    assert not UNSEEN.search("Łódź é 漢字 العربية 👍 a\tb\nc")


def test_text_is_shown_by_number_on_one_line_and_cut() -> None:
    assert plain("  a\r\n b\u202ec\x1b[0m ") == "a b<U+202E>c<U+001B>[0m"
    assert plain("x" * 700, 10) == "xxxxxxxxx…"
    assert len(plain("\u202e" * 700, 50)) == 50
    assert paragraphs("one\n\n two \u2028three", 100) == ["one", "two", "three"]
