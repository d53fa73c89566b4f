"""Truth values of a row packed into whole numbers: a column for each of them costs a scan four times as much.

A mark is true or false, where unknown counts as false. A presence is true or null. A verdict is true, false or null.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from validators import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: bits of a column
WORD = 32
_TYPE = "UINTEGER"
#: what the bits of a verdict say; 0: null
_TRUE, _FALSE = 1, 2


@dataclass(frozen=True)
class Truth:
    """One truth value of each row. `blank`: where a verdict is null; None: where `holds` is."""

    kind: Literal["mark", "presence", "verdict"]
    holds: exp.Expr
    blank: exp.Expr | None = None

    @property
    def width(self) -> int:
        """How many bits it takes."""
        return 2 if self.kind == "verdict" else 1

    def branches(self) -> Iterator[tuple[exp.Expr, int]]:
        """Tests in their order, each with the number of the first that is true."""
        if self.blank is not None:
            yield self.blank, 0
        yield self.holds, _TRUE
        if self.kind == "verdict":
            yield exp.true() if self.blank is not None else exp.Not(this=exp.paren(self.holds.copy())), _FALSE


@dataclass(frozen=True)
class Word:
    """A whole number of each row whose bits are set one by one: `parts` have them, as whole numbers of type UINTEGER.
    There are none where some bit is above those of that type.

    `whole` is the column itself, in whatever way all of it is quickest made of the values of a row.
    """

    whole: exp.Expr
    kind: str
    parts: tuple[exp.Expr, ...]


@dataclass(frozen=True)
class Bits:
    """Truth values by name, and the columns `bits:<number>` that hold them."""

    truths: Mapping[str, Truth]

    @cached_property
    def _places(self) -> Mapping[str, tuple[int, int]]:
        """Name → the number of its column, and its lowest bit there."""
        places, word, used = dict[str, tuple[int, int]](), 0, 0
        for name, truth in self.truths.items():
            if used + truth.width > WORD:
                word, used = word + 1, 0
            places[name] = word, used
            used += truth.width
        return places

    @property
    def words(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(f"bits:{number}" for number in sorted({word for word, _ in self._places.values()}))

    def packed(self) -> dict[str, Word]:
        """The columns by name, made of the truth values."""
        return {name: self._packed(number) for number, name in enumerate(self.words)}

    def _packed(self, number: int) -> Word:
        held = tuple(self._shifted(n) for n, (at, _) in self._places.items() if at == number)
        made = held[0]
        for other in held[1:]:
            made = exp.BitwiseOr(this=made, expression=other)
        return Word(made, _TYPE, held)

    def _shifted(self, name: str) -> exp.Expr:
        _, lowest = self._places[name]
        branches = [(test, word(number << lowest)) for test, number in self.truths[name].branches()]
        return exp.paren(terms.case(branches, word(0)))

    def unpacked(self) -> Iterator[exp.Expr]:
        """Every truth value under its name, out of the columns."""
        for name, truth in self.truths.items():
            made = self._is(name, _TRUE)
            if truth.kind == "presence":
                made = terms.case([(made, exp.true())], exp.null())
            if truth.kind == "verdict":
                made = terms.case([(made, exp.true()), (self._is(name, _FALSE), exp.false())], exp.null())
            yield exp.alias_(made, name, quoted=True, copy=False)

    def there(self, name: str) -> exp.Expr:
        """Whether a mark is true, or a presence or verdict not null."""
        return exp.NEQ(this=self._masked(name, (1 << self.truths[name].width) - 1), expression=terms.literal(0))

    def false(self, name: str) -> exp.Expr:
        """Whether a verdict is false."""
        return self._is(name, _FALSE)

    def _is(self, name: str, number: int) -> exp.Expr:
        return exp.NEQ(this=self._masked(name, number), expression=terms.literal(0))

    def _masked(self, name: str, mask: int) -> exp.Expr:
        number, lowest = self._places[name]
        column = exp.column(f"bits:{number}", quoted=True)
        return exp.paren(exp.BitwiseAnd(this=column, expression=word(mask << lowest)))


def word(number: int, kind: str = _TYPE) -> exp.Expr:
    """Bits as a part of a word."""
    return terms.cast(terms.literal(number), kind)
