"""The page of a data item: what it means, how it is written, and the rules that read it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from schema.publish.dictionary_tables import MANDATION_WORDS
from schema.publish.pages.page import code, facts, link, page, paragraph, prose, section, table, tag, title_of

if TYPE_CHECKING:
    from schema.publish.pages.written import Object, Written


def item_page(table_name: str, name: str, item: Object, written: Written) -> bytes:
    """The page in UTF-8."""
    above = (link("index", "All rules and items"), escape(title_of(table_name)), escape(name))
    body = [
        f"<p>{code(f'{table_name}.{name}')}</p>",
        f"<h1>{prose(item['title'])}</h1>",
        section("What it means", paragraph(prose(item["description"]))),
        section("How it is sent", facts(_sent(item))),
        section("Codes", *_lists(table_name, name, item, written)),
        section("Rules that read it", _rules(table_name, name, written)),
    ]
    title = f"{item['title']} ({title_of(table_name)})"
    return page(title, body, version=written.version, notice=written.notice, above=above)


def _sent(item: Object) -> Iterator[tuple[str, str]]:
    words = MANDATION_WORDS[item["x-plusmds-mandation"]]
    yield "Mandation", prose(f"{item['x-plusmds-mandation']}: {words}.")
    yield "Applies where", code(item["x-plusmds-applies-when"]) if item.get("x-plusmds-applies-when") else ""
    yield (
        "A blank",
        "Is an answer: nothing asks for it to be filled." if item.get("x-plusmds-blank-is-an-answer") else "",
    )
    absent = item.get("x-plusmds-column-absent")
    yield "Without the column", f"It is {code(absent)} of the header." if absent else ""
    yield "Written as", prose(item["x-plusmds-data-type"]["expected"])
    element = item["x-plusmds-data-element"]
    yield "NHS data element", "None: an item of this project." if element == "project item" else prose(element)
    yield "Note", prose(item.get("x-plusmds-source", ""))
    yield "Since", escape(item["x-plusmds-since"])
    yield "Until", escape(item.get("x-plusmds-until") or "")


def _lists(table_name: str, name: str, item: Object, written: Written) -> Iterator[str]:
    """The lists that its codes come from: its own, or those that another item chooses among."""
    own = item.get("x-plusmds-code-list", "")
    used = [each for each in written.code_lists.values() if f"{table_name}.{name}" in each.get("used_by", [])]
    named = [written.code_lists[own]] if own in written.code_lists else used
    for code_list in named:
        yield paragraph(f"List {link('list.' + code_list['name'], prose(code_list['title']))}.")
    if len(named) == 1:
        yield codes_table(named[0])


def codes_table(code_list: Object) -> str:
    """The codes of a list with what each means, as HTML."""
    ended = any(each.get("until") for each in code_list["codes"])
    rows = [
        [
            code(each["code"]),
            prose(each["meaning"]),
            escape(_KINDS[each["kind"]]),
            *([escape(each.get("until") or "")] if ended else []),
        ]
        for each in code_list["codes"]
    ]
    headings = ["Code", "Meaning", "Kind", *(["Until"] if ended else [])]
    return table(f"Codes of the list {code_list['name']}", headings, rows)


_KINDS = {
    "value": "a value",
    "declined": "asked, and declined",
    "asked_unsure": "asked, and not certain",
    "not_known": "not known",
}


def _rules(table_name: str, name: str, written: Written) -> str:
    rows = [
        [link(rule["id"], escape(rule["id"])), prose(rule["title"]), tag(rule["severity"])]
        for rule in written.reading(table_name, name)
    ]
    return table("Rules that read this item", ["Rule", "Looks for", "Severity"], rows) if rows else ""
