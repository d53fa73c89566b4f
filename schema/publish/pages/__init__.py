"""Pages for people: one for every rule, data item and code list of a release, made from its folder alone.

They are files that link to one another by name, so that they work where they are served and where a bundle is
unpacked. They are made when they are asked for: the published folder does not hold them and does not change.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from schema.publish.pages.index_page import index_page
from schema.publish.pages.item_page import item_page
from schema.publish.pages.list_page import list_page
from schema.publish.pages.rule_page import rule_page
from schema.publish.pages.written import Written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schema.release_folder import Release

FOLDER = "pages"
STYLE = "style.css"


def pages(release: Release) -> dict[str, bytes]:
    """Every page, and their style, by file name."""
    return dict(sorted(_pages(Written.of(release))))


def _pages(written: Written) -> Iterator[tuple[str, bytes]]:
    yield STYLE, (Path(__file__).parent / STYLE).read_bytes()
    yield "index.html", index_page(written)
    for rule in written.rules:
        yield f"{rule['id']}.html", rule_page(rule, written)
    for table, schema in written.schemas.items():
        for name, item in schema["properties"].items():
            yield f"{table}.{name}.html", item_page(table, name, item, written)
    for code_list in written.code_lists.values():
        yield f"list.{code_list['name']}.html", list_page(code_list, written)
