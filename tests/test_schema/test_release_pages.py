"""The pages for people: one for every rule, item and list, linked to one another, made from the folder alone."""

from __future__ import annotations

import dataclasses
import hashlib
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from schema import release
from schema.check import CHECKS, Rate
from schema.publish.pages import counting, pages
from schema.publish.pages.item_page import item_page
from schema.publish.pages.rule_page import rule_page
from schema.publish.pages.written import Written

RELEASE = release.load("1.0.0")
PAGES = pages(RELEASE)
HTML = {name: page for name, page in PAGES.items() if name.endswith(".html")}
VOID = {"meta", "link"}


class Read(HTMLParser):
    """A page as a browser reads it: elements in their nesting, links, ids, text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.names: set[str] = set()
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.names |= set(given)
        self.links += [value for name in ("href", "src") if (value := given.get(name)) is not None]
        self.ids += [given["id"] or ""] if "id" in given else []
        self.labels += [given["aria-labelledby"] or ""] if "aria-labelledby" in given else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> ends another element"

    def handle_data(self, data: str) -> None:
        self.text += data


READ = {name: Read(page) for name, page in HTML.items()}


def test_there_is_a_page_for_every_rule_item_and_list() -> None:
    items = {f"{name}.{item.name}.html" for name, table in RELEASE.dataset.tables.items() for item in table.items}
    rules = {f"{rule.id}.html" for rule in RELEASE.rules}
    lists = {f"list.{name}.html" for name in RELEASE.code_lists}
    assert set(PAGES) == items | rules | lists | {"index.html", "style.css"}


def test_every_page_can_be_reached_from_the_index_and_every_link_leads_somewhere() -> None:
    reached, waiting = {"index.html"}, ["index.html"]
    while waiting:
        links = {link for link in READ[waiting.pop()].links if not link.startswith("#")}
        assert links <= set(PAGES), links - set(PAGES)
        new = (links & set(HTML)) - reached
        reached |= new
        waiting += new
    assert reached == set(HTML)


@pytest.mark.parametrize("name", HTML)
def test_a_page_is_whole_and_can_be_found_about_in(name: str) -> None:
    read = READ[name]
    assert read.open == []
    assert [read.tags.count(tag) for tag in ("h1", "main", "title", "header", "footer")] == [1, 1, 1, 1, 1]
    assert len(set(read.ids)) == len(read.ids), "two elements with one id"
    assert set(read.labels) <= set(read.ids)
    assert {link[1:] for link in read.links if link.startswith("#")} <= set(read.ids)
    assert read.tags.count("caption") == read.tags.count("table")
    levels = [int(tag[1]) for tag in read.tags if tag in ("h1", "h2", "h3")]
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert not read.names & {"style", "onclick", "onload"}
    assert "script" not in read.tags
    assert "proposed specification" in read.text


def test_a_rule_says_what_why_how_and_what_it_counts() -> None:
    for rule in RELEASE.rules:
        text = READ[f"{rule.id}.html"].text
        for part in (rule.title, rule.message, rule.why, rule.fix):
            assert part.replace("`", "") in text, rule.id
        for heading in ("What it says", "Why it matters", "How to mend it", "Denominator", "Numerator", "Since"):
            assert heading in text, (rule.id, heading)


def test_every_rule_shows_when_it_gives_a_finding_and_when_not() -> None:
    for rule in RELEASE.rules:
        page = HTML[f"{rule.id}.html"].decode()
        examples = page[page.index("When it gives a finding") :]
        never = isinstance(rule.check, Rate) and rule.check.above is None
        assert "<strong>yes</strong>" in examples or "This gives a finding" in examples or never, rule.id
        assert '<th scope="row">no</th>' in examples or "This gives no finding" in examples, rule.id


def test_an_item_says_what_it_means_and_which_rules_read_it() -> None:
    for name, table in RELEASE.dataset.tables.items():
        for item in table.items:
            read = READ[f"{name}.{item.name}.html"]
            assert item.definition.replace("`", "") in read.text
            assert item.data_type.expected in read.text
            for rule in RELEASE.rules:
                if rule.table == name and item.name in rule.items:
                    assert f"{rule.id}.html" in read.links


def test_a_rate_says_its_threshold() -> None:
    text = READ["PMD90001.html"].text
    assert "Fails above 10%; not judged on fewer than 50." in text
    assert "NOT answered(ethnic_category) AND NOT answered(ethnic_category_2021)" in text


def test_what_a_rule_counts_is_said_for_every_kind_of_check() -> None:
    assert set(counting.KINDS) == set(CHECKS), "schema/publish/pages/counting.py: say what the new kind counts"


def test_pages_are_the_same_bytes_every_time_and_need_nothing_but_the_folder() -> None:
    code = (
        "import sys, hashlib; from schema.release import load; from schema.publish.pages import pages; "
        "made = pages(load('1.0.0')); print(hashlib.sha256(b''.join(made.values())).hexdigest()); "
        "print(sorted(name for name in ('jinja2', 'duckdb', 'pydantic', 'schema.tables') if name in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    digest, loaded = run.stdout.split("\n")[:2]
    assert digest == hashlib.sha256(b"".join(PAGES.values())).hexdigest()
    assert loaded == "[]"


def test_the_published_folder_does_not_hold_them() -> None:
    assert not [name for name in RELEASE.info.files if name.startswith("pages/")]
    assert not (Path(RELEASE.path) / "pages").exists()
    assert release.verify("1.0.0") == ()


PROSE = {"title", "message", "why", "fix", "condition", "received", "expected", "source", "predicate", "description"}
HOSTILE = "<script>alert(1)</script>`<b>`\"'&"


def _hostile(value: Any, field: str = "") -> Any:
    """The same with hostile prose; what is a name or chooses words stays."""
    if isinstance(value, dict):
        return {name: _hostile(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_hostile(part, field) for part in value]
    return HOSTILE if field in PROSE else value


def test_prose_is_escaped() -> None:
    written = dataclasses.replace(Written.of(RELEASE), notice=HOSTILE)
    rule = next(rule for rule in written.rules if rule["id"] == "PMD00111")
    item = written.schemas["person"]["properties"]["birth_date"]
    for page in (rule_page(_hostile(rule), written), item_page("person", "birth_date", _hostile(item), written)):
        read = Read(page)
        assert "<script>alert(1)</script>" in read.text
        assert not {"script", "b"} & set(read.tags)
