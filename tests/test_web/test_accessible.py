"""Everybody can read the pages: WCAG 2.2 AA as axe-core tests it, from a small phone to a desk.

axe-core finds what a program can find. It does not replace somebody who reads with a keyboard or a screen reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from schema import release
from schema.publish.pages import pages
from tests.test_validators.sample_report import accepted_entries, clean_report, full_report, sample_report, since
from validators.copies import shareable
from validators.measured import Access, Equality, Linkage
from validators.reports import REPORTS

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

    from validators.report import Report

#: the success criteria of WCAG 2.2 up to AA, and what axe-core's authors advise beside them
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
#: the width that WCAG names for reflow (1.4.10), and a desk
WIDTHS = (320, 1280)
HEIGHT = 800
#: nothing is fetched: a page opened from a file may not
OPTIONS = {"runOnly": TAGS, "resultTypes": ["violations"], "preload": False}
RELEASE = release.load("1.0.0")
EMPTY = {"rules": [], "tables": [], "data_items": [], "plus": [], "notes": [], "reference_data": []}
REPORTS_READ: dict[str, Report] = {
    "owner": sample_report(reveal="values", since=since(), accepted=accepted_entries()),
    "shareable": shareable(sample_report()),
    "clean": clean_report(),
    "empty": clean_report(**EMPTY, equality=Equality(), access=Access(), linkage=Linkage(), core20=None),
    "many findings": full_report(),
}


def _one_of_each() -> dict[str, bytes]:
    """The page of a rule for every kind of check, of an item for every data type, of some lists, and the index."""
    every = pages(RELEASE)
    rules = {rule.check.kind: f"{rule.id}.html" for rule in RELEASE.dataset.rules}
    tables = RELEASE.dataset.tables.values()
    items = {item.data_type.name: f"{table.name}.{item.name}.html" for table in tables for item in table.items}
    lists = [f"list.{name}.html" for name in ("ethnic_category", "plus_characteristic", "treatment_function")]
    return {name: every[name] for name in ("index.html", "style.css", *rules.values(), *items.values(), *lists)}


RELEASE_READ = _one_of_each()
PAGES = [f"{name}.html" for name in REPORTS_READ]
PAGES += [f"release/{name}" for name in RELEASE_READ if name.endswith(".html")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every page as the file that somebody would open."""
    made = tmp_path_factory.mktemp("pages")
    (made / "release").mkdir()
    for name, report in REPORTS_READ.items():
        (made / f"{name}.html").write_bytes(REPORTS["html"](report))
    for name, page in RELEASE_READ.items():
        (made / "release" / name).write_bytes(page)
    return made


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, folder: Path, browser: Browser) -> Generator[Page]:
    """One page, opened from its file. It may ask for nothing but its own style, and complain of nothing."""
    opened = browser.new_page()
    complaints: list[str] = []

    def said(message: ConsoleMessage) -> None:
        complaints.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith("file:"):
            complaints.append(request.url)

    opened.on("console", said)
    opened.on("request", asked)
    opened.goto((folder / request.param).as_uri())
    yield opened
    opened.close()
    assert complaints == []


def broken(page: Page) -> list[str]:
    """What axe-core finds: the rule, what it asks, and the first places."""
    found: list[dict[str, Any]] = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{f['id']}: {f['help']} ({[n['target'] for n in f['nodes'][:3]]} of {len(f['nodes'])})" for f in found]


def test_everybody_can_read_the_page_at_any_width(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert broken(page) == [], f"{width} pixels wide"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"wider than {width} pixels"


FAULTY = """<!DOCTYPE html><html><head><title>x</title></head><body><main><h1>x</h1>
<p style="color:#aaa;background:#fff">grey</p><img src="data:,"><button style="width:9px;height:9px"></button></main>"""


def test_what_is_wrong_is_found(browser: Browser) -> None:
    """The test above would fail: axe-core runs, with rules of every level."""
    page = browser.new_page()
    page.set_content(FAULTY)
    ids = {line.split(":")[0] for line in broken(page)}
    page.close()
    assert {"html-has-lang", "color-contrast", "image-alt", "button-name"} <= ids


def test_the_filter_can_be_used_with_a_keyboard_and_says_what_it_shows(folder: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((folder / "owner.html").as_uri())
    page.focus("#words")
    page.keyboard.type("birth date")
    shown = page.locator("#shown").inner_text()
    visible = page.locator("article:visible").count()
    assert shown == f"Showing {visible} of {page.locator('article').count()} rules."
    assert 0 < visible < page.locator("article").count()
    assert broken(page) == []
    page.close()


def test_a_table_can_be_sorted_with_a_keyboard_and_says_how(folder: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((folder / "owner.html").as_uri())
    page.focus("table.sortable thead button >> nth=1")
    page.keyboard.press("Enter")
    assert page.locator("table.sortable th[aria-sort=descending]").inner_text().startswith("Share known")
    shares = page.locator("table.sortable tbody td:nth-child(2)").all_inner_texts()
    figures = [float(share.strip(">%")) for share in shares if share.endswith("%")]
    assert figures == sorted(figures, reverse=True)
    assert broken(page) == []
    page.close()


def test_tables_that_are_closed_are_opened_with_a_keyboard_and_printed(folder: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((folder / "owner.html").as_uri())
    table = page.locator("details table").first
    assert not table.is_visible()
    page.focus("details summary >> nth=0")
    page.keyboard.press("Enter")
    assert table.is_visible()
    page.locator("details").evaluate_all("all => all.forEach(part => part.open = true)")
    assert broken(page) == []
    page.locator("details").evaluate_all("all => all.forEach(part => part.open = false)")
    page.emulate_media(media="print")
    assert page.locator("details table").last.bounding_box()["height"] > HEIGHT / 10
    page.close()


def test_it_can_be_read_where_no_script_runs(folder: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "owner.html").as_uri())
    assert page.locator("article").count() == page.locator("article:visible").count() > 0
    assert not page.locator("#filter").is_visible()
    context.close()
