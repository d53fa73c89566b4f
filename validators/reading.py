"""The row language in plain Python: slow, obvious, and the yardstick for every engine. None is null: no verdict."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schema.data_type import DataType
from schema.expression import Among, And, Call, Column, Compare, IsNull, Literal, Node, Not, Or
from validators.context import completed_years, month_end, months_before
from validators.lookups import looked_up

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from schema.data_item import Item
    from validators.context import Context

_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a condition reads of one row: values as received, typed values, and those of linked rows."""

    context: Context
    items: Mapping[str, Item] = field(default_factory=dict)
    raw: Mapping[str, str | None] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)
    linked: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    looked_up: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def constants(cls, context: Context) -> Scope:
        """The scope of what reads no row."""
        return cls(context, looked_up=looked_up(context))

    def value(self, column: Column) -> Any:
        """The typed value of an item."""
        if column.table:
            return self.linked.get((column.table, column.name))
        return self.typed.get(column.name) if column.name in self.items else self.context.value(column.name)

    def received(self, column: Column) -> Any:
        """The value of an item as it was received."""
        if column.table:
            return self.linked.get((column.table, column.name))
        return self.raw.get(column.name) if column.name in self.items else self.context.header.get(column.name)


def evaluate(node: Node, scope: Scope) -> Any:
    """The value of a node: three-valued where it is a condition."""
    match node:
        case Literal():
            return node.value
        case Column():
            return scope.value(node)
        case IsNull():
            return scope.received(node.column) is None
        case Compare():
            return _compare(node.op, evaluate(node.left, scope), evaluate(node.right, scope))
        case Among():
            value = evaluate(node.value, scope)
            return None if value is None else value in node.choices
        case Not():
            part = evaluate(node.part, scope)
            return None if part is None else not part
        case And():
            return _all([evaluate(part, scope) for part in node.parts])
        case Or():
            parts = [evaluate(part, scope) for part in node.parts]
            return True if True in parts else None if None in parts else False
        case Call():
            return PYTHON_FUNCTIONS[node.name](node, scope)


def _all(parts: list[Any]) -> bool | None:
    return False if False in parts else None if None in parts else True


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _compare(op: str, left: Any, right: Any) -> bool | None:
    return None if left is None or right is None else _COMPARE[op](left, right)


def _plain(function: Callable[..., Any]) -> Callable[[Call, Scope], Any]:
    """A function of values: null where one of them is null."""

    def build(node: Call, scope: Scope) -> Any:
        values = [evaluate(arg, scope) for arg in node.args]
        return None if None in values else function(*values)

    return build


def mod11(text: str) -> bool:
    """Whether ten digits carry the check digit of an NHS number."""
    if not re.fullmatch("[0-9]{10}", text):
        return False
    return sum(int(digit) * weight for digit, weight in zip(text, (10, 9, 8, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11 == 0


def verhoeff(text: str) -> bool:
    """Whether the last digit is the Verhoeff check digit of those before it; false where one is no digit."""
    if not re.fullmatch("[0-9]+", text):
        return False
    check = 0
    for place, digit in enumerate(reversed(text)):
        check = _product(check, _permuted(place % 8, int(digit)))
    return check == 0


def _product(a: int, b: int) -> int:
    """The product in the dihedral group of the pentagon: 0 to 4 are turns, 5 to 9 are turns of the mirror image."""
    if a < 5:  # noqa: PLR2004
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5  # noqa: PLR2004
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5  # noqa: PLR2004


def _permuted(times: int, digit: int) -> int:
    for _ in range(times):
        digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
    return digit


def list_named(context: Context, name: str) -> tuple[DataType, frozenset[str]]:
    """The list that a code of national_item or of a …_list item names: how its codes are read, and the codes."""
    national = next((c for c in context.dataset.code_lists["national_item"].codes if c.code == name), None)
    code_list = (national.details.get("list") if national else None) or name
    second = code_list == "ethnic_category"
    data_type = DataType(name="code", expected="", code_list=code_list, local_second_character=second)
    return data_type, context.codes(code_list)


def _listed(node: Call, scope: Scope) -> bool | None:
    value, name = (evaluate(arg, scope) for arg in node.args)
    if value is None or name is None:
        return None
    data_type, codes = list_named(scope.context, name)
    return data_type.in_codes(value, codes)


def kind_of(value: str, data_type: DataType, context: Context) -> str | None:
    """The kind of a code; a local second character does not count. None where the code is not in its list."""
    kinds = {code.code: code.kind for code in context.dataset.code_lists[data_type.code_list or ""].codes}
    if value in kinds or not data_type.local_second_character:
        return kinds.get(value)
    return kinds.get(value[:1])


def _of_kind(node: Call, scope: Scope, kinds: Collection[str]) -> bool | None:
    column = node.args[0]
    assert isinstance(column, Column)
    value = scope.value(column)
    return None if value is None else kind_of(value, scope.items[column.name].data_type, scope.context) in kinds


def _restricted_codes(scope: Scope) -> frozenset[str]:
    return scope.context.dataset.code_lists["plus_characteristic"].restricted


def _in(codes: Callable[[Scope], Collection[str]]) -> Callable[[Call, Scope], bool | None]:
    def build(node: Call, scope: Scope) -> bool | None:
        value = evaluate(node.args[0], scope)
        return None if value is None else value in codes(scope)

    return build


def _in_list(node: Call, scope: Scope) -> bool | None:
    value, name = (evaluate(arg, scope) for arg in node.args)
    return None if value is None else value in scope.context.codes(name)


def _plus_map(node: Call, scope: Scope) -> str | None:
    asked = tuple(evaluate(arg, scope) for arg in node.args)
    found = (m.value for m in scope.context.dataset.plus_map if (m.national_item, m.national_code, m.characteristic_code) == asked)
    return next(found, None)


def _looked_up(node: Call, scope: Scope) -> bool | None:
    values = [evaluate(arg, scope) for arg in node.args]
    known = scope.looked_up.get(node.name)
    return None if None in values or known is None else "|".join(values) in known


def _release(node: Call, scope: Scope, trial: bool) -> bool | None:
    version, day = (evaluate(arg, scope) for arg in node.args)
    if version is None or day is None:
        return None
    known = [r for r in scope.context.releases if r.version == version]
    if trial:
        return any(r.conformance_from and r.implementation_from <= day < r.conformance_from for r in known)
    return any(r.in_force(day) for r in known)


def _substring(text: str, start: int, length: int | None = None) -> str:
    return text[start - 1 :] if length is None else text[start - 1 : start - 1 + length]


PYTHON_FUNCTIONS: dict[str, Callable[[Call, Scope], Any]] = {
    "age_at": _plain(completed_years),
    "answered": lambda node, scope: _of_kind(node, scope, ("value", "declined")) is True,
    "approved": _in(lambda scope: _restricted_codes(scope) - scope.context.refused_characteristics()),
    "date_of": _plain(lambda moment: moment.date()),
    "declared": _in(lambda scope: scope.context.local_codes),
    "declined": lambda node, scope: _of_kind(node, scope, ("declined",)),
    "hours_after": _plain(lambda moment, hours: moment + datetime.timedelta(hours=hours)),
    "in_list": _in_list,
    "known": lambda node, scope: _of_kind(node, scope, ("value",)),
    "left": _plain(lambda text, n: text[:n]),
    "length": _plain(len),
    "listed": _listed,
    "lower": _plain(lambda text: text.translate(_LOWER)),
    "lsoa_exists": _looked_up,
    "matches": _plain(lambda text, pattern: re.fullmatch(pattern, text) is not None),
    "mod11": _plain(mod11),
    "month_end": _plain(month_end),
    "month_start": _plain(lambda day: day.replace(day=1)),
    "months_before": _plain(months_before),
    "ods_known": _looked_up,
    "ods_live": _looked_up,
    "ods_registers": _looked_up,
    "plus_map": _plus_map,
    "postcode_known": _looked_up,
    "postcode_live": _looked_up,
    "pseudo_postcode": _looked_up,
    "release_in_force": lambda node, scope: _release(node, scope, trial=False),
    "release_in_trial": lambda node, scope: _release(node, scope, trial=True),
    "restricted": _in(_restricted_codes),
    "reverse": _plain(lambda text: text[::-1]),
    "right": _plain(lambda text, n: text[-n:] if n else ""),
    "squeeze": _plain(lambda text: text.replace(" ", "")),
    "substring": _plain(_substring),
    "upper": _plain(lambda text: text.translate(_UPPER)),
    "verhoeff": _plain(verhoeff),
}
