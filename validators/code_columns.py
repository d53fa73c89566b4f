"""Narrow columns of the items whose values come from a list: a code as a number, and whether it is surely one.

Where every code of a list is one character of ASCII, its number is that of the character; else it is the place of the
code in an ENUM, which a value that is in no list has none of.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from validators import terms
from validators.bits import WORD, Word, word
from validators.coded_parts import CodedParts
from validators.plan import column
from validators.readers.scan import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schema.data_item import Item
    from schema.table import TableDefinition
    from validators.context import Context

#: the column with a bit for each coded item, in their order, whose value is in no list
UNLISTED = "unlisted"
#: what a character of ASCII fits into; of a longer one, which is doubted, some bits get lost
_LETTER = 255
_SECOND = string.ascii_uppercase + string.digits


def code_name(item: str) -> str:
    """The column that holds the number of a code of the list; null where the item is blank, or its value in doubt."""
    return f"code:{item}"


@dataclass(frozen=True)
class CodeColumns:
    """The coded items of a table."""

    table: TableDefinition
    context: Context

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Name → item, in their order."""
        return {item.name: item for item in self.table.items if item.data_type.code_list is not None}

    @cached_property
    def _domains(self) -> Mapping[str, tuple[str, ...]]:
        return {name: self._domain(item) for name, item in self.items.items()}

    def _domain(self, item: Item) -> tuple[str, ...]:
        data_type = item.data_type
        codes = set(self.context.codes(data_type.code_list or ""))
        if data_type.local_second_character:
            codes |= {f"{code}{second}" for code in codes if len(code) == 1 and code.isupper() for second in _SECOND}
        if data_type.local_codes:
            codes |= self.context.local_codes
        return tuple(sorted(codes))

    def domain(self, name: str) -> tuple[str, ...]:
        """Every value that the list of an item lets in, as far as that can be written down."""
        return self._domains[name]

    def is_letter(self, name: str) -> bool:
        """Whether every code of the list is one character of ASCII."""
        return all(len(code) == 1 and code.isascii() for code in self.domain(name))

    # While the file is scanned

    def types(self) -> Iterator[str]:
        """The statements that make the types of the codes."""
        for name in self.items:
            if not self.is_letter(name):
                yield f"CREATE TYPE {self._type(name)} AS ENUM ({', '.join(text(code) for code in self.domain(name))})"

    def _type(self, name: str) -> str:
        return f"codes_{self.table.name}_{name}"

    def scanned(self) -> dict[str, exp.Expr]:
        """The columns of the codes by name, out of the values received."""
        return {code_name(name): self._code(name) for name in self.items}

    def _code(self, name: str) -> exp.Expr:
        if self.is_letter(name):
            first = exp.BitwiseAnd(this=terms.call("ascii", column(name)), expression=terms.literal(_LETTER))
            return terms.cast(exp.paren(first), "UTINYINT")
        return terms.call("enum_code", self._listed(name))

    def _listed(self, name: str) -> exp.Expr:
        codes = exp.DataType(this=exp.DataType.Type.USERDEFINED, kind=self._type(name))
        return exp.TryCast(this=column(name), to=codes)

    def unlisted(self) -> Word:
        """UNLISTED: a bit for each item whose value is surely no code; worked out only where there is one."""
        kind = "USMALLINT" if self.aside < 2**16 else "UBIGINT"
        short = self.aside <= 2**WORD
        bits = "UINTEGER" if short else "UBIGINT"
        parts = [terms.case([(self._no_code(n), word(2**at, bits))], word(0, bits)) for at, n in enumerate(self.items)]
        mask = word(0, bits)
        for part in parts:
            mask = exp.BitwiseOr(this=mask, expression=exp.paren(part.copy()))
        some = list(self._some_no_code())
        found = terms.case([(exp.or_(*some), mask)], word(0, bits)) if some else mask
        return Word(terms.cast(found, kind), kind, tuple(parts) if short else ())

    @property
    def aside(self) -> int:
        """The bit above those of UNLISTED: the mark of a row that is set aside."""
        return 2 ** len(self.items)

    def _no_code(self, name: str) -> exp.Expr:
        """Whether a value is longer than a letter, or in no list."""
        if self.is_letter(name):
            return _longer(terms.call("strlen", column(name)))
        return exp.paren(exp.NEQ(this=_blank(column(name)), expression=_blank(self._listed(name))))

    def _some_no_code(self) -> Iterator[exp.Expr]:
        """Tests of which one is true where `_no_code` is for some item."""
        lengths = [terms.call("strlen", column(name)) for name in self.items if self.is_letter(name)]
        if lengths:
            yield _longer(terms.call("greatest", *lengths))
        yield from (self._no_code(name) for name in self.items if not self.is_letter(name))

    # Over the narrow columns

    def code(self, name: str, number: int) -> str:
        """The code of an item that a number in its column stands for."""
        return chr(number) if self.is_letter(name) else self.domain(name)[number]

    def as_text(self, name: str) -> exp.Expr:
        """The code of an item as text; null where it is blank."""
        code = column(code_name(name))
        if self.is_letter(name):
            return terms.call("chr", terms.cast(code, "INTEGER"))
        place = exp.Add(this=terms.cast(code, "INTEGER"), expression=terms.literal(1))
        codes = exp.Array(expressions=[terms.literal(each) for each in self.domain(name)])
        return terms.call("list_extract", codes, place)

    def strange(self, name: str) -> exp.Expr | None:
        """Whether the character of an item is no code; None where its type lets codes alone in."""
        if not self.is_letter(name):
            return None
        return exp.Not(this=exp.paren(terms.among(column(code_name(name)), [ord(code) for code in self.domain(name)])))

    @cached_property
    def parts(self) -> CodedParts:
        """Conditions that read one coded item alone, over the numbers of its codes."""
        return CodedParts(self.context, self.items, {name: self._numbers(name) for name in self.items}, self._number)

    def _number(self, name: str) -> exp.Expr:
        """The number of a code, as CodedParts has it."""
        return column(code_name(name))

    def _numbers(self, name: str) -> tuple[str | None, ...]:
        """The codes of an item by their numbers."""
        codes = self.domain(name)
        return tuple(chr(n) if chr(n) in codes else None for n in range(128)) if self.is_letter(name) else codes


def _longer(length: exp.Expr) -> exp.Expr:
    return exp.paren(exp.GT(this=length, expression=terms.literal(1)))


def _blank(value: exp.Expr) -> exp.Expr:
    return exp.paren(terms.is_null(value))
