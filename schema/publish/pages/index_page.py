"""The page that leads to all others."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from schema.publish.pages.page import code, link, page, paragraph, prose, section, table, tag, title_of

if TYPE_CHECKING:
    from schema.publish.pages.written import Written


def index_page(written: Written) -> bytes:
    """The page in UTF-8."""
    return page("Rules and data items", _body(written), version=written.version, notice=written.notice)


def _body(written: Written) -> Iterator[str]:
    yield "<h1>Rules and data items</h1>"
    yield paragraph("A page for each data item, rule and code list of this release, made from its published files.")
    tables = dict.fromkeys([*written.schemas, *(rule["table"] for rule in written.rules)])
    for name in tables:
        yield section(title_of(name), _about(name, written), _items(name, written), _rules(name, written))
    yield section("Code lists", _lists(written))


def _about(name: str, written: Written) -> str:
    return paragraph(prose(written.schemas[name]["description"])) if name in written.schemas else ""


def _items(name: str, written: Written) -> str:
    if name not in written.schemas:
        return ""
    rows = [
        [link(f"{name}.{item}", code(item)), prose(told["title"]), escape(told["x-plusmds-mandation"])]
        for item, told in written.schemas[name]["properties"].items()
    ]
    return table(f"{title_of(name)}: data items", ["Item", "Label", "Mandation"], rows)


def _rules(name: str, written: Written) -> str:
    rows = [
        [link(rule["id"], escape(rule["id"])), prose(rule["title"]), tag(rule["severity"])]
        for rule in written.rules
        if rule["table"] == name
    ]
    return table(f"{title_of(name)}: rules", ["Rule", "Looks for", "Severity"], rows) if rows else ""


def _lists(written: Written) -> str:
    rows = [
        [link(f"list.{name}", code(name)), prose(each["title"]), f"{len(each['codes']):,}"]
        for name, each in written.code_lists.items()
    ]
    return table("Every code list", ["List", "Title", "Codes"], rows)
