"""What the rules look up beside the rows: reference data, releases, lists, the header; each worked out once a run."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from schema.data_type import Coded, DataType
from validators import reference_answers

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from schema.data_item import Item
    from validators.context import Context


class Facts:
    """The context of a run, with what is asked for on every row worked out when it is first asked for."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._values: dict[str, Any] = {}
        self._codes: dict[str, frozenset[str]] = {}
        self._named: dict[str, tuple[DataType, frozenset[str]]] = {}
        self._kinds: dict[str, dict[str, str]] = {}
        self._answers: dict[str, frozenset[str] | None] = {}
        self._tables: dict[str, Mapping[tuple[str, str], Any] | None] = {}
        self._lacking: dict[str, str | None] = {}

    def value(self, name: str) -> Any:
        """The typed value of a header item, or the purpose or moment of the run."""
        if name not in self._values:
            self._values[name] = self.context.value(name)
        return self._values[name]

    def received(self, name: str) -> object:
        """A header item as it was received; the purpose and the moment of the run are always there."""
        return self.context.header.get(name) if name in self._header_items else self.value(name)

    @cached_property
    def _header_items(self) -> frozenset[str]:
        return frozenset(self.context.dataset.tables["header"].item_names)

    def codes(self, name: str) -> frozenset[str]:
        """The codes of a list that may stand in this file."""
        if name not in self._codes:
            self._codes[name] = self.context.codes(name)
        return self._codes[name]

    def list_named(self, code: str) -> tuple[DataType, frozenset[str]]:
        """How the list that `code` names is read, and its codes."""
        if code not in self._named:
            self._named[code] = list_named(self.context, code)
        return self._named[code]

    def kind_of(self, item: Item, code: str) -> str | None:
        """What a code of the item's list says: value, declined, asked_unsure, not_known; None where it is not there.

        With a local second character the first one decides.
        """
        name = item.data_type.code_list or ""
        if name not in self._kinds:
            self._kinds[name] = {c.code: c.kind for c in self.context.dataset.code_lists[name].codes}
        kinds = self._kinds[name]
        return kinds.get(code) or (kinds.get(code[:1]) if item.data_type.local_second_character else None)

    def values_of(self, function: str) -> frozenset[str] | None:
        """The values for which a reference-data function is true; None where it cannot be judged."""
        if function not in self._answers:
            self._answers[function] = reference_answers.values_of(self.context, function)
        return self._answers[function]

    def table_of(self, function: str) -> Mapping[tuple[str, str], Any] | None:
        """What a reference-data function of two values gives for each pair; None where it cannot be judged."""
        if function not in self._tables:
            self._tables[function] = reference_answers.table_of(self.context, function)
        return self._tables[function]

    def lacking(self, function: str) -> str | None:
        """The reference data that a function needs and that are not loaded, in words; None where it can be asked."""
        if function not in self._lacking:
            self._lacking[function] = reference_answers.lacking(self.context, function)
        return self._lacking[function]

    @cached_property
    def areas_not_listed(self) -> frozenset[tuple[str, str]]:
        """The nations and census years of which no small area is loaded."""
        return reference_answers.areas_not_listed(self.context)

    @cached_property
    def refused(self) -> frozenset[str]:
        """The restricted characteristics without an approval in force."""
        return self.context.refused_characteristics()

    @cached_property
    def local_codes(self) -> frozenset[str]:
        """The local characteristic codes that the header declares."""
        return self.context.local_codes

    @cached_property
    def plus_map(self) -> Mapping[tuple[str, str, str], str]:
        """National item, national code, characteristic → what the code says."""
        entries = self.context.dataset.plus_map
        return {(m.national_item, m.national_code, m.characteristic_code): m.value for m in entries}


_last: list[Facts] = []


def facts_of(context: Context) -> Facts:
    """The facts of a context. Those of the last one asked about are kept: a run asks about one alone."""
    kept = _last[0] if _last else None
    if kept is None or kept.context is not context:
        kept = Facts(context)
        _last[:] = [kept]
    return kept


def list_named(context: Context, code: str) -> tuple[DataType, frozenset[str]]:
    """The list that a code of a list of lists names: how its values are read, and those that may stand in this file."""
    name = _list_name(context, code)
    return _reading_of(context, name), context.codes(name)


def _list_name(context: Context, code: str) -> str:
    """A list of lists may say in a column `list` that a code stands for a list of another name."""
    for code_list in context.dataset.code_lists.values():
        for one in code_list.codes:
            if one.code == code and "list" in one.details:
                return one.details["list"]
    return code


def _reading_of(context: Context, name: str) -> DataType:
    """The data type under which an item of the data set reads the list, so that evidence is read as the item is."""
    for table in context.dataset.tables.values():
        for item in table.items:
            if item.data_type.code_list == name and item.data_type.local_second_character:
                return item.data_type
    return Coded(name)


# Releases


def release_in_force(context: Context, version: str, day: datetime.date) -> bool:
    """Whether a period that starts on `day` is judged by the release `version`."""
    return any(r.version == version and r.in_force(day) for r in context.releases)


def release_in_trial(context: Context, version: str, day: datetime.date) -> bool:
    """Whether `day` lies between the day on which the release may be used and the day on which it has to be met."""
    return any(
        r.implementation_from <= day and r.conformance_from is not None and day < r.conformance_from
        for r in context.releases
        if r.version == version
    )
