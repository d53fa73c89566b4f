"""The report as a page: readable without a script, offline, by everybody."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from markupsafe import escape

from schema.release import load
from tests.test_validators.sample_report import clean_report, full_report, parts, sample_report, since
from validators.copies import shareable
from validators.finding import Cause, finding_of
from validators.measured import Access
from validators.report import Report, RuleOutcome
from validators.reports import REPORTS, Look, words
from validators.reports.explained import explained
from validators.reports.html import MOST_BYTES, coded, item_bar, plus_bar
from validators.reports.links import linked

VOID = {"meta", "br", "input"}


class Seen(HTMLParser):
    """Every tag with its attributes, and the text of each element that a test asks about."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.text.append((self.open[-1] if self.open else "", data))

    def every(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def within(self, tag: str) -> list[str]:
        return [text for name, text in self.text if name == tag]


REPORTS_SEEN = {"sample": sample_report(), "clean": clean_report(), "full": full_report()}


def page_of(report: Report, site: str | None = None) -> str:
    return REPORTS["html"](report, Look(site=site)).decode()


@pytest.fixture(scope="module", params=REPORTS_SEEN)
def page(request: pytest.FixtureRequest) -> str:
    return page_of(REPORTS_SEEN[request.param])


@pytest.fixture(scope="module")
def seen(page: str) -> Seen:
    return Seen(page)


def test_every_element_is_closed(seen: Seen) -> None:
    assert seen.open == []


def explained_report(**digest: str) -> Report:
    """The sample report with one finding of the release that is here."""
    rule = next(rule for rule in load("1.0.0").rules if rule.id == "PMD00305")
    found = finding_of(rule, Cause(kind="broken"), assessed=90, failed=9)
    return sample_report(findings=[found], **{"release_digest": load("1.0.0").info.digest} | digest)


def test_the_page_says_what_its_release_says_of_a_broken_rule() -> None:
    told = explained(explained_report())
    assert list(told) == ["PMD00305"]
    page = page_of(explained_report())
    rule = told["PMD00305"]
    for text in (escape(rule.condition), rule.denominator, rule.numerator):
        assert text
        assert f"{text}</" in page
    assert "<dt>Since release</dt><dd>1.0.0</dd>" in page


@pytest.mark.parametrize("other", [{"release_digest": "sha256:" + "5d" * 32}, {"release": "9.9.9"}])
def test_a_rule_of_another_release_is_not_explained(other: dict[str, str]) -> None:
    assert explained(explained_report(**other)) == {}


def test_the_words_of_the_provider_stand_below_the_heading_of_access_before_its_figures() -> None:
    page = page_of(sample_report())
    access = page[page.index('<h3 id="access">') : page.index('<h3 id="items">')]
    assert access.index(words.NARRATIVE) < access.index("The booking screen") < access.index("<details>")
    without = page_of(sample_report(access=Access()))
    assert f"<h3>{words.NARRATIVE}</h3>" in without
    assert "The booking screen" in without


def test_a_measure_that_is_no_share_shows_its_count() -> None:
    report = sample_report()
    first, *rest = report.access.measures
    counted = first.model_copy(update={"rate": None, "low": None, "high": None})
    page = page_of(sample_report(access=report.access.model_copy(update={"measures": (counted, *rest)})))
    assert f"{first.title}, of {first.of}: {words.number(first.numerator)} counted</summary>" in page
    assert f"{rest[0].title}, of {rest[0].of}: {words.percent(rest[0].rate)}</summary>" in page


@pytest.mark.parametrize("form", ["html", "text"])
def test_the_owner_is_told_how_to_see_more_and_nobody_else(form: str) -> None:
    def told(report: Report) -> bool:
        return "--reveal values" in " ".join(REPORTS[form](report).decode().split())

    assert told(sample_report())
    assert not told(sample_report(reveal="values"))
    assert not told(shareable(sample_report()))
    assert not told(clean_report())


def test_headings_go_down_one_step_at_a_time(seen: Seen) -> None:
    levels = [int(tag[1]) for tag, _ in seen.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper <= level + 1 for level, deeper in pairwise(levels))


def test_the_page_names_its_language_its_title_and_its_parts(seen: Seen) -> None:
    assert seen.every("html") == [{"lang": "en-GB"}]
    assert "conformance report, Provider RX1" in seen.within("title")[0]
    assert [tag for tag in ("header", "main", "nav", "footer") if len(seen.every(tag)) != 1] == []
    skip = seen.every("a")[0]
    assert skip == {"class": "skip", "href": "#main"}


def test_every_table_has_a_caption_and_every_heading_cell_a_scope(seen: Seen) -> None:
    assert len(seen.every("table")) == len(seen.every("caption")) > 0
    assert all(cell.get("scope") for cell in seen.every("th"))


def test_every_field_of_the_form_has_a_label(seen: Seen) -> None:
    labelled = {label["for"] for label in seen.every("label")}
    assert {field["id"] for field in (*seen.every("select"), *seen.every("input"))} == labelled


def test_ids_are_unique_and_every_link_inside_the_page_leads_somewhere(seen: Seen) -> None:
    ids = Counter(attributes["id"] for _, attributes in seen.tags if "id" in attributes)
    assert [name for name, count in ids.items() if count > 1] == []
    inside = {href[1:] for link in seen.every("a") if (href := link["href"] or "").startswith("#")}
    described = {attributes["aria-labelledby"] for _, attributes in seen.tags if "aria-labelledby" in attributes}
    assert inside | described <= set(ids)


def test_nothing_is_asked_of_a_network(page: str, seen: Seen) -> None:
    assert not re.search(r"https?://|url\(|@import|//[a-z]", page)
    assert not any(name in attributes for _, attributes in seen.tags for name in ("src", "srcset", "data", "action"))


def test_the_policy_admits_this_style_and_this_script_alone(page: str, seen: Seen) -> None:
    policy = next(m["content"] or "" for m in seen.every("meta") if m.get("http-equiv") == "Content-Security-Policy")
    for kind, tag in (("style", "style"), ("script", "script")):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert f"{kind}-src 'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert not any(name == "style" or name.startswith("on") for _, a in seen.tags for name in a)


def test_the_page_is_small(page: str) -> None:
    assert len(page.encode()) <= MOST_BYTES


def test_it_says_what_it_is(page: str) -> None:
    text = " ".join(re.sub("<[^>]*>", " ", page).split())
    assert words.PROPOSED in text
    assert "NHS standard" not in text
    assert not re.search(r"\bsex\b", text, re.IGNORECASE)


def test_the_first_sentence_is_the_verdict(seen: Seen) -> None:
    assert seen.within("h1")[0].split(":")[0] in words.VERDICT.values()


def test_sections_stand_in_order() -> None:
    assert Seen(page_of(sample_report(since=since()))).within("h2") == [
        "Mend these first",
        "In figures",
        "What we found in the file",
        "What changed since the report of 1 May 2026",
        "All findings",
        "What was not checked, and why",
        "What this report was made from",
    ]


def test_words_are_explained_where_they_are_used() -> None:
    page = page_of(sample_report())
    for sentence in (words.SEVERITY_MEANS["warning"], words.NOT_ASSESSED_MEANS, words.ROW_MEANS, words.KEY_MEANS):
        assert sentence in page


def test_what_could_not_be_judged_is_a_question_mark() -> None:
    report = sample_report(findings=[], rules=[])
    figures = re.findall('<span class="figure">([^<]*)</span> <strong>([^<]*)', page_of(report))
    assert figures == [("?", "errors"), ("?", "warnings"), ("?", "worth knowing"), ("0", "rules not assessed")]


def test_a_failure_of_the_validator_is_louder_than_the_findings() -> None:
    rule = RuleOutcome(rule_id="X1", title="x", table="person", severity="error", outcome="error", reason="No memory.")
    page = page_of(sample_report(rules=[*parts()["rules"], rule]))
    assert page.index("This report is not complete") < page.index("Mend these first</h2>")
    assert "(X1)</span>: No memory." in page


def test_too_many_rules_are_cut_and_the_cut_is_announced() -> None:
    page = page_of(full_report(300, 1))
    assert len(page.encode()) <= MOST_BYTES
    assert "of 300 broken rules.</strong>" in page
    explained = page.count("<article")
    assert explained > 100
    others = page[page.index('id="t-others"') :]
    assert others[: others.index("</table>")].count('<th scope="row">') == 300 - explained


def test_characteristics_cannot_be_sorted_by_a_rate() -> None:
    tables = re.findall(r"<table( class=\"sortable\")?>\s*<caption id=\"([^\"]*)", page_of(sample_report()))
    assert [caption for sortable, caption in tables if sortable] == ["t-items"]


def test_bars_are_as_long_as_the_figures_say() -> None:
    report = sample_report()
    for measure in report.data_items:
        assert sum(part.width for part in item_bar(measure)) == 1000
    homeless = plus_bar(report.plus[0])
    assert [(part.kind, part.start, part.width) for part in homeless][:2] == [("known", 0, 433), ("unsure", 433, 6)]
    unknown = report.plus[0].model_copy(update={"eligible": None})
    assert plus_bar(unknown) == []


@pytest.mark.parametrize(
    ("look", "path", "address"),
    [
        (Look(), "/v1/p/PMD00105.html", None),
        (Look(site=""), "/v1/p/PMD00105.html", "/v1/p/PMD00105.html"),
        (Look(site="https://plus.example"), "/v1/p/PMD00105.html", "https://plus.example/v1/p/PMD00105.html"),
        (Look(site="https://plus.example", pages="pages/"), "/v1/p/a.html", "https://plus.example/v1/p/a.html"),
        (Look(pages="1.0.0/pages/"), "/v1/p/PMD00105.html", "1.0.0/pages/PMD00105.html"),
        (Look(pages=""), "/v1/p/PMD00105.html", "PMD00105.html"),
        (Look(pages="pages/"), "/v1/p/..", None),
        (Look(pages="pages/"), "javascript:alert(1).html", None),
        (Look(pages="pages/"), None, None),
        (Look(site=""), "javascript:alert(1)", None),
        (Look(site=""), "//evil.example/x", None),
        (Look(site=""), None, None),
    ],
)
def test_a_rule_is_linked_where_its_page_is_known(look: Look, path: str | None, address: str | None) -> None:
    finding = sample_report().findings[0].model_copy(update={"rule_link": path})
    assert linked(finding, look) == address


def test_no_values_without_a_request() -> None:
    assert "LP0000" not in page_of(sample_report())
    assert "local_patient_id = LP0000" in page_of(sample_report(reveal="keys"))
    assert "09/03/1984" not in page_of(sample_report(reveal="keys"))
    assert "birth_date = 09/03/1984" in page_of(sample_report(reveal="values"))


def test_a_name_between_backticks_is_code_and_all_else_is_escaped() -> None:
    assert coded("Send `birth_date`, `a<b` and a `lone mark") == (
        "Send <code>birth_date</code>, `a&lt;b` and a `lone mark"
    )
    first, *rest = sample_report().findings
    page = page_of(sample_report(findings=[first.model_copy(update={"fix": "Leave `birth_date` blank."}), *rest]))
    assert "Leave <code>birth_date</code> blank." in page
