"""Cheap tests that a value is in the written form of its type: true only where it is, false where it may be.

The definition itself is `validators.keywords.well_formed`. What these tests turn away is read again by it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from validators import terms
from validators.keywords import well_formed

if TYPE_CHECKING:
    from schema.data_type import DataType

_DIGITS = re.compile(r"\[0-9\]\{([0-9]{1,2})\}")
_DATE_LENGTH = len("2026-04-01")
#: digits that a BIGINT holds, whatever they are
_BIGINT_DIGITS = 18


def surely_formed(
    value: exp.Expr, data_type: DataType, usual: str | None = None, typed: exp.Expr | None = None
) -> exp.Expr:
    """Whether a value that is not null surely has the form of its type.

    `usual`: the value that is met most often. `typed`: the reading of the value, where it has been worked out.
    """
    if data_type.kind == "date" and typed is not None:
        return _printed(typed, value, _DATE_LENGTH)
    digits = digits_of(data_type)
    if digits is not None:
        return _digits(value, digits)
    if data_type.kind == "text" and data_type.pattern is None and data_type.min_length is not None:
        return _short_text(value, data_type)
    formed = well_formed(value, data_type)
    if data_type.name == "organisation_code" and usual is not None and _is_code(usual, data_type):
        return terms.case([(exp.EQ(this=value.copy(), expression=terms.literal(usual)), exp.true())], exp.paren(formed))
    return formed


def digits_of(data_type: DataType) -> int | None:
    """How many digits every value of a text type is made of, as far as a BIGINT holds them; None: of other things."""
    found = _DIGITS.fullmatch(data_type.pattern or "") if data_type.kind == "text" else None
    return int(found[1]) if found and int(found[1]) <= _BIGINT_DIGITS else None


def _digits(value: exp.Expr, count: int) -> exp.Expr:
    """The number that the value is read as prints as the value: so it has digits alone, and none in front is 0."""
    return terms.call(terms.IS_DIGITS, value.copy(), terms.literal(count))


def _printed(read: exp.Expr, value: exp.Expr, length: int) -> exp.Expr:
    """Whether what was read of a value prints as the value, which has so many bytes."""
    same = exp.EQ(this=terms.cast(read.copy(), "VARCHAR"), expression=value.copy())
    long = exp.EQ(this=terms.call("strlen", value.copy()), expression=terms.literal(length))
    return terms.call("coalesce", exp.and_(same, long), exp.false())


def _short_text(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """It begins with a character of ASCII that can be seen, and has at most as many bytes as it may have characters."""
    seen = exp.and_(
        exp.GTE(this=value.copy(), expression=terms.literal("!")),
        exp.LT(this=value.copy(), expression=terms.literal("~")),
    )
    if data_type.max_length is None:
        return terms.call(terms.OF_SHAPE, seen)
    short = exp.LTE(this=terms.call("strlen", value.copy()), expression=terms.literal(data_type.max_length))
    return terms.call(terms.OF_SHAPE, exp.and_(seen, short))


def _is_code(usual: str, data_type: DataType) -> bool:
    return re.fullmatch(data_type.pattern or "", usual) is not None
