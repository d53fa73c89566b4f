"""Conditions on text of which an encoded file already has a part: whole numbers, and what follows from shapes.

The functions of SQL that are put in others' place are macros (validators.terms): whoever does not know of this reads
them as they are defined there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from validators import terms
from validators.layered import Origins
from validators.plan import column

if TYPE_CHECKING:
    from validators.engines.duckdb_answers import Asked


def whole_name(name: str) -> str:
    """The column with the whole numbers that a column of text holds; null where a value is not printed as one is."""
    return f"whole:{name}"


def _number_name(name: str) -> str:
    return f"number:{name}"


#: what of a pattern says nothing of single letters and digits: all of a kind, how often, spaces of any kind
_OF_ALL = re.compile(r"0-9|A-Z|a-z|\\[nrstS]|[{][0-9]+(?:,[0-9]*)?[}]")


def by_shape(pattern: str) -> bool:
    """Whether a pattern of ASCII says the same of all texts of one shape; False where that is not sure."""
    return not any(sign.isalnum() or sign == "\\" for sign in _OF_ALL.sub("", pattern))


def _tells_by_shape(node: exp.Anonymous) -> bool:
    if node.name.lower() == "regexp_full_match":
        return by_shape(node.expressions[1].name)
    return node.name.lower() in ("length", "strlen")


@dataclass
class Quicker:
    """Expressions over columns of text, made quicker. `shaped`: those columns whose shapes are known."""

    origins: Origins
    texts: frozenset[str]
    shaped: frozenset[str]
    #: (column, name of a column to be made) → what is asked of its shapes
    asked: dict[Asked, list[exp.Expr]] = field(default_factory=dict)
    _numbers: dict[str, exp.Expr] = field(default_factory=dict)

    def made(self, expression: exp.Expr) -> exp.Expr:
        """The same expression, over columns that are there already. What was replaced is not looked at again."""
        return expression.transform(self._replaced)

    def layers(self) -> Origins:
        """The layers below all expressions that were made, in the same way."""
        absent, *others = ({name: self.made(each) for name, each in layer.items()} for layer in self.origins.layers)
        return Origins(self.origins.received, (absent, self._numbers, *others))

    def _replaced(self, node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Anonymous):
            return node
        first = node.expressions[0]
        name = first.name if isinstance(first, exp.Column) and first.name in self.texts else ""
        if node.name == terms.OF_SHAPE:
            return self._of_shape(first)
        if name and _tells_by_shape(node):
            return self._of_shape(node)
        if node.name == terms.IS_DIGITS and name:
            return self._is_digits(name, node)
        return self._number(name, node) if node.name == terms.NUMBER and name else node

    def _of_shape(self, made: exp.Expr) -> exp.Expr:
        """What is asked of shapes, as a column; itself where they are not known."""
        read = self.origins.of(made)
        if len(read) != 1 or not read <= self.shaped:
            return made
        (name,) = read
        asked = f"shape:{len(self.asked)}"
        self.asked[name, asked] = [made]
        return column(asked)

    def _is_digits(self, name: str, node: exp.Anonymous) -> exp.Expr:
        count = int(node.expressions[1].name)
        least = 10 ** (count - 1) if count > 1 else 0
        known = exp.Between(this=column(whole_name(name)), low=terms.literal(least), high=terms.literal(10**count - 1))
        digits = exp.EQ(this=column(name), expression=terms.literal("0" * count))
        return terms.call("coalesce", known, self._where(name, digits, node, exp.false()))

    def _number(self, name: str, node: exp.Anonymous) -> exp.Expr:
        whole = column(whole_name(name))
        letters = [terms.call("contains", column(name), terms.literal(letter)) for letter in "Aa"]
        # a cast that fails is dear. A text without letters that is read as a number is so whatever its digits are
        readable = exp.or_(exp.Not(this=terms.is_null(node)), *letters)
        made = terms.call("coalesce", whole, self._where(name, readable, node, exp.null()))
        self._numbers[_number_name(name)] = made
        return column(_number_name(name))

    def _where(self, name: str, asked: exp.Expr, made: exp.Expr, otherwise: exp.Expr) -> exp.Expr:
        """An expression on a text, worked out only where its shape lets it be; `asked` is asked of the shape."""
        if name not in self.shaped:
            return made.copy()
        return terms.case([(self._of_shape(asked), made.copy())], otherwise)
