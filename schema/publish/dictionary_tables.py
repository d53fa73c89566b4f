"""The tables and items of the dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.publish.code_lists import lists_of
from schema.publish.markdown import anchor, code, joined, link, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schema.data_item import Item, Mandation
    from schema.dataset import Dataset
    from schema.table_definition import TableDefinition

MANDATION_WORDS: dict[Mandation, str] = {
    "M": "mandatory; the row cannot be used without it",
    "R": "required; sent wherever it applies and is held",
    "O": "optional; the provider's choice",
    "P": "pilot; sent by those who take part",
}


def table_sections(dataset: Dataset) -> Iterator[str]:
    """One section for all tables, then one for each, with every item."""
    rows = [
        [link(code(t.name), t.name), t.number, "mandatory" if t.mandatory else "optional", t.description]
        for t in dataset.tables.values()
    ]
    yield joined(["## Tables", table(["Table", "No.", "Sent", "What a row is"], rows)])
    for definition in dataset.tables.values():
        yield _table_section(definition, dataset)
        for item in definition.items:
            yield _item_section(item, definition, dataset)


def _table_section(definition: TableDefinition, dataset: Dataset) -> str:
    rows = [
        [link(code(item.name), _place(definition, item)), item.title, item.mandation, _form(item, definition, dataset)]
        for item in definition.items
    ]
    return joined(
        [
            anchor(definition.name),
            f"### Table {definition.number}: `{definition.name}`",
            definition.description,
            _keys(definition),
            table(["Item", "Label", "", "Written as"], rows),
        ]
    )


def _place(definition: TableDefinition, item: Item) -> str:
    return f"{definition.name}.{item.name}"


def _form(item: Item, definition: TableDefinition, dataset: Dataset) -> str:
    """How a value is written; for codes, with links to the lists that they come from."""
    data_type = item.data_type.element or item.data_type
    lists = [link(code(name), f"list.{name}") for name in lists_of(item, definition.name, dataset)]
    if not lists:
        return item.data_type.expected
    if data_type.coded_by:
        return f"a code of the list that {code(data_type.coded_by)} names: {', '.join(lists)}"
    local = ", or a local code (`L-…`) that the header declares" if data_type.local_codes else ""
    local += ", a local second character allowed" if data_type.local_second_character else ""
    return f"a code of {lists[0]}{local}" + (", several separated by |" if item.data_type.kind == "list" else "")


def _keys(definition: TableDefinition) -> str:
    key = f"Key: {_named(definition.key)}. " if definition.key else ""
    return (
        key + " ".join(f"{_named(items)} names a row of `{target}`." for target, items in definition.links.items())
    ).strip()


def _named(items: Sequence[str]) -> str:
    return " + ".join(code(name) for name in items)


def _item_section(item: Item, definition: TableDefinition, dataset: Dataset) -> str:
    return joined(
        [
            anchor(_place(definition, item)),
            f"#### `{definition.name}.{item.name}`: {item.title}",
            item.definition,
            "\n".join(f"- {name}: {words}" for name, words in _facts(item, definition, dataset) if words),
        ]
    )


def _facts(item: Item, definition: TableDefinition, dataset: Dataset) -> Iterator[tuple[str, str]]:
    yield "Mandation", MANDATION_WORDS[item.mandation] + _exceptions(item, definition)
    yield "Written as", _form(item, definition, dataset)
    yield "NHS data element", "none, a project item" if item.data_element == "project item" else item.data_element
    yield "Note", item.source
    yield "Rules", ", ".join(rule_links(item.name, definition.name, dataset))


def _exceptions(item: Item, definition: TableDefinition) -> str:
    if item.mandation == "M":
        return ""
    if item.blank_is_an_answer:
        return ". A blank is an answer"
    both = (definition.presence_applies_when, item.applies_when)
    asked = " and ".join(code(text) for text in both if text)
    return f". Asked for where {asked}" if item.mandation == "R" and asked else ""


def rule_links(item: str, owner: str, dataset: Dataset) -> Iterator[str]:
    """Links to the rules that read the item."""
    for rule in dataset.rules:
        if (rule.table == owner and item in rule.items) or f"{owner}.{item}" in rule.items:
            yield link(rule.id, rule.id)
