"""Hostile text in every field that can hold text, through every form."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.test_validators.sample_report import accepted_entries, mapped_finding, parts, sample_report, since
from validators.finding import Accepted
from validators.report import Report, Slice
from validators.reports import REPORTS
from validators.reports.plain import UNSEEN, paragraphs, plain

#: the Big List of Naughty Strings; it lies beside the repository, not in it
CORPUS = Path(__file__).parents[3] / "shared" / "data" / "csv_corpora" / "blns" / "blns.json"

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
)

#: fields that hold one of a few words, a date or a figure written as text
CLOSED = {
    "report_schema", "created_at", "today", "purpose", "reveal", "verdict", "severity", "action", "mend", "counted",
    "outcome", "mandation", "group", "period_start", "period_end", "filled_with", "steps", "copy_kind", "change",
    "answer", "state", "until", "by",
}  # fmt: skip


@cache
def _fields() -> dict[str, Any]:
    """A small report that has something in every field, as plain Python."""
    accepted = Accepted(reason="r", owner="o", until=date(2026, 12, 31))
    found = [mapped_finding().model_copy(update={"accepted": accepted})]
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


def _corpus() -> list[str]:
    return json.loads(CORPUS.read_text(encoding="utf-8"))


def check(text: str) -> None:
    report = report_of(text)
    for form in ("json", "text", "html"):
        assert not hiding(REPORTS[form](report).decode()), form
    same = json.loads(json.dumps(report.model_dump(mode="json")))
    assert json.loads(REPORTS["json"](report)) == same
    if plain(text):
        assert Structure(REPORTS["html"](report).decode()).seen == _harmless()


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
@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of naughty strings is not beside the repository")
def test_naughty_strings_are_harmless_in_every_form() -> None:
    corpus = _corpus()
    assert len(corpus) > 400
    for text in corpus:
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
