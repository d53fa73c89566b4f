"""The frame of a page and the few parts that it is made of. Text is escaped here; what returns HTML says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

NAME = "PLUS Minimum Data Set"
TABLES = {
    "header": "Header",
    "person": "Person",
    "plus_characteristic": "PLUS characteristic",
    "referral": "Referral",
    "care_contact": "Care contact",
    "dataset": "Whole data set",
}
_SPACES = re.compile(r"[^a-z0-9]+")


def page(title: str, body: Iterable[str], *, version: str, notice: str, above: Iterable[str] = ()) -> bytes:
    """A page in UTF-8: its title, the way up to it as HTML, its parts as HTML."""
    way = "".join(f"<li>{link}</li>" for link in above)
    parts = (
        "<!DOCTYPE html>",
        '<html lang="en-GB">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{escape(title)}: PLUS-MDS {escape(version)}</title>",
        '<link rel="stylesheet" href="style.css">',
        "</head>",
        "<body>",
        '<a class="skip" href="#main">Skip to the content</a>',
        f'<header><div class="wide"><p class="name">{NAME}</p><p>Release {escape(version)}</p></div></header>',
        f'<nav class="wide" aria-label="Where this page is"><ol>{way}</ol></nav>' if way else "",
        '<main id="main" class="wide" tabindex="-1">',
        *body,
        "</main>",
        f'<footer><div class="wide"><p>{escape(notice)}</p></div></footer>',
        "</body>",
        "</html>",
    )
    return "".join(f"{part}\n" for part in parts if part).encode()


def prose(text: str) -> str:
    """A text as HTML; what stands between backticks is in the face of code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def code(text: str) -> str:
    """A text in the face of code, as HTML."""
    return f"<code>{escape(text)}</code>"


def link(name: str, html: str) -> str:
    """A link to another page, around HTML."""
    return f'<a href="{escape(name)}.html">{html}</a>'


def section(title: str, *parts: str) -> str:
    """Parts below a heading; nothing where there are none."""
    shown = [part for part in parts if part]
    if not shown:
        return ""
    name = _SPACES.sub("-", title.lower()).strip("-")
    return "\n".join(
        [f'<section aria-labelledby="{name}">', f'<h2 id="{name}">{escape(title)}</h2>', *shown, "</section>"]
    )


def paragraph(html: str) -> str:
    """A paragraph around HTML; nothing where there is none."""
    return f"<p>{html}</p>" if html else ""


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names with what there is to say of each, as HTML; what there is nothing to say of is left out."""
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{html}</dd>" for name, html in pairs if html)
    return f"<dl>{lines}</dl>" if lines else ""


def table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of HTML cells, whose first is the heading of its row."""
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    lines = "".join(f"<tr>{_row(row)}</tr>\n" for row in rows)
    named = _SPACES.sub("-", caption.lower()).strip("-")
    return (
        f'<div class="scroll" role="region" aria-labelledby="t-{named}" tabindex="0">\n<table>\n'
        f'<caption id="t-{named}">{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{lines}</tbody>\n</table>\n</div>"
    )


def _row(cells: Sequence[str]) -> str:
    first, *rest = cells
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest)


def tag(severity: str) -> str:
    """The severity as a word in a frame."""
    shown = {"error": "Error", "warning": "Warning", "info": "Worth knowing"}[severity]
    return f'<span class="tag {severity}">{shown}</span>'


def title_of(table_name: str) -> str:
    """The name of a table for people."""
    return TABLES.get(table_name, table_name.replace("_", " ").capitalize())
