"""The closed set of check kinds: what a rule may ask. Conditions read one row; the others need more."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from schema.expression import Expression, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Condition:
    """Where `when` is true (or absent), `require` must not be false."""

    kind: ClassVar[str] = "condition"
    require: Expression
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """The item is blank, and `when` (where presence is asked for) is true or absent."""

    kind: ClassVar[str] = "missing"
    item: str
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """The item is not written in the form of its data type."""

    kind: ClassVar[str] = "format"
    item: str


@dataclass(frozen=True, slots=True)
class Coded:
    """The item holds what is not in its code list, or was retired more than 12 months before period end."""

    kind: ClassVar[str] = "code"
    item: str


@dataclass(frozen=True, slots=True)
class Retired:
    """The item holds a code that was retired within the 12 months before period end."""

    kind: ClassVar[str] = "retired"
    item: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """Two or more rows share the key and differ elsewhere: every one of them fails."""

    kind: ClassVar[str] = "repeated"
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """Two or more rows are alike in every item: every one of them fails, and they count once."""

    kind: ClassVar[str] = "copied"
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """The row names a row of `table` by `items`, and no accepted row has that key."""

    kind: ClassVar[str] = "link"
    table: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowCount:
    """The table has exactly one row."""

    kind: ClassVar[str] = "row_count"


@dataclass(frozen=True, slots=True)
class TableMissing:
    """A mandatory table was not sent."""

    kind: ClassVar[str] = "table_missing"


@dataclass(frozen=True, slots=True)
class SharedValue:
    """One value of the item stands under two or more different keys: every row that carries it fails."""

    kind: ClassVar[str] = "shared_value"
    item: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Rows alike in `group` hold two or more different ones of `values` in `item`: each row that holds one fails."""

    kind: ClassVar[str] = "contradiction"
    group: tuple[str, ...]
    item: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """Where `when` is true, the same person has no row in `table` for which `match` is true."""

    kind: ClassVar[str] = "related"
    table: str
    match: Expression
    when: Expression


@dataclass(frozen=True, slots=True)
class Rate:
    """Of the rows of `table` in `population` (all where absent), the share with `numerator` is above `above`.

    Judged from `minimum` rows on. Where `above` is absent the rate is shown and never fails.
    """

    kind: ClassVar[str] = "rate"
    table: str
    numerator: Expression
    population: Expression | None = None
    minimum: int = 1
    above: float | None = None


@dataclass(frozen=True, slots=True)
class DeclaredNotRecorded:
    """A characteristic that the header declares has no answer Y, N, U or Z in the file."""

    kind: ClassVar[str] = "declared_not_recorded"


Check = (
    Condition
    | Missing
    | Format
    | Coded
    | Retired
    | Repeated
    | Copied
    | Link
    | RowCount
    | TableMissing
    | SharedValue
    | Contradiction
    | Related
    | Rate
    | DeclaredNotRecorded
)
CHECKS: dict[str, type[Check]] = {
    kind.kind: kind
    for kind in (
        Condition,
        Missing,
        Format,
        Coded,
        Retired,
        Repeated,
        Copied,
        Link,
        RowCount,
        TableMissing,
        SharedValue,
        Contradiction,
        Related,
        Rate,
        DeclaredNotRecorded,
    )
}
_EXPRESSIONS = frozenset({"when", "require", "match", "population", "numerator"})


def to_dict(check: Check) -> dict[str, Any]:
    """The check as JSON: its kind, then its fields; conditions as their text."""
    shown = {name: getattr(check, name) for name in asdict_names(check)}
    plain = {
        k: v.text if isinstance(v, Expression) else list(v) if isinstance(v, tuple) else v for k, v in shown.items()
    }
    return {"kind": check.kind} | {name: value for name, value in plain.items() if value is not None}


def from_dict(given: Mapping[str, Any], condition: Callable[[str], Expression] = parse) -> Check:
    """The check read back from `to_dict`, or from the [check] table of a rule file.

    `condition` reads a condition; with `Expression` it is parsed when it is first used.
    """
    fields = {name: value for name, value in given.items() if name != "kind"}
    read: dict[str, Any] = {
        name: condition(value) if name in _EXPRESSIONS else tuple(value) if isinstance(value, list) else value
        for name, value in fields.items()
    }
    return CHECKS[given["kind"]](**read)


def asdict_names(check: Check) -> tuple[str, ...]:
    """The names of the fields of a check, in order."""
    return tuple(check.__dataclass_fields__)


__all__ = ["CHECKS", "Check", "asdict", "from_dict", "to_dict"]
