"""The row language: conditions on one row, parsed by SQLGlot and refused unless every part is on the allow-list.

It is safe to take a condition from a file or over HTTP: there is nothing in the language but comparisons and the
functions in FUNCTIONS. Null is no verdict: the meaning of every node is three-valued, as in SQL.
"""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlglot import exp

#: name -> (fewest arguments, most arguments, reference data that it reads)
FUNCTIONS: dict[str, tuple[int, int, str | None]] = {
    "age_at": (2, 2, None),
    "answered": (1, 1, None),
    "approved": (1, 1, None),
    "date_of": (1, 1, None),
    "declared": (1, 1, None),
    "decile_reversed": (1, 1, None),
    "declined": (1, 1, None),
    "hours_after": (2, 2, None),
    "imd_decile_of": (2, 2, "imd"),
    "in_list": (2, 2, None),
    "known": (1, 1, None),
    "left": (2, 2, None),
    "length": (1, 1, None),
    "listed": (2, 2, None),
    "lower": (1, 1, None),
    "lsoa_exists": (2, 2, "lsoa"),
    "lsoa_of_postcode": (2, 2, "onspd"),
    "matches": (2, 2, None),
    "mod11": (1, 1, None),
    "month_end": (1, 1, None),
    "month_start": (1, 1, None),
    "months_before": (2, 2, None),
    "ods_known": (1, 1, "ods"),
    "ods_live": (1, 1, "ods"),
    "ods_registers": (1, 1, "ods"),
    "plus_map": (3, 3, None),
    "postcode_known": (1, 1, "onspd"),
    "postcode_live": (1, 1, "onspd"),
    "pseudo_postcode": (1, 1, "pseudo_postcode"),
    "release_in_force": (2, 2, None),
    "release_in_trial": (2, 2, None),
    "restricted": (1, 1, None),
    "reverse": (1, 1, None),
    "right": (2, 2, None),
    "squeeze": (1, 1, None),
    "substring": (2, 3, None),
    "upper": (1, 1, None),
    "verhoeff": (1, 1, None),
}
#: function -> the release that brought it; the others were there from the first
SINCE = {"decile_reversed": "1.1.0", "imd_decile_of": "1.1.0", "lsoa_of_postcode": "1.1.0"}
#: functions that give a value of a large set of reference data, and the items of the person that they are asked about:
#: engines join the persons to the set once, by these
OF_PERSONS = {
    "imd_decile_of": ("lsoa_code", "imd_version"),
    "lsoa_of_postcode": ("postcode", "lsoa_vintage"),
}

COMPARISONS = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}


class ExpressionError(ValueError):
    """A condition that is not in the row language; the message says which part, and what may stand there."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, whole number, date or truth value written in the condition."""

    value: str | int | bool | datetime.date


@dataclass(frozen=True, slots=True)
class Column:
    """An item of the row itself (table is None), or of the one row that a declared link leads to."""

    name: str
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One of FUNCTIONS."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of two values."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether an item is blank as received."""

    column: Column


@dataclass(frozen=True, slots=True)
class Among:
    """Whether a value is one of some literals."""

    value: Node
    choices: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """Conjunction of two or more parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Disjunction of two or more parts."""

    parts: tuple[Node, ...]


Node = Literal | Column | Call | Compare | IsNull | Among | Not | And | Or


@dataclass(frozen=True, eq=False)
class Expression:
    """A condition: its text as written, and its tree.

    The conditions of a release were parsed when it was built: read back from there, the tree is made when it is first
    asked for. `parse` makes it at once, and is the way in for everything that nobody has checked yet.
    """

    text: str
    parsed: Node | None = field(default=None, repr=False)

    @functools.cached_property
    def tree(self) -> Node:
        """The parts of the condition; ExpressionError where the text is not in the row language."""
        return self.parsed or _tree(self.text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Expression) or self.text != other.text:
            return False
        return self.parsed is other.parsed or self.tree == other.tree

    def __hash__(self) -> int:
        return hash(self.text)

    def columns(self) -> frozenset[Column]:
        """Every item that the condition reads."""
        return frozenset(node for node in walk(self.tree) if isinstance(node, Column))

    def functions(self) -> frozenset[str]:
        """Every function that the condition calls."""
        return frozenset(node.name for node in walk(self.tree) if isinstance(node, Call))

    def reference_data(self) -> frozenset[str]:
        """The reference data without which the condition cannot be judged."""
        needed = (FUNCTIONS[name][2] for name in self.functions())
        return frozenset(name for name in needed if name)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node, one level down."""
    match node:
        case Call():
            return node.args
        case Compare():
            return (node.left, node.right)
        case IsNull():
            return (node.column,)
        case Among():
            return (node.value,)
        case Not():
            return (node.part,)
        case And() | Or():
            return node.parts
        case _:
            return ()


def parse(text: str) -> Expression:
    """The condition in `text`; ExpressionError where it is not in the row language."""
    return Expression(text, _tree(text))


@functools.lru_cache(maxsize=2048)
def _tree(text: str) -> Node:
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        tree: Any = sqlglot.parse_one(text, dialect="duckdb")
    except SqlglotError as error:
        raise ExpressionError(f"Not a condition: {text!r}. Expected comparisons joined by AND, OR, NOT.") from error
    return _node(tree)


def _node(tree: exp.Expression) -> Node:
    kind = type(tree).__name__
    if kind in COMPARISONS:
        return Compare(COMPARISONS[kind], _node(tree.this), _node(tree.expression))
    reader = _READERS.get(kind)
    if reader is None:
        return _call(tree)
    return reader(tree)


def _refuse(tree: exp.Expression) -> ExpressionError:
    return ExpressionError(
        f"{tree.sql(dialect='duckdb')!r} is not in the row language. It has AND, OR, NOT, = <> < <= > >=, IN, BETWEEN, "
        f"IS NULL, literals, items and these functions: {', '.join(sorted(FUNCTIONS))}."
    )


def _call(tree: exp.Expression) -> Call:
    from sqlglot import exp

    if not isinstance(tree, exp.Func):
        raise _refuse(tree)
    name = (tree.name if isinstance(tree, exp.Anonymous) else _SPELLING.get(tree.key, tree.key)).lower()
    if name not in FUNCTIONS:
        raise _refuse(tree)
    args = tree.expressions if isinstance(tree, exp.Anonymous) else [a for a in tree.args.values() if _is_tree(a)]
    fewest, most, _ = FUNCTIONS[name]
    if not fewest <= len(args) <= most:
        raise ExpressionError(
            f"{name} takes {fewest} to {most} values; {tree.sql(dialect='duckdb')!r} has {len(args)}."
        )
    return Call(name, tuple(_node(arg) for arg in args))


#: where SQLGlot has a node of its own for a function of the row language
_SPELLING = {"month_start": "month_start"}


def _is_tree(value: Any) -> bool:
    from sqlglot import exp

    return isinstance(value, exp.Expression)


def _column(tree: Any) -> Column:
    return Column(tree.name.lower(), tree.table.lower() or None)


def _literal(tree: Any) -> Literal:
    if tree.is_string:
        return Literal(tree.name)
    if not tree.name.isdigit():
        raise ExpressionError(f"{tree.name} is not a whole number.")
    return Literal(int(tree.name))


def _date(tree: Any) -> Literal:
    if tree.to.sql() != "DATE" or type(tree.this).__name__ != "Literal":
        raise _refuse(tree)
    return Literal(datetime.date.fromisoformat(tree.this.name))


def _is(tree: Any) -> Node:
    column = _node(tree.this)
    if type(tree.expression).__name__ != "Null" or not isinstance(column, Column):
        raise _refuse(tree)
    return IsNull(column)


def _in(tree: Any) -> Among:
    choices = [_node(part) for part in tree.expressions]
    if tree.args.get("query") or not choices or not all(isinstance(c, Literal) for c in choices):
        raise _refuse(tree)
    return Among(_node(tree.this), tuple(c.value for c in choices))  # type: ignore[union-attr]


def _between(tree: Any) -> And:
    value = _node(tree.this)
    low, high = _node(tree.args["low"]), _node(tree.args["high"])
    return And((Compare(">=", value, low), Compare("<=", value, high)))


def _flat(kind: type[And | Or]) -> Callable[[Any], Node]:
    def read(tree: Any) -> Node:
        parts = (_node(tree.left), _node(tree.right))
        return kind(tuple(p for part in parts for p in (part.parts if isinstance(part, kind) else (part,))))

    return read


_READERS: dict[str, Callable[[Any], Node]] = {
    "And": _flat(And),
    "Or": _flat(Or),
    "Not": lambda tree: Not(_node(tree.this)),
    "Paren": lambda tree: _node(tree.this),
    "Column": _column,
    "Literal": _literal,
    "Boolean": lambda tree: Literal(bool(tree.this)),
    "Cast": _date,
    "Is": _is,
    "In": _in,
    "Between": _between,
}
