"""The code lists of the dictionary, and the map of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.publish.code_lists import used_by_items
from schema.publish.markdown import anchor, code, joined, link, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schema.code_list import Code, CodeKind, CodeList
    from schema.dataset import Dataset

#: longer lists are shown by their first codes
LONGEST_SHOWN = 60
SHOWN_OF_A_LONG_LIST = 10
KIND_WORDS: dict[CodeKind, str] = {
    "value": "value",
    "declined": "declined",
    "asked_unsure": "asked, not sure",
    "not_known": "not known",
}
_DETAIL_WORDS = {
    "definition": "Definition",
    "min_age": "From age",
    "max_age": "To age",
    "restricted": "Restricted",
    "list": "List",
}


def list_sections(dataset: Dataset) -> Iterator[str]:
    """One section for the lists as such, then one for each."""
    yield joined(
        [
            "## Code lists",
            "Each list stands in full in `code-lists/<list>.json`. A retired code is named with its last day.",
            " · ".join(link(code(name), f"list.{name}") for name in dataset.code_lists),
        ]
    )
    for code_list in dataset.code_lists.values():
        yield _list_section(code_list, dataset)


def _list_section(code_list: CodeList, dataset: Dataset) -> str:
    long = len(code_list.codes) > LONGEST_SHOWN
    shown = code_list.codes[: SHOWN_OF_A_LONG_LIST if long else None]
    used = ", ".join(link(code(place), place) for place in used_by_items(code_list.name, dataset))
    origin = [code_list.data_element, code_list.source, code_list.as_of and f"as of {code_list.as_of}"]
    more = f"… and {len(code_list.codes) - len(shown)} more codes in `code-lists/{code_list.name}.json`."
    return joined(
        [
            anchor(f"list.{code_list.name}"),
            f"### `{code_list.name}`: {code_list.title}",
            "; ".join(text for text in origin if text) + ".",
            code_list.note,
            f"Used by {used}." if used else "",
            _codes(shown),
            more if long else "",
        ]
    )


def _codes(codes: Sequence[Code]) -> str:
    details = [name for name in _DETAIL_WORDS if any(name in code.details for code in codes)]
    retired = any(code.until for code in codes)
    names = ["Code", "Meaning", "Kind", *(_DETAIL_WORDS[name] for name in details), *(["Until"] if retired else [])]
    return table(names, [_code(one, details, retired=retired) for one in codes])


def _code(one: Code, details: Sequence[str], *, retired: bool) -> list[str]:
    cells = [code(one.code), one.meaning, KIND_WORDS[one.kind], *(one.details.get(name, "") for name in details)]
    return [*cells, one.until or ""] if retired else cells


def evidence_map(dataset: Dataset) -> str:
    """The map of evidence, codes that say the same together."""
    said: dict[tuple[str, str, str], list[str]] = {}
    for one in dataset.plus_map:
        said.setdefault((one.national_item, one.characteristic_code, one.value), []).append(one.national_code)
    rows = [
        [code(item), ", ".join(code(national) for national in codes), characteristic, value]
        for (item, characteristic, value), codes in said.items()
    ]
    return table(["National item", "National codes", "Characteristic", "Value"], rows)
