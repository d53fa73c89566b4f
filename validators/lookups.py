"""What the rules look up beside the rows: reference data, releases, lists, the header; each worked out once a run."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from schema.data_type import Coded, DataType, canonical_postcode
from schema.expression import FUNCTIONS

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterator, Mapping

    from schema.data_item import Item
    from validators.context import Context

#: between the parts of a value that is looked up by two items
JOINT = "|"


class Facts:
    """The context of a run, with what is asked for on every row worked out when it is first asked for."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._values: dict[str, Any] = {}
        self._codes: dict[str, frozenset[str]] = {}
        self._named: dict[str, tuple[DataType, frozenset[str]]] = {}
        self._kinds: dict[str, dict[str, str]] = {}

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

    @cached_property
    def looked_up(self) -> Mapping[str, frozenset[str] | None]:
        """For each reference-data function the values for which it is true; None where it cannot be judged."""
        found = looked_up(self.context)
        return {name: values if can_be_judged(self.context, name) else None for name, values in found.items()}

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


# Reference data: for each function the values for which it is true


def looked_up(context: Context) -> dict[str, frozenset[str]]:
    """For each reference-data function the values for which it is true; the parts of two are joined by `|`.

    Functions whose set is not loaded are left out. A function that asks about the period is true of nothing where the
    period is not known: see `can_be_judged`.
    """
    loaded = {name: values for name, values in _LOOKED_UP.items() if FUNCTIONS[name][2] in context.reference}
    return {name: frozenset(values(context)) for name, values in loaded.items()}


def can_be_judged(context: Context, function: str) -> bool:
    """Whether a reference-data function has an answer: those that ask about the period need it."""
    return function not in OF_THE_PERIOD or not (context.period_start is None or context.period_end is None)


def _rows(context: Context, name: str, key: str) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    """The rows of a set with their key; rows without one say nothing."""
    for row in context.reference[name]:
        code = row.get(key)
        if code:
            yield code, row


def _begun(context: Context, first: str | None) -> bool:
    """Whether something was there by the end of the period; without a first day it always was."""
    return context.period_end is not None and (first or "0001-01-01") <= context.period_end.isoformat()


def _live(context: Context, first: str | None, last: str | None) -> bool:
    """Whether something was there on at least one day of the period."""
    if context.period_start is None:
        return False
    return _begun(context, first) and (last or "9999-12-31") >= context.period_start.isoformat()


def _ods_known(context: Context) -> Iterator[str]:
    return (code for code, _ in _rows(context, "ods", "code"))


def _ods_live(context: Context) -> Iterator[str]:
    for code, row in _rows(context, "ods", "code"):
        if _live(context, row.get("open_from"), row.get("closed_on")):
            yield code


def _ods_registers(context: Context) -> Iterator[str]:
    for code, row in _rows(context, "ods", "code"):
        registers = (row.get("registers_patients") or "").lower() in _YES
        if registers and _live(context, row.get("open_from"), row.get("closed_on")):
            yield code


def _postcode_known(context: Context) -> Iterator[str]:
    for postcode, row in _rows(context, "onspd", "postcode"):
        if _begun(context, row.get("start")):
            yield canonical_postcode(postcode)


def _postcode_live(context: Context) -> Iterator[str]:
    for postcode, row in _rows(context, "onspd", "postcode"):
        if _live(context, row.get("start"), row.get("terminated")):
            yield canonical_postcode(postcode)


def _pseudo_postcode(context: Context) -> Iterator[str]:
    return (canonical_postcode(postcode) for postcode, _ in _rows(context, "pseudo_postcode", "postcode"))


def _lsoa_exists(context: Context) -> Iterator[str]:
    return (f"{code}{JOINT}{row.get('vintage')}" for code, row in _rows(context, "lsoa", "code"))


_YES = frozenset({"yes", "y", "true", "1"})
_LOOKED_UP: dict[str, Callable[[Context], Iterator[str]]] = {
    "lsoa_exists": _lsoa_exists,
    "ods_known": _ods_known,
    "ods_live": _ods_live,
    "ods_registers": _ods_registers,
    "postcode_known": _postcode_known,
    "postcode_live": _postcode_live,
    "pseudo_postcode": _pseudo_postcode,
}
#: functions that ask about the period without naming it
OF_THE_PERIOD = frozenset({"ods_live", "ods_registers", "postcode_known", "postcode_live"})


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
