"""The row language as SQL: one small function per kind of node and per function, each building a SQLGlot tree.

Only what DuckDB 1.4 and 2.0 share is used. Letters change case one by one, so that no letter becomes two. Constants
(header items, the purpose, the day) are worked out before and stand in the SQL as literals.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from schema.expression import Among, And, Call, Column, Compare, IsNull, Literal, Node, Not, Or, walk
from validators.areas import NATIONS
from validators.check_digits import VERHOEFF, mod11, verhoeff
from validators.context import completed_years
from validators.errors import EngineError
from validators.lookups import facts_of
from validators.reading import Scope as Reading
from validators.reading import evaluate, list_named
from validators.reference_answers import JOINT, can_be_judged
from validators.terms import MACROS, among, call, case, cast, full_match, is_null, literal, lower, squeeze, upper

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from schema.data_item import Item
    from schema.data_type import DataType
    from validators.context import Context

#: the macros that the SQL of this module calls
PREAMBLE = (*MACROS, VERHOEFF)


@dataclass(frozen=True, slots=True)
class Scope:
    """How the items of a row are spelled in the SQL: as received, and typed; and those of linked rows.

    `parts`: conditions that stand in a column already, or that can be had more cheaply.
    """

    context: Context
    items: Mapping[str, Item]
    raw: Mapping[str, exp.Expr]
    typed: Mapping[str, exp.Expr]
    linked: Mapping[tuple[str, str], exp.Expr] = field(default_factory=dict)
    parts: Mapping[Node, exp.Expr] = field(default_factory=dict)

    def reading(self, own: str) -> Scope:
        """The scope in which the item `own` reads as received: that of a rule on its form."""
        if self.typed[own] == self.raw[own]:
            return self
        return replace(self, typed={**self.typed, own: self.raw[own]}, parts={})

    def is_constant(self, node: Node) -> bool:
        """Whether the node reads nothing of the row."""
        columns = [part for part in walk(node) if isinstance(part, Column)]
        return all(c.table is None and c.name not in self.items for c in columns) and not isinstance(node, Literal)


def condition(node: Node, scope: Scope) -> exp.Expr:  # noqa: C901 - one line for each kind of node
    """The SQL of a node of the row language."""
    if scope.is_constant(node):
        value = evaluate(node, Reading.constants(scope.context))
        return literal(value) if value is not None else _null_of(node, scope.context)
    if node in scope.parts:
        return scope.parts[node].copy()
    match node:
        case Literal():
            return literal(node.value)
        case Column():
            return _column(node, scope)
        case IsNull():
            return exp.Is(this=_received(node.column, scope), expression=exp.null())
        case Compare():
            if (by_day := _age_by_day(node, scope)) is not None:
                return by_day
            return _COMPARE[node.op](this=_part(node.left, scope), expression=_part(node.right, scope))
        case Among():
            return among(_part(node.value, scope), node.choices)
        case Not():
            return exp.Not(this=_part(node.part, scope))
        case And():
            return exp.and_(*(_part(part, scope) for part in node.parts), copy=False)
        case Or():
            return exp.or_(*(_part(part, scope) for part in node.parts), copy=False)
        case Call():
            return SQL_FUNCTIONS[node.name](node, scope)


_COMPARE: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


def _age_by_day(node: Compare, scope: Scope) -> exp.Expr | None:
    """An age on a day that is known, compared with a number, as a comparison of the birth date; None for others."""
    match node:
        case Compare(op, Call("age_at", (birth, day)), Literal(int(years))) if op in _AGES and scope.is_constant(day):
            last = evaluate(day, Reading.constants(scope.context))
            older, more = _AGES[op]
            born = first_younger(last, years + more) if isinstance(last, datetime.date) else None
        case _:
            return None
    if born is None:
        return None
    return (exp.LT if older else exp.GTE)(this=_part(birth, scope), expression=literal(born))


#: comparison → whether it asks for the older ones, and by how much the age of the others is below the number
_AGES = {"<": (False, 0), "<=": (False, 1), ">": (True, 1), ">=": (True, 0)}


def first_younger(day: datetime.date, years: int) -> datetime.date | None:
    """The first birth date of somebody who is not yet `years` on `day`; None where there is none."""
    low, high = datetime.date.min.toordinal(), datetime.date.max.toordinal()
    if completed_years(datetime.date.max, day) >= years:
        return None
    while low < high:
        middle = (low + high) // 2
        younger = completed_years(datetime.date.fromordinal(middle), day) < years
        low, high = (low, middle) if younger else (middle + 1, high)
    return datetime.date.fromordinal(low)


def _part(node: Node, scope: Scope) -> exp.Expr:
    made = condition(node, scope)
    return exp.paren(made, copy=False) if isinstance(made, exp.Binary | exp.Not | exp.In | exp.Case) else made


def _null_of(node: Node, context: Context) -> exp.Expr:
    """Null of the type that the node would have: a database chooses functions by the types of their arguments."""
    kinds = {item.name: item.data_type.kind for item in context.dataset.tables["header"].items}
    kind = kinds.get(node.name) if isinstance(node, Column) else "date" if isinstance(node, Call) else None
    names = {"date": "DATE", "datetime": "TIMESTAMP", "integer": "BIGINT", "text": "VARCHAR"}
    return cast(exp.null(), names[kind]) if kind in names else exp.null()


def _column(column: Column, scope: Scope) -> exp.Expr:
    if column.table:
        return scope.linked[column.table, column.name].copy()
    return scope.typed[column.name].copy()


def _received(column: Column, scope: Scope) -> exp.Expr:
    return _column(column, scope) if column.table else scope.raw[column.name].copy()


def _one(build: Callable[[exp.Expr], exp.Expr]) -> Callable[[Call, Scope], exp.Expr]:
    return lambda node, scope: build(_part(node.args[0], scope))


def _named(name: str) -> Callable[[Call, Scope], exp.Expr]:
    return lambda node, scope: call(name, *(_part(arg, scope) for arg in node.args))


def _text_of(node: Node) -> str:
    assert isinstance(node, Literal)
    return str(node.value)


def _matches(node: Call, scope: Scope) -> exp.Expr:
    return full_match(_part(node.args[0], scope), _text_of(node.args[1]))


def _age_at(node: Call, scope: Scope) -> exp.Expr:
    birth, day = (_part(arg, scope) for arg in node.args)
    before = exp.LT(this=_month_day(day), expression=_month_day(birth))
    years = exp.Sub(this=call("year", day), expression=call("year", birth))
    return exp.Sub(this=exp.paren(years), expression=cast(exp.paren(before), "INTEGER"))


def _month_day(day: exp.Expr) -> exp.Expr:
    months = exp.Mul(this=call("month", day.copy()), expression=exp.Literal.number(100))
    return exp.paren(exp.Add(this=months, expression=call("day", day.copy())))


def _in_list(node: Call, scope: Scope) -> exp.Expr:
    return among(_part(node.args[0], scope), scope.context.codes(_text_of(node.args[1])))


def in_codes(value: exp.Expr, data_type: DataType, codes: Collection[str]) -> exp.Expr:
    """Whether the value is one of `codes` as its data type reads them (a local second character, a local code)."""
    made = among(value.copy(), codes)
    if data_type.local_second_character:
        two = full_match(value.copy(), "[A-Z][A-Z0-9]")
        first = exp.paren(among(call("left", value.copy(), exp.Literal.number(1)), codes))
        made = exp.or_(exp.paren(made), exp.and_(two, first))
    if data_type.local_codes:
        made = exp.or_(exp.paren(made), full_match(value.copy(), "L-[A-Z0-9]{2,12}"))
    return made


def _listed(node: Call, scope: Scope) -> exp.Expr:
    value, name_node = node.args
    assert isinstance(name_node, Column)
    names = scope.items[name_node.name].data_type.code_list or ""
    named = _part(name_node, scope)
    tested = _part(value, scope)
    branches = []
    for code in sorted(scope.context.codes(names)):
        data_type, codes = list_named(scope.context, code)
        branches.append(
            (exp.EQ(this=named.copy(), expression=literal(code)), exp.paren(in_codes(tested.copy(), data_type, codes)))
        )
    return case(branches, exp.null())


def _kind(*kinds: Any) -> Callable[[Call, Scope], exp.Expr]:
    def build(node: Call, scope: Scope) -> exp.Expr:
        column = node.args[0]
        assert isinstance(column, Column)
        return of_kind(_part(column, scope), scope.items[column.name].data_type, scope.context, kinds)

    return build


def of_kind(value: exp.Expr, data_type: DataType, context: Context, kinds: tuple[Any, ...]) -> exp.Expr:
    """Whether a code is of one of the kinds; a local second character does not count."""
    codes = context.dataset.code_lists[data_type.code_list or ""].of_kind(*kinds)
    if not data_type.local_second_character:
        return among(value.copy(), codes)
    whole = {code for code in codes if len(code) > 1}
    single = {code for code in codes if len(code) == 1}
    first = among(call("left", value.copy(), exp.Literal.number(1)), single)
    return exp.or_(exp.paren(among(value.copy(), whole)), exp.paren(first)) if whole else first


def _declared(node: Call, scope: Scope) -> exp.Expr:
    return among(_part(node.args[0], scope), scope.context.local_codes)


def _restricted(node: Call, scope: Scope) -> exp.Expr:
    return among(_part(node.args[0], scope), scope.context.dataset.code_lists["plus_characteristic"].restricted)


def _approved(node: Call, scope: Scope) -> exp.Expr:
    restricted = scope.context.dataset.code_lists["plus_characteristic"].restricted
    return among(_part(node.args[0], scope), restricted - scope.context.refused_characteristics())


def _plus_map(node: Call, scope: Scope) -> exp.Expr:
    item, code, characteristic = (_part(arg, scope) for arg in node.args)
    key = exp.DPipe(
        this=exp.DPipe(
            this=exp.DPipe(this=exp.DPipe(this=item, expression=literal("|")), expression=code), expression=literal("|")
        ),
        expression=characteristic,
    )
    branches = [
        (
            exp.EQ(
                this=exp.paren(key.copy()),
                expression=literal(f"{m.national_item}|{m.national_code}|{m.characteristic_code}"),
            ),
            literal(m.value),
        )
        for m in scope.context.dataset.plus_map
    ]
    return case(branches, exp.null())


def _looked_up(node: Call, scope: Scope) -> exp.Expr:
    """Whether the reference data answer yes. A cast: a join in a query over a file loses the order of its rows."""
    if not can_be_judged(scope.context, node.name):
        return cast(exp.null(), "BOOLEAN")
    parts = [_part(arg, scope) for arg in node.args]
    value = parts[0] if len(parts) == 1 else joined(*parts)
    return is_of_type(value, looked_up_type(node.name))


def joined(*parts: exp.Expr) -> exp.Expr:
    """Texts with the joint between them."""
    made = parts[0]
    for part in parts[1:]:
        made = exp.DPipe(this=exp.DPipe(this=made, expression=literal(JOINT)), expression=part)
    return made


def is_of_type(value: exp.Expr, name: str) -> exp.Expr:
    """Whether `value` is one of the values of an ENUM type of the database; null where it is null."""
    found = exp.TryCast(this=value.copy(), to=exp.DataType(this=exp.DataType.Type.USERDEFINED, kind=name))
    return case([(is_null(value), exp.null())], exp.Not(this=is_null(found)))


def looked_up_type(function: str) -> str:
    """Name of the ENUM type of the values for which a reference-data function is true."""
    return f"looked_up_{function}"


def _lsoa_exists(node: Call, scope: Scope) -> exp.Expr:
    """Null where no small area of that nation and census is loaded."""
    code, vintage = (_part(arg, scope) for arg in node.args)
    absent = {f"{nation}{JOINT}{year}" for nation, year in facts_of(scope.context).areas_not_listed}
    if not absent:
        return _looked_up(node, scope)
    nations = [(full_match(code.copy(), pattern), literal(nation)) for nation, pattern in NATIONS.items()]
    place = joined(exp.paren(case(nations, exp.null())), vintage)
    unknown = call("coalesce", exp.paren(among(exp.paren(place), absent)), exp.false())
    return case([(unknown, exp.null())], _looked_up(node, scope))


def _joined_elsewhere(node: Call, _scope: Scope) -> exp.Expr:
    """What stands in a column of a join: a scope that has that join gives it among its parts."""
    raise EngineError(f"{node.name} is asked where persons are not joined to reference data.")


SQL_FUNCTIONS: dict[str, Callable[[Call, Scope], exp.Expr]] = {
    "age_at": _age_at,
    "answered": lambda node, scope: call("coalesce", _kind("value", "declined")(node, scope), exp.false()),
    "approved": _approved,
    "date_of": lambda node, scope: cast(_part(node.args[0], scope), "DATE"),
    "declared": _declared,
    "decile_reversed": _one(lambda decile: exp.Sub(this=literal(11), expression=decile)),
    "declined": _kind("declined"),
    "hours_after": lambda node, scope: exp.Add(
        this=_part(node.args[0], scope), expression=call("to_hours", _part(node.args[1], scope))
    ),
    "imd_decile_of": _joined_elsewhere,
    "in_list": _in_list,
    "known": _kind("value"),
    "left": _named("left"),
    "length": _named("length"),
    "listed": _listed,
    "lower": _one(lower),
    "lsoa_exists": _lsoa_exists,
    "lsoa_of_postcode": _joined_elsewhere,
    "matches": _matches,
    "mod11": _one(mod11),
    "month_end": _named("last_day"),
    "month_start": lambda node, scope: cast(call("date_trunc", literal("month"), _part(node.args[0], scope)), "DATE"),
    "months_before": lambda node, scope: cast(
        exp.Sub(this=_part(node.args[0], scope), expression=call("to_months", _part(node.args[1], scope))), "DATE"
    ),
    "ods_known": _looked_up,
    "ods_live": _looked_up,
    "ods_registers": _looked_up,
    "plus_map": _plus_map,
    "postcode_known": _looked_up,
    "postcode_live": _looked_up,
    "pseudo_postcode": _looked_up,
    "release_in_force": _looked_up,
    "release_in_trial": _looked_up,
    "restricted": _restricted,
    "reverse": _named("reverse"),
    "right": _named("right"),
    "squeeze": _one(squeeze),
    "substring": _named("substr"),
    "upper": _one(upper),
    "verhoeff": _one(verhoeff),
}


def typed(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The typed value of a well-formed value."""
    if data_type.kind == "date":
        return call("TRY_CAST_DATE", value.copy())
    if data_type.kind == "integer":
        return call("TRY_CAST_BIGINT", value.copy())
    if data_type.name == "postcode":
        squeezed = upper(squeeze(value.copy()))
        inward = call("right", squeezed.copy(), exp.Literal.number(3))
        length = exp.Sub(this=call("length", squeezed.copy()), expression=exp.Literal.number(3))
        outward = call("left", squeezed, length)
        return exp.DPipe(this=exp.DPipe(this=outward, expression=literal(" ")), expression=inward)
    return value.copy()


def text_shape(value: exp.Expr) -> exp.Expr:
    """The form of a value without the value, as validators.causes.shape reads it."""
    cut = call("left", value.copy(), exp.Literal.number(16))
    for pattern, sign in (("[0-9]", "9"), ("[A-Za-z]", "A"), ("[^9A ./:,+_|-]", "?")):
        cut = call("regexp_replace", cut, literal(pattern), literal(sign), literal("g"))
    return cut
