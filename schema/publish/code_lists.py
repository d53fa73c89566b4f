"""code-lists/<list>.json: one code list with its codes, meanings, kinds and lifetimes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema.code_list import Code, CodeList

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schema.data_item import Item
    from schema.dataset import Dataset

_ABOUT = ("name", "title", "data_element", "source", "as_of", "note", "snapshot", "open_ended")


def code_list_document(code_list: CodeList, dataset: Dataset) -> dict[str, Any]:
    """The published form of a list. Absent keys are blank or false; `since` and `until` of a code are days."""
    about = {name: getattr(code_list, name) for name in _ABOUT}
    used_by = {"used_by": list(used_by_items(code_list.name, dataset))}
    return {k: v for k, v in (about | used_by).items() if v} | {"codes": [_code(code) for code in code_list.codes]}


def _code(code: Code) -> dict[str, Any]:
    shown = {"code": code.code, "meaning": code.meaning, "kind": code.kind, "since": code.since, "until": code.until}
    return {name: value for name, value in (shown | {"details": dict(code.details)}).items() if value}


def read_code_list(document: Mapping[str, Any]) -> CodeList:
    """The list read back from its published form."""
    about = {name: document[name] for name in _ABOUT if name in document}
    return CodeList(codes=tuple(Code(**code) for code in document["codes"]), **about)


def used_by_items(name: str, dataset: Dataset) -> Iterator[str]:
    """The items whose codes come from the list, each as table.item."""
    for table in dataset.tables.values():
        for item in table.items:
            if name in lists_of(item, table.name, dataset):
                yield f"{table.name}.{item.name}"


def lists_of(item: Item, table: str, dataset: Dataset) -> tuple[str, ...]:
    """The lists that the codes of an item may come from: its own, or each that another item can name."""
    data_type = item.data_type.element or item.data_type
    if data_type.code_list is not None:
        return (data_type.code_list,)
    if data_type.coded_by is None:
        return ()
    naming = dataset.tables[table].item(data_type.coded_by).data_type.code_list
    names = dataset.code_lists[naming or ""].codes
    return tuple(code.details.get("list", code.code) for code in names)
