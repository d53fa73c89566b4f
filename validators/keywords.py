"""JSON Schema as SQL: what a property schema says of a cell, and a row's schema of a row, keyword by keyword.

A cell holds a JSON value as the readers carry it (`validators.readers.json_values`): null and the empty list are blank,
a text stands as it is, a whole number as its digits, a list as its texts with `|` between them, and what no text can
say (an empty text, a value of another type) behind a mark. A condition is never null.

A schema is one that the metaschema of 2020-12 accepts. Only the keywords that the releases use are known: any other is
refused by name, and so is what a column cannot tell apart.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlglot import exp

from schema.data_type import EMPTY_STRING, ISO_DATE, WRONG_TYPE, DataType
from schema.publish.json_schema import PREFIX
from schema.type_schema import NO_NEWLINE, anchored, type_schema
from validators.patterns import is_found, is_read_alike, names_its_characters
from validators.terms import among, call, case, cast, full_match, is_null, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    Schema = Mapping[str, Any] | bool

#: how a cell is to be read. Without a type it is a text column, in which a value of any type may stand behind a mark.
Kind = Literal["string", "integer", "array", "any"]

ANNOTATIONS: Final = frozenset({"$schema", "$id", "$comment", "title", "description"})
ROW_KEYWORDS: Final = frozenset({"type", "properties", "required", "additionalProperties"})
#: how a whole number is written; the readers write 7.0, 70e-1 and -0 so too
INTEGER: Final = "0|-?[1-9][0-9]*"
LARGEST: Final = 2**63 - 1


class KeywordError(ValueError):
    """A schema that has no SQL; the message names the keyword."""


class Marked(Enum):
    """A value of another type than its column, which stands behind a mark."""

    OTHER = "other"


#: what no plain text says: nothing, the empty text, a value of another type
Unspelt = Literal[""] | Marked | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with a plain text in it."""

    value: exp.Expr
    kind: Kind

    @property
    def text(self) -> exp.Expr:
        """The text, to be put into one place of a condition."""
        return self.value.copy()


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword: the kind of value that it speaks of (None: every kind), and the two readings of its argument.

    `made`: the condition on a plain text; None where it always holds. `holds`: the verdict on what no plain text says;
    it is asked for only of what the keyword speaks of.
    """

    of: Kind | None
    made: Callable[[Cell, Any], exp.Expr | None]
    holds: Callable[[Any, Unspelt], bool]


def row_condition(schema: Mapping[str, Any], cells: Mapping[str, exp.Expr]) -> exp.Expr:
    """Whether a row satisfies the schema of its table. `cells`: the columns that there are, by name.

    A blank cell is null; a column that is not there is a key that is not there, on every row.
    """
    _check_known(schema, ROW_KEYWORDS)
    if "object" not in _types(schema.get("type", "object")):
        raise KeywordError(f"type: a row is an object, and not {schema['type']!r}")
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    made = {name: _of_property(name, properties[name], cells.get(name, exp.null())) for name in properties}
    made |= {name: _of_property(name, others, value) for name, value in cells.items() if name not in properties}
    if not cells.keys() >= set(schema.get("required", ())):
        return exp.false()
    return _all([made[name] for name in cells])


def _of_property(name: str, schema: Schema, value: exp.Expr) -> exp.Expr:
    try:
        return cell_condition(schema, value)
    except KeywordError as error:
        raise KeywordError(f"{name}: {error}") from None


def cell_condition(schema: Schema, value: exp.Expr) -> exp.Expr:
    """Whether a cell satisfies a property schema, blank or not."""
    absent, there = is_null(value), exp.paren(value_condition(schema, value))
    blank = _holds(schema, None)
    if _kind(schema) == "array" and not blank:
        raise KeywordError("type: a column does not tell null, which is no array, from the empty list: allow null")
    return exp.or_(absent, there) if blank else exp.and_(exp.Not(this=absent), there)


def value_condition(schema: Schema, value: exp.Expr) -> exp.Expr:
    """Whether a cell that is not blank satisfies a property schema."""
    cell = Cell(value, _kind(schema))
    plain = _plain(schema, cell)
    empty, other = _holds(schema, ""), _holds(schema, Marked.OTHER)
    if not empty and not other and _refuses_marks(schema, cell.kind):
        return plain
    marked = call("starts_with", cell.text, literal(WRONG_TYPE))
    if not empty and not other:
        return exp.and_(exp.Not(this=marked), plain)
    return case([(marked, _on_a_mark(cell, empty=empty, other=other))], exp.paren(plain))


def _on_a_mark(cell: Cell, *, empty: bool, other: bool) -> exp.Expr:
    if empty and other:
        return exp.true()
    compare = exp.EQ if empty else exp.NEQ
    return compare(this=cell.text, expression=literal(EMPTY_STRING))


def well_formed(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """Whether a value that is not null has the written form of its type, as its JSON Schema says it, codes apart."""
    return value_condition(type_schema(data_type, {}), value)


# Schemas


def _kind(schema: Schema) -> Kind:
    """The kind of column that a property schema speaks of."""
    if isinstance(schema, bool) or "type" not in schema:
        return "any"
    kinds = [name for name in _types(schema["type"]) if name != "null"]
    for name in kinds:
        if name not in ("string", "integer", "array"):
            raise KeywordError(f"type: no column holds {name!r}. Known are string, integer, array and null")
    if len(kinds) > 1:
        raise KeywordError(f"type: one column cannot hold both {' and '.join(kinds)}")
    return kinds[0] if kinds else "string"  # type: ignore[return-value]


def _plain(schema: Schema, cell: Cell) -> exp.Expr:
    """The condition on a plain text."""
    if isinstance(schema, bool):
        return literal(schema)
    made = [keyword.made(cell, argument) for keyword, argument in _spoken(schema, cell.kind)]
    return _all([condition for condition in made if condition is not None])


def _spoken(schema: Mapping[str, Any], kind: Kind) -> Iterator[tuple[Keyword, Any]]:
    """The keywords of a schema that speak of values of this kind; the others say nothing of them."""
    _check_known(schema, KEYWORDS)
    of_text = "string" if kind == "any" else kind
    for name, keyword in KEYWORDS.items():
        if name not in schema or _says_nothing_more(name, schema):
            continue
        if kind == "any" and keyword.of not in (None, "string"):
            raise KeywordError(f"{name}: expected a type beside it, which says what the column holds")
        if keyword.of in (None, of_text):
            yield keyword, schema[name]


def _holds(schema: Schema, value: Unspelt) -> bool:
    """The verdict on what no plain text says."""
    if isinstance(schema, bool):
        return schema
    of = "string" if value == "" else None
    return all(
        keyword.holds(schema[name], value)
        for name, keyword in KEYWORDS.items()
        if name in schema and keyword.of in (None, of)
    )


def _check_known(schema: Mapping[str, Any], known: Collection[str]) -> None:
    for name in schema:
        if name not in known and name not in ANNOTATIONS and not name.startswith(PREFIX):
            raise KeywordError(f"the keyword {name!r} has no SQL. Known are {', '.join(sorted(known))}")


def _says_nothing_more(name: str, schema: Mapping[str, Any]) -> bool:
    """Whether a keyword says nothing beside the others.

    The published schemas say some things twice, for libraries that do not assert formats or whose `$` lets a newline
    follow. A database need not work them out twice.
    """
    if schema.get("format") == "date" and name in ("pattern", "maxLength"):
        return schema[name] == (anchored(ISO_DATE) if name == "pattern" else len("YYYY-MM-DD"))
    return name == "not" and schema[name] == NO_NEWLINE and _names_its_characters(schema)


def _refuses_marks(schema: Schema, kind: Kind) -> bool:
    """Whether the condition on a plain text refuses what stands behind a mark too."""
    if isinstance(schema, bool) or kind == "integer":
        return True
    closed = not {"enum", "const", "format"}.isdisjoint(schema) or _names_its_characters(schema)
    return closed and kind != "array"


def _names_its_characters(schema: Mapping[str, Any]) -> bool:
    return is_read_alike(schema.get("pattern")) and names_its_characters(schema["pattern"])


def _all(conditions: list[exp.Expr]) -> exp.Expr:
    return exp.and_(*conditions) if conditions else exp.true()


# type, enum, const


def _types(argument: Any) -> list[str]:
    return [argument] if isinstance(argument, str) else list(argument)


def _is_of_type(cell: Cell, types: Any) -> exp.Expr | None:
    own = "string" if cell.kind == "any" else cell.kind
    if not {own, "null"}.issuperset(_types(types)):
        raise KeywordError(f"type: {types!r} cannot be told apart in a column of the type {own}")
    if own not in _types(types):
        return exp.false()
    return full_match(cell.text, INTEGER) if own == "integer" else None


def _holds_type(types: Any, value: Unspelt) -> bool:
    return (value is None and "null" in _types(types)) or (value == "" and "string" in _types(types))


def _is_listed(cell: Cell, members: Any) -> exp.Expr:
    texts = {text for member in members if (text := _carried(member, cell.kind))}
    return exp.paren(among(cell.text, texts)) if texts else exp.false()


def _carried(member: Any, kind: Kind) -> str | None:
    """The plain text that stands for a member of an enum; None where there is none, or the type refuses the member."""
    if isinstance(member, str) and kind in ("string", "any"):
        return member
    if kind == "integer" and _is_whole(member):
        return str(int(member))
    if (kind == "any" and member is not None) or (kind == "array" and isinstance(member, list)):
        raise KeywordError(f"enum, const: a column does not tell {member!r} from other values")
    return None


def _is_whole(member: Any) -> bool:
    """Whether a member is a whole number, as JSON Schema counts: 7.0 is, and true is none."""
    number = isinstance(member, int | float) and not isinstance(member, bool)
    return number and (isinstance(member, int) or member.is_integer())


# minLength, maxLength, pattern, format


def _is_long_enough(cell: Cell, least: Any) -> exp.Expr | None:
    """A cell that is there holds at least one character."""
    return exp.GTE(this=call("length", cell.text), expression=literal(int(least))) if least > 1 else None


def _is_short_enough(cell: Cell, most: Any) -> exp.Expr:
    return exp.LTE(this=call("length", cell.text), expression=literal(int(most)))


def _matches(cell: Cell, pattern: Any) -> exp.Expr:
    return is_found(cell.value, _read_alike(pattern))


def _read_alike(pattern: Any) -> str:
    if not is_read_alike(pattern):
        raise KeywordError(f"pattern: {pattern!r} is not read alike by ECMA 262, RE2 and Python")
    return pattern


def _is_day(cell: Cell, form: Any) -> exp.Expr:
    """The written form is the one that the day itself is printed in: the cast alone takes `2026-4-1` and worse."""
    if form != "date":
        raise KeywordError(f"format: {form!r} has no SQL. Known is date")
    printed = cast(call("TRY_CAST_DATE", cell.text), "VARCHAR")
    same = exp.EQ(this=printed, expression=cell.text)
    ten = exp.EQ(this=call("strlen", cell.text), expression=literal(10))
    return call("coalesce", exp.and_(same, ten), exp.false())


# minimum, maximum


def _is_at_least(cell: Cell, least: Any) -> exp.Expr:
    """A number too large for the database is above every limit, or below it where it is negative."""
    limit = literal(_limit("minimum", least, math.ceil))
    met = exp.GTE(this=call("TRY_CAST_BIGINT", cell.text), expression=limit)
    return call("coalesce", met, exp.Not(this=_is_negative(cell)))


def _is_at_most(cell: Cell, most: Any) -> exp.Expr:
    limit = literal(_limit("maximum", most, math.floor))
    met = exp.LTE(this=call("TRY_CAST_BIGINT", cell.text), expression=limit)
    return call("coalesce", met, _is_negative(cell))


def _is_negative(cell: Cell) -> exp.Expr:
    return call("starts_with", cell.text, literal("-"))


def _limit(name: str, limit: float, rounded: Callable[[float], int]) -> int:
    if abs(limit) > LARGEST:
        raise KeywordError(f"{name}: {limit!r} is too large. Known are numbers of 64 bits")
    return rounded(limit)


# not, items


def _is_not(cell: Cell, schema: Any) -> exp.Expr:
    return exp.Not(this=exp.paren(_plain(schema, cell)))


def _are_all(cell: Cell, schema: Any) -> exp.Expr:
    """Whether no text of a list breaks the schema of its items."""
    if _kind(schema) not in ("string", "any"):
        raise KeywordError("items: the lists of a column hold texts, and no values of another type")
    one = Cell(exp.column("one"), "string")
    empty = exp.EQ(this=one.text, expression=literal(""))
    kept = case([(empty, literal(_holds(schema, "")))], exp.paren(_plain(schema, one)))
    broken = exp.Lambda(this=exp.Not(this=exp.paren(kept)), expressions=[exp.to_identifier("one")])
    parts = call("string_split", cell.text, literal("|"))
    return exp.EQ(this=call("len", call("list_filter", parts, broken)), expression=literal(0))


#: in the order in which a database asks: what is cheap comes first
KEYWORDS: Final[dict[str, Keyword]] = {
    "const": Keyword(None, lambda cell, member: _is_listed(cell, [member]), lambda member, value: value == member),
    "enum": Keyword(None, _is_listed, lambda members, value: value in members),
    "minLength": Keyword("string", _is_long_enough, lambda least, _: least == 0),
    "maxLength": Keyword("string", _is_short_enough, lambda *_: True),
    "format": Keyword("string", _is_day, lambda *_: False),
    "pattern": Keyword("string", _matches, lambda pattern, _: re.search(_read_alike(pattern), "") is not None),
    "type": Keyword(None, _is_of_type, _holds_type),
    "minimum": Keyword("integer", _is_at_least, lambda *_: True),
    "maximum": Keyword("integer", _is_at_most, lambda *_: True),
    "items": Keyword("array", _are_all, lambda *_: True),
    "not": Keyword(None, _is_not, lambda schema, value: not _holds(schema, value)),
}
