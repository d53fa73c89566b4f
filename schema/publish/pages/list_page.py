"""The page of a code list."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from schema.publish.pages.item_page import codes_table
from schema.publish.pages.page import code, facts, link, page, prose, section

if TYPE_CHECKING:
    from schema.publish.pages.written import Object, Written


def list_page(code_list: Object, written: Written) -> bytes:
    """The page in UTF-8."""
    above = (link("index", "All rules and items"), "Code lists", escape(code_list["name"]))
    body = [
        f"<p>{code(code_list['name'])}</p>",
        f"<h1>{prose(code_list['title'])}</h1>",
        section("About this list", facts(_about(code_list, written))),
        section("Codes", codes_table(code_list)),
    ]
    title = f"{code_list['title']}: code list"
    return page(title, body, version=written.version, notice=written.notice, above=above)


def _about(code_list: Object, written: Written) -> Iterator[tuple[str, str]]:
    yield "NHS data element", prose(code_list.get("data_element") or "")
    yield "Source", prose(code_list.get("source") or "")
    yield "As of", prose(code_list.get("as_of") or "")
    yield "Note", prose(code_list.get("note") or "")
    if code_list.get("snapshot"):
        yield (
            "Complete",
            "A snapshot: codes may have been added since. One that is not in it is questioned, not refused.",
        )
    if code_list.get("open_ended"):
        yield "Complete", "There are more codes than are listed here: one that is not listed is not refused for that."
    yield "Used by", ", ".join(_used(place, written) for place in code_list.get("used_by", []))


def _used(place: str, written: Written) -> str:
    table, _, item = place.partition(".")
    return link(place, code(place)) if written.item(table, item) is not None else code(place)
