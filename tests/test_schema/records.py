"""Records of a table for Hypothesis: right ones, and right ones with one item changed."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from schema.data_type import WRONG_TYPE
from schema.publish.json_schema import is_closed
from schema.type_schema import LOCAL_CODE

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from schema.data_item import Item
    from schema.data_type import DataType
    from schema.dataset import Dataset
    from schema.table_definition import TableDefinition

#: U+FDD0 is a noncharacter, never to be exchanged: the readers mark values of another JSON type with it.
CHARACTERS = st.characters(codec="utf-8", exclude_characters=WRONG_TYPE)
ANY_TEXT = st.text(CHARACTERS, min_size=1, max_size=30)


def good_records(table: TableDefinition, dataset: Dataset) -> SearchStrategy[dict[str, Any]]:
    """Records of `table` that every reading accepts, with and without the items that may be blank."""
    values = {item.name: good_values(item, table.name, dataset) for item in table.items}
    always = {i.name: values[i.name] for i in table.items if i.mandation == "M" and i.column_absent is None}
    may_be_blank = {i.name for i in table.items if i.mandation != "M"}
    optional = {n: st.none() | v if n in may_be_blank else v for n, v in values.items() if n not in always}
    return st.fixed_dictionaries(always, optional=optional)


def changed_records(table: TableDefinition, dataset: Dataset) -> SearchStrategy[dict[str, Any]]:
    """Right records in which one item was replaced, taken away or added."""
    return st.one_of(
        st.builds(_replaced, good_records(table, dataset), st.sampled_from(table.item_names), st.data()),
        st.builds(_without, good_records(table, dataset), st.sampled_from(table.item_names)),
        st.builds(_with, good_records(table, dataset), st.sampled_from(("sex", "Birth_Date", "", "nhs_number "))),
    )


def _replaced(record: dict[str, Any], name: str, data: st.DataObject) -> dict[str, Any]:
    return {**record, name: data.draw(other_values(record.get(name)), label=name)}


def _without(record: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != name}


def _with(record: dict[str, Any], name: str) -> dict[str, Any]:
    return {**record, name: "1"}


def drawn(strategy: SearchStrategy[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """Records to be checked together, because each check costs more than all of them."""
    found: list[dict[str, Any]] = []

    @settings(max_examples=number, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(strategy)
    def collect(record: dict[str, Any]) -> None:
        found.append(record)

    collect()
    return found


def good_values(item: Item, table: str, dataset: Dataset) -> SearchStrategy[Any]:
    """Values that the item may hold."""
    data_type = item.data_type
    if data_type.kind == "list" and data_type.element:
        return st.lists(_good_texts(data_type.element, dataset, closed=is_closed(item, table, dataset)), max_size=3)
    if data_type.kind == "integer":
        numbers = st.integers(data_type.minimum, data_type.maximum)
        return numbers | numbers.map(float)
    return _good_texts(data_type, dataset, closed=is_closed(item, table, dataset))


def _good_texts(data_type: DataType, dataset: Dataset, *, closed: bool) -> SearchStrategy[str]:
    if data_type.code_list:
        codes = st.sampled_from(sorted(dataset.code_lists[data_type.code_list].open_codes))
        return codes | _beside_the_list(data_type, closed=closed)
    if data_type.kind == "date":
        return st.dates().map(str)
    if data_type.kind == "datetime":
        offset = st.sampled_from(("", "Z", "+01:00", "-23:59"))
        return st.builds("{}{}".format, st.datetimes().map(lambda t: t.isoformat(timespec="seconds")), offset)
    if data_type.pattern:
        return st.from_regex(data_type.pattern, fullmatch=True, alphabet=string.printable)
    texts = st.text(CHARACTERS, min_size=1, max_size=data_type.max_length or 30)
    return texts.filter(lambda text: data_type.min_length is None or bool(text.strip(" ")))


def _beside_the_list(data_type: DataType, *, closed: bool) -> SearchStrategy[str]:
    if data_type.local_second_character:
        return st.from_regex("[A-CZ][A-Z0-9]", fullmatch=True)
    if data_type.local_codes:
        return st.from_regex(LOCAL_CODE, fullmatch=True)
    return st.nothing() if closed else ANY_TEXT


def other_values(value: Any) -> SearchStrategy[Any]:
    """Values that are likely to be wrong: of another type, near misses of `value`, and anything."""
    near = [near_miss(value) for near_miss in _NEAR_MISSES] if isinstance(value, str) else [value]
    return st.one_of(
        st.sampled_from([None, "", " ", "  ", "\n", True, False, 0, 1, 11, -1, 1.5, 10**9, [], {}, [None], ["A", 1]]),
        st.sampled_from(near),
        ANY_TEXT,
        st.from_regex("[0-9A-Z]{1,21}", fullmatch=True),
        st.lists(st.none() | ANY_TEXT, max_size=2),
        st.sampled_from(_ODD),
    )


_NEAR_MISSES = (
    lambda text: text + "\n",
    lambda text: text + "\r",
    lambda text: "\n" + text,
    lambda text: text + " ",
    lambda text: " " + text,
    lambda text: text[:-1],
    lambda text: text + text[-1:],
    str.lower,
    str.upper,
    lambda text: [text],
)
_ODD = (
    "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u0660",  # Arabic digits
    "2026-02-29",
    "2024-02-29",
    "1900-02-29",
    "0000-01-01",
    "20260401",
    "2026-W14-3",
    "2026-04-01T24:00:00",
    "2026-02-30T09:00:00",
    "2026-04-01T09:00:00+24:00",
    "0000-04-01T09:00:00",
    "ZZ99\u00a03VZ",
    "ZZ99  3VZ",
    "L-BOATER=",
    "L-BOATER=a\nb",
    "x" * 21,
    "\u00e9" * 20,
    "e\u0301" * 20,
    "\U0001f600" * 20,
)
