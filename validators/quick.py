"""Quicker readings of costly comparisons, right for every value that is surely in its form.

What is not in its form is in doubt and read again by the definition, so nothing hangs on what these say of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from schema.expression import Among, Call, Column, Compare, Literal, Node
from validators import sql, terms

if TYPE_CHECKING:
    from collections.abc import Mapping


def quick(node: Node, scope: sql.Scope, digits: Mapping[str, int]) -> exp.Expr | None:
    """A quicker reading of a node; None where there is none. `digits`: items that are made of so many digits."""
    match node:
        case Among(Column(table=None) as column, choices) if _are_digits(choices, digits.get(column.name)):
            return _numbered(sql.condition(column, scope), [str(choice) for choice in choices])
        case Call("in_list", (Column(table=None) as column, Literal(name))):
            codes = tuple(sorted(scope.context.codes(str(name))))
            if codes and _are_digits(codes, digits.get(column.name)):
                return _numbered(sql.condition(column, scope), list(codes))
            return None
        case Compare("<>", Call("left", (Column() as column, Literal())), Call("reverse", (Call("right", args),))):
            return _turned(node, column, scope, digits) if args[0] == column else None
        case _:
            return None


def _are_digits(choices: tuple[object, ...], count: int | None) -> bool:
    return count is not None and all(_is_digits(choice, count) for choice in choices)


def _is_digits(choice: object, count: int) -> bool:
    return isinstance(choice, str) and choice.isascii() and choice.isdecimal() and len(choice) == count


def _numbered(value: exp.Expr, choices: list[str]) -> exp.Expr:
    """Whether digits are among some: as a number, and compared with those alone whose ends differ as its own do."""
    number = terms.call("TRY_CAST_BIGINT", value)
    differ = [int(choice) for choice in choices if choice[0] != choice[-1]]
    alike = [int(choice) for choice in choices if choice[0] == choice[-1]]
    ends = _ends_differ(number, len(choices[0]))
    return terms.case([(ends, terms.among(number.copy(), differ))], exp.paren(terms.among(number.copy(), alike)))


def _turned(node: Compare, column: Column, scope: sql.Scope, digits: Mapping[str, int]) -> exp.Expr:
    """What begins and ends with different characters is no palindrome: only the others are turned round."""
    value = sql.condition(column, scope)
    if column.table is None and column.name in digits:
        ends = _ends_differ(terms.call("TRY_CAST_BIGINT", value), digits[column.name])
    else:
        first, last = (terms.call(end, value.copy(), terms.literal(1)) for end in ("left", "right"))
        ends = exp.NEQ(this=first, expression=last)
    return terms.case([(ends, exp.true())], exp.paren(sql.condition(node, scope)))


def _ends_differ(number: exp.Expr, digits: int) -> exp.Expr:
    """Whether the first digit of a number of so many is not the last."""
    first = exp.IntDiv(this=number.copy(), expression=terms.literal(10 ** (digits - 1)))
    last = exp.Mod(this=number.copy(), expression=terms.literal(10))
    return exp.NEQ(this=exp.paren(first), expression=exp.paren(last))
