"""The report as one HTML file: no network, no script needed to read it, for a phone, a desk and a printer.

Everything is escaped by the templates and made harmless by `plain`; the content security policy admits nothing but
the style and the script of this very page, by their digests.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from schema.rule import MENDS, SEVERITIES
from validators.finding import HIDDEN, exact, total
from validators.reports import changed, grouped, sources, story, words
from validators.reports.explained import explained
from validators.reports.links import index, linked, linked_item
from validators.reports.plain import paragraphs, plain

if TYPE_CHECKING:
    from schema.rule import Severity
    from validators.finding import Shown
    from validators.measured import DataItemMeasure, PlusMeasure
    from validators.report import Report
    from validators.reports import Look
    from validators.reports.story import Broken

MOST_BYTES = 300_000
NARRATIVE = 4000
SHORT = 100

#: the name of an item or a table: words of a file that stand between backticks are left as they are
_CODE = re.compile("`([a-z][a-z0-9_.]*)`")
_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Detail:
    """How much the page holds: samples of a finding, rules told in full, and whether with what their release says."""

    samples: int
    rules: int
    explained: bool = False


#: the first with which the page stays small enough is taken; the last always is
DETAILS = (
    Detail(5, 1000, explained=True),
    Detail(2, 1000, explained=True),
    Detail(1, 1000, explained=True),
    Detail(1, 1000),
    Detail(1, 180),
    Detail(1, 120),
    Detail(1, 60),
    Detail(1, 10),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a bar that is a thousand wide."""

    kind: str
    start: int
    width: int


def write(report: Report, look: Look) -> bytes:
    """The page in UTF-8, at most `MOST_BYTES` long; what is cut is announced above the findings."""
    for detail in DETAILS[:-1]:
        page = _page(report, look, detail)
        if len(page) <= MOST_BYTES:
            return page
    return _page(report, look, DETAILS[-1])


def _page(report: Report, look: Look, detail: Detail) -> bytes:
    rendered = _environment().get_template("report.html").render(_context(report, look, detail))
    return "\n".join(line for line in (line.strip() for line in rendered.split("\n")) if line).encode()


def _context(report: Report, look: Look, detail: Detail) -> dict[str, Any]:
    style, script = _asset("report.css"), _asset("report.js")
    ranked = story.broken(report)
    told, left_over = ranked[: detail.rules], ranked[detail.rules :]
    return {
        "report": report,
        "story": story,
        "words": words,
        "changed": changed,
        "exact": exact,
        "sources": sources,
        "detail": detail,
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "policy": _policy(style, script),
        "severities": _by_severity(told),
        "told": len(told),
        "asked": explained(report) if detail.explained else {},
        "left_over": left_over,
        "tables": list(dict.fromkeys(rule.first.table for rule in told)),
        "menders": [who for who in MENDS if any(rule.first.mend == who for rule in told)],
        "mended_first": story.mended_first(report),
        "broke_down": story.broke_down(report),
        "unchecked": story.unchecked(report),
        "passed": story.passed(report),
        "said": story.measured(report),
        "advice": story.advice(report),
        "grouped": grouped,
        "known_tables": grouped.known_tables(report),
        "narrative": paragraphs(report.submission.narrative or "", NARRATIVE),
        "item_groups": story.item_groups(report),
        "item_bar": item_bar,
        "plus_bar": plus_bar,
        "linked": lambda finding: linked(finding, look),
        "linked_item": lambda item: linked_item(item, report, look),
        "all_pages": index(report, look),
    }


def _by_severity(told: list[Broken]) -> list[tuple[Severity, list[Broken]]]:
    shown: list[tuple[Severity, list[Broken]]] = [
        (severity, [rule for rule in told if rule.first.severity == severity]) for severity in SEVERITIES
    ]
    return [(severity, rules) for severity, rules in shown if rules]


def item_bar(measure: DataItemMeasure) -> list[Part]:
    """The six outcomes of an item, as shares of its rows."""
    return _bar(
        measure.rows,
        known=measure.valid,
        unsure=measure.asked_unsure,
        declined=measure.declined,
        not_known=measure.not_known,
        missing=measure.missing,
        invalid=measure.invalid,
    )


def plus_bar(measure: PlusMeasure) -> list[Part]:
    """The answers for a characteristic, as shares of the persons eligible; yes and no are one part: known."""
    return _bar(
        measure.eligible,
        known=total((measure.yes, measure.no)),
        unsure=measure.unsure,
        declined=measure.declined,
        not_known=measure.not_known,
        missing=measure.not_recorded,
    )


def _bar(whole: Shown | None, **counts: Shown | None) -> list[Part]:
    """The stretches of a bar; a bar that has to leave out a hidden figure is not drawn: its gap would show it."""
    parts: list[Part] = []
    figures = {kind: exact(count) or 0 for kind, count in counts.items()}
    if not exact(whole) or HIDDEN in counts.values():
        return parts
    length = max(exact(whole) or 0, sum(figures.values()))
    before = 0
    for kind, count in figures.items():
        start, end = (round(1000 * done / length) for done in (before, before + count))
        before += count
        if end > start:
            parts.append(Part(kind, start, end - start))
    return parts


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _asset(name: str) -> str:
    """The file as it will stand in the page, where lines are stripped and blank ones dropped."""
    lines = ((_TEMPLATES / name).read_text(encoding="utf-8")).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
        auto_reload=False,
    )
    environment.filters["sentence"] = words.sentence
    environment.filters["short"] = _short
    environment.filters["coded"] = coded
    return environment


def coded(text: str | None) -> Markup:
    """A text as HTML; a name between backticks is in the face of code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(plain(text or "")))))  # noqa: S704 - it is escaped


def _short(text: str) -> str:
    return plain(text, SHORT)


def _finalize(value: object) -> object:
    if isinstance(value, Markup):
        return value
    return plain(value) if isinstance(value, str) else "" if value is None else value
