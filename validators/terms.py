"""Terms of SQL as SQLGlot trees: constants, tests, CASE, functions of the database."""

from __future__ import annotations

import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_DIGITS = "coalesce(CAST(TRY_CAST(x AS BIGINT) AS VARCHAR) = x AND strlen(x) = n AND x >= '0', false)"
#: macros, which SQLGlot leaves as they are. Casts give null where they fail; one that fails takes eight times as long
#: as one that does not, because the database words an error: a cheap test tells most of what is no date. A number is
#: read several times in one query, which works it out once as long as it is no CASE
MACROS = (
    "CREATE OR REPLACE TEMP MACRO TRY_CAST_DATE(x) AS CASE WHEN x LIKE '____-__-__' THEN TRY_CAST(x AS DATE) END",
    "CREATE OR REPLACE TEMP MACRO TRY_CAST_BIGINT(x) AS TRY_CAST(x AS BIGINT)",
    f"CREATE OR REPLACE TEMP MACRO IS_DIGITS(x, n) AS {_DIGITS}",
    "CREATE OR REPLACE TEMP MACRO OF_SHAPE(x) AS x",
)
#: the number that a text is read as; null where it is none
NUMBER = "TRY_CAST_BIGINT"
#: whether a text is so many digits, the first no 0; false where it is null
IS_DIGITS = "IS_DIGITS"
#: what is the same for all texts of one shape, which is the text with every digit a 0 and every letter an A or an a
OF_SHAPE = "OF_SHAPE"
#: from so many choices on, a value is looked up instead of compared with each
MANY = 40


def literal(value: Any) -> exp.Expr:
    """A constant of the row language in SQL."""
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, int):
        return exp.Literal.number(value)
    if isinstance(value, datetime.datetime):
        naive = value.astimezone(datetime.UTC).replace(tzinfo=None)
        return cast(exp.Literal.string(naive.isoformat(" ")), "TIMESTAMP")
    if isinstance(value, datetime.date):
        return cast(exp.Literal.string(value.isoformat()), "DATE")
    return exp.Literal.string(str(value))


def among(value: exp.Expr, choices: Collection[Any]) -> exp.Expr:
    """Whether `value` is one of `choices`; null where it is null."""
    if not choices:
        return case([(exp.Not(this=is_null(value)), exp.false())], exp.null())
    if len(choices) < MANY or not all(isinstance(choice, str) for choice in choices):
        return exp.In(this=value, expressions=[literal(choice) for choice in sorted(choices)])
    listed = ", ".join(literal(choice).sql(dialect="duckdb") for choice in sorted(choices))
    found = exp.TryCast(this=value, to=exp.DataType.build(f"ENUM({listed})", dialect="duckdb"))
    return case([(is_null(value), exp.null())], exp.Not(this=is_null(found)))


def is_null(value: exp.Expr) -> exp.Expr:
    """Whether the value is absent."""
    return exp.Is(this=value.copy(), expression=exp.null())


def case(branches: Sequence[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr) -> exp.Expr:
    """CASE WHEN … THEN … ELSE … END."""
    if not branches:
        return otherwise
    made = exp.Case(ifs=[exp.If(this=when, true=then) for when, then in branches])
    return made.else_(otherwise, copy=False)


def cast(value: exp.Expr, kind: str) -> exp.Expr:
    """The value as of another type of the database, which goes by that name there."""
    return exp.Cast(this=value, to=_type(kind).copy())


@cache
def _type(kind: str) -> exp.DataType:
    return exp.DataType.build(kind, dialect="duckdb")


def call(name: str, *args: exp.Expr) -> exp.Expr:
    """A function of the database, by name."""
    return exp.Anonymous(this=name, expressions=list(args))


def full_match(value: exp.Expr, pattern: str) -> exp.Expr:
    """Whether the whole value matches."""
    return call("regexp_full_match", value, exp.Literal.string(pattern))


def upper(value: exp.Expr) -> exp.Expr:
    """The value in upper case, character by character."""
    return call("upper", value)


def lower(value: exp.Expr) -> exp.Expr:
    """The value in lower case, character by character."""
    return call("lower", value)


def squeeze(value: exp.Expr) -> exp.Expr:
    """The value without its spaces."""
    return call("replace", value, exp.Literal.string(" "), exp.Literal.string(""))
