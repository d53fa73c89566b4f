"""The first reading of a table: narrow columns from which nearly every rule is judged, and what casts doubt on a row.

Every value is read as if it were in its form and its list, and it is checked that it *surely* is, by tests that are
cheaper than the definition and never let a wrong value through. A row in doubt, or one that may break a rule, is read
again by the definition (validators.plan): so what stands in the narrow columns of any other row is right.
"""

from __future__ import annotations

import string
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from schema.check import Coded, Condition, Format, Missing, Retired
from schema.expression import Among, Call, Column, IsNull, Node, children, walk
from validators import sql, terms
from validators.answers import NOT_KNOWN_VALUES, STATUSES
from validators.bits import Bits, Truth
from validators.coded_parts import CodedParts
from validators.lookups import facts_of
from validators.plan import RowRules, below, column, own_item, typed_name
from validators.quick import quick
from validators.readers.scan import text
from validators.surely import digits_of, surely_formed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from schema.data_item import Item
    from schema.expression import Expression
    from schema.rule import Rule

#: the column with a bit for each coded item, in their order, whose value is in no list
UNLISTED = "unlisted"


def code_name(item: str) -> str:
    """The column that holds a code of the list, or its number; null where the item is blank, or its value in doubt."""
    return f"code:{item}"


def form_name(item: str) -> str:
    """The column that says whether a value is surely in its form; null where the item is blank."""
    return f"form:{item}"


def unknown_name(item: str) -> str:
    """The column that says whether a value without a code list means that nobody knows."""
    return f"unknown:{item}"


def kept_name(rule: Rule) -> str:
    """The column that says whether the row keeps a rule; null where the rule has no verdict on it."""
    return f"kept:{rule.id}"


@dataclass(frozen=True)
class Narrow(RowRules):
    """What the first reading of one table takes down. `finals`: items that later stages read as values."""

    finals: frozenset[str] = frozenset()

    @cached_property
    def coded(self) -> tuple[Item, ...]:
        """The items whose values come from a list."""
        return tuple(item for item in self.table.items if item.data_type.code_list is not None)

    @cached_property
    def plain(self) -> tuple[Item, ...]:
        """All other items."""
        return tuple(item for item in self.table.items if item.data_type.code_list is None)

    def is_coded(self, name: str) -> bool:
        """Whether an item of the table takes its values from a list."""
        return self.items[name].data_type.code_list is not None

    @cached_property
    def _formatted(self) -> frozenset[str]:
        """The items with a rule on the form of their data type."""
        return frozenset(rule.check.item for rule in self.rules if isinstance(rule.check, Format))

    def presence(self, name: str) -> exp.Expr:
        """A narrow column that is null where the item is blank."""
        return column(code_name(name) if self.is_coded(name) else form_name(name))

    # Which reading a condition needs

    def fits(self, *conditions: Expression | None) -> bool:
        """Whether conditions can be read from the narrow columns."""
        return all(self._readable(condition.tree) for condition in conditions if condition is not None)

    def _readable(self, node: Node) -> bool:
        if isinstance(node, IsNull):
            return node.column.table is None
        if isinstance(node, Column):
            return node.table is None and (node.name not in self.items or self._has_value(node.name))
        if isinstance(node, Call) and node.name == "listed":
            return False
        return all(self._readable(part) for part in children(node))

    def _has_value(self, name: str) -> bool:
        return self.is_coded(name) or self.items[name].data_type.kind in ("date", "integer")

    @cached_property
    def scanned_rules(self) -> tuple[Rule, ...]:
        """The rules that need more of a row than its narrow columns: they are judged while the file is scanned."""
        found = (r for r in self.rules if isinstance(r.check, Missing | Condition))
        return tuple(r for r in found if not self.fits(*r.conditions()))

    @cached_property
    def judged_rules(self) -> tuple[Rule, ...]:
        """The rules with a column of their own in `judged`; those on forms and lists are judged by doubts."""
        return tuple(r for r in self.rules if isinstance(r.check, Missing | Condition | Retired))

    # While the file is scanned

    def scan(self, source: exp.Expr, extra: Mapping[str, exp.Expr], bits: Bits) -> exp.Select:
        """The narrow columns out of the values received. `extra` are columns made of values as received."""
        layer = exp.select("*", *self._typed_columns()).from_(below(source))
        if self._part_names:
            scope = replace(self._scan_scope, parts=self._quick_parts)
            made = [_as(sql.condition(node, scope), name) for node, name in self._part_names.items()]
            layer = exp.select("*", *made).from_(below(layer))
        chosen = [*self._code_columns(), *self._value_columns(), *bits.packed()]
        chosen += [_as(made, name) for name, made in extra.items()]
        return exp.select(*chosen).from_(below(layer))

    def bits(self, marks: Mapping[str, exp.Expr]) -> Bits:
        """The truth values that are taken down of every row. `marks`: those of later stages, of values as received."""
        truths = dict(self._form_truths()) | dict(self._kept_truths())
        return Bits(truths | {name: Truth("mark", made) for name, made in marks.items()})

    @cached_property
    def _part_names(self) -> Mapping[Node, str]:
        return {node: f"part:{number}" for number, node in enumerate(self._repeated_parts)}

    @cached_property
    def _scan_scope(self) -> sql.Scope:
        raw = {name: column(name) for name in self.items}
        typed = {name: column(typed_name(name)) if self._is_typed(name) else column(name) for name in self.items}
        return sql.Scope(self.context, self.items, raw, typed)

    def _is_typed(self, name: str) -> bool:
        return self.items[name].data_type.kind in ("date", "integer")

    def _typed_columns(self) -> Iterator[exp.Expr]:
        for name, item in self.items.items():
            if self._is_typed(name):
                yield _as(sql.typed(column(name), item.data_type), typed_name(name))

    @cached_property
    def _repeated_parts(self) -> tuple[Node, ...]:
        """Parts of conditions that more than one rule reads, or one twice: worked out once a row."""
        found: Counter[Node] = Counter()
        for rule in self.scanned_rules:
            for condition in rule.conditions():
                found.update(part for part in walk(condition.tree) if _is_costly(part))
        return tuple(part for part, count in found.items() if count > 1 and not self._scan_scope.is_constant(part))

    @cached_property
    def _quick_parts(self) -> dict[Node, exp.Expr]:
        """Comparisons that are mostly settled by less than the whole of them, where no value is in doubt."""
        found = {part for r in self.scanned_rules for e in r.conditions() for part in walk(e.tree)}
        made = {part: quick(part, self._scan_scope, self._digits) for part in found}
        return {part: quicker for part, quicker in made.items() if quicker is not None}

    @cached_property
    def _digits(self) -> Mapping[str, int]:
        """Items that are made of so many digits, or else in doubt."""
        counts = {name: digits_of(self.items[name].data_type) for name in self._formatted}
        return {name: count for name, count in counts.items() if count is not None}

    def _code_columns(self) -> Iterator[exp.Expr]:
        for item in self.coded:
            yield _as(self._code(item), code_name(item.name))
        yield _as(self._unlisted(), UNLISTED)

    def is_letter(self, item: Item) -> bool:
        """Whether every code of the list is one character of ASCII: its number is then that of the character."""
        return all(len(code) == 1 and code.isascii() for code in self.domain(item))

    def _code(self, item: Item) -> exp.Expr:
        if self.is_letter(item):
            first = exp.paren(
                exp.BitwiseAnd(this=terms.call("ascii", column(item.name)), expression=terms.literal(_LETTER))
            )
            return exp.cast(first, "UTINYINT", dialect="duckdb")
        codes = exp.DataType(this=exp.DataType.Type.USERDEFINED, kind=self.type_name(item))
        return exp.TryCast(this=column(item.name), to=codes)

    def type_name(self, item: Item) -> str:
        """The ENUM type of the codes of an item; `types` makes it."""
        return f"codes_{self.table.name}_{item.name}"

    def types(self) -> Iterator[str]:
        """The statements that make the types of the codes."""
        for item in self.coded:
            if self.is_letter(item):
                continue
            listed = ", ".join(text(value) for value in self.domain(item))
            yield f"CREATE TYPE {self.type_name(item)} AS ENUM ({listed})"

    def _unlisted(self) -> exp.Expr:
        """A bit for each coded item whose value is surely no code; worked out only where there is one."""
        kind = "USMALLINT" if len(self.coded) <= 16 else "UBIGINT"
        tests = [self._no_code(item) for item in self.coded]
        bits = [terms.case([(test, terms.literal(2**at))], terms.literal(0)) for at, test in enumerate(tests)]
        mask: exp.Expr = terms.literal(0)
        for bit in bits:
            mask = exp.Add(this=mask, expression=bit)
        some = list(self._some_no_code())
        found = terms.case([(exp.or_(*some), mask)], terms.literal(0)) if some else mask
        return exp.cast(found, kind, dialect="duckdb")

    def _no_code(self, item: Item) -> exp.Expr:
        """Whether a value is longer than a letter, or in no list."""
        if self.is_letter(item):
            return _longer(terms.call("strlen", column(item.name)))
        return exp.paren(exp.NEQ(this=_blank(column(item.name)), expression=_blank(self._code(item))))

    def _some_no_code(self) -> Iterator[exp.Expr]:
        """Tests of which one is true where `_no_code` is for some item."""
        lengths = [terms.call("strlen", column(item.name)) for item in self.coded if self.is_letter(item)]
        if lengths:
            yield _longer(terms.call("greatest", *lengths))
        yield from (self._no_code(item) for item in self.coded if not self.is_letter(item))

    def domain(self, item: Item) -> tuple[str, ...]:
        """Every value that the list of an item lets in, as far as that can be written down."""
        return self._domains[item.name]

    @cached_property
    def _domains(self) -> Mapping[str, tuple[str, ...]]:
        return {item.name: self._domain(item) for item in self.coded}

    @staticmethod
    def code(held: object) -> str:
        """The code that a column of codes holds."""
        return chr(held) if isinstance(held, int) else str(held)

    def _domain(self, item: Item) -> tuple[str, ...]:
        data_type = item.data_type
        codes = set(self.context.codes(data_type.code_list or ""))
        if data_type.local_second_character:
            codes |= {f"{code}{second}" for code in codes if len(code) == 1 and code.isupper() for second in _SECOND}
        if data_type.local_codes:
            codes |= self.context.local_codes
        return tuple(sorted(codes))

    def _value_columns(self) -> Iterator[exp.Expr]:
        for item in self.plain:
            if self._is_typed(item.name):
                yield column(typed_name(item.name))
            elif item.name in self.finals:
                yield _as(column(item.name), typed_name(item.name))

    def _form_truths(self) -> Iterator[tuple[str, Truth]]:
        for item in self.plain:
            value = column(item.name)
            if item.name in self._formatted:
                sure = surely_formed(value, item.data_type, self.context.provider)
                yield form_name(item.name), Truth("verdict", exp.paren(sure), blank=terms.is_null(value))
            else:
                yield form_name(item.name), Truth("presence", exp.Not(this=terms.is_null(value)))
            if item.name in NOT_KNOWN_VALUES:
                yield unknown_name(item.name), Truth("mark", terms.among(value.copy(), NOT_KNOWN_VALUES[item.name]))

    def _kept_truths(self) -> Iterator[tuple[str, Truth]]:
        parts = {node: column(name) for node, name in self._part_names.items()}
        scope = replace(self._scan_scope, parts=parts | self._quick_parts)
        for rule in self.scanned_rules:
            yield kept_name(rule), Truth("verdict", self._kept(rule, self._reading(rule, scope)))

    # Over the narrow columns

    @cached_property
    def scope(self) -> sql.Scope:
        """How conditions spell items over the narrow columns."""
        raw = {name: self._as_text(name) if self.is_coded(name) else self.presence(name) for name in self.items}
        typed = {name: self._as_text(name) if self.is_coded(name) else column(typed_name(name)) for name in self.items}
        return sql.Scope(self.context, self.items, raw, typed, parts=self._parts)

    @cached_property
    def _parts(self) -> CodedParts:
        return CodedParts(self.context, self.items, {i.name: self._numbered(i) for i in self.coded}, self._number)

    def _as_text(self, name: str) -> exp.Expr:
        code = column(code_name(name))
        if self.is_letter(self.items[name]):
            return terms.call("chr", exp.cast(code, "INTEGER"))
        return exp.cast(code, "VARCHAR")

    def _number(self, name: str) -> exp.Expr:
        """The number of a code, as CodedParts has it."""
        code = column(code_name(name))
        return code if self.is_letter(self.items[name]) else terms.call("enum_code", code)

    def _numbered(self, item: Item) -> tuple[str | None, ...]:
        """The codes of an item by their numbers."""
        codes = self.domain(item)
        return tuple(chr(n) if chr(n) in codes else None for n in range(128)) if self.is_letter(item) else codes

    def final(self, name: str) -> exp.Expr:
        """The value of an item that later stages read."""
        return self.scope.typed[name].copy()

    def status(self, name: str) -> exp.Expr:
        """What an item of a row without a doubt holds, as its place in STATUSES."""
        branches = [(terms.is_null(self.presence(name)), terms.literal(STATUSES.index("missing")))]
        branches += [(exp.paren(test), terms.literal(STATUSES.index(kind))) for kind, test in self._kinds(name)]
        return exp.cast(terms.case(branches, terms.literal(STATUSES.index("valid"))), "UTINYINT", dialect="duckdb")

    def _kinds(self, name: str) -> Iterator[tuple[str, exp.Expr]]:
        data_type = self.items[name].data_type
        if name in NOT_KNOWN_VALUES:
            yield "not_known", column(unknown_name(name))
        for kind in ("not_known", "declined", "asked_unsure"):
            if data_type.code_list and self.context.dataset.code_lists[data_type.code_list].of_kind(kind):
                yield kind, self._of_kind(name, kind)

    def _of_kind(self, name: str, kind: str) -> exp.Expr:
        """Whether a code is of a kind."""
        facts, item = facts_of(self.context), self.items[name]
        return self._parts.where(name, lambda code: facts.kind_of(item, code) == kind)

    def numbered(self, name: str, number: Callable[[str], int]) -> exp.Expr:
        """A number of the code of an item, 0 where it is blank; `number` gives 0 or more for each code."""
        numbers = {code: number(code) for code in self.domain(self.items[name])}
        wanted = sorted(set(numbers.values()) - {0})
        branches = [(exp.paren(self._parts.where(name, lambda c, n=n: numbers[c] == n)), n) for n in wanted]
        return terms.case([(test, terms.literal(n)) for test, n in branches], terms.literal(0))

    def scanned(self, condition: Expression) -> exp.Expr:
        """A condition while the file is scanned, for what does not fit the narrow columns."""
        return sql.condition(condition.tree, self._scan_scope)

    def judged(self) -> exp.Select:
        """The narrow columns with a column for each of `judged_rules`."""
        late = [rule for rule in self.judged_rules if rule not in self.scanned_rules]
        made = [_as(self._kept(rule, self._reading(rule, self.scope)), kept_name(rule)) for rule in late]
        return exp.select("*", *made)

    def doubts(self) -> Iterator[tuple[str, exp.Expr]]:
        """Item → what is true where its value is not surely in its form, or is a character that is no code."""
        for item in self.coded:
            if self.is_letter(item):
                numbers = [ord(code) for code in self.domain(item)]
                yield item.name, exp.Not(this=exp.paren(terms.among(column(code_name(item.name)), numbers)))
        for item in self.plain:
            if item.name in self._formatted:
                yield item.name, exp.Not(this=column(form_name(item.name)))

    def _reading(self, rule: Rule, scope: sql.Scope) -> sql.Scope:
        """A rule on a form or a list reads its own item as received."""
        own = own_item(rule)
        return scope.reading(own) if own else scope

    def _kept(self, rule: Rule, scope: sql.Scope) -> exp.Expr:
        """Whether the row keeps the rule; null where it is not asked."""
        check = rule.check
        if isinstance(check, Retired):
            retired = self.context.recently_retired(self.items[check.item].data_type.code_list or "")
            return exp.Not(this=exp.paren(terms.among(scope.typed[check.item].copy(), retired)))
        if isinstance(check, Missing):
            asked, when = exp.Not(this=terms.is_null(scope.raw[check.item])), check.when
        else:
            assert isinstance(check, Condition)
            asked, when = sql.condition(check.require.tree, scope), check.when
        return terms.case([(sql.condition(when.tree, scope), exp.paren(asked))], exp.null()) if when else asked


#: what a character of ASCII fits into; of a longer one, which is doubted, some bits get lost
_LETTER = 255
_SECOND = string.ascii_uppercase + string.digits


def by_doubt(rule: Rule) -> str | None:
    """The item whose doubts say whether a row keeps the rule; None where a column of its own does."""
    return rule.check.item if isinstance(rule.check, Format | Coded) else None


def _is_costly(node: Node) -> bool:
    return isinstance(node, Call) or (isinstance(node, Among) and len(node.choices) > 2)


def _longer(length: exp.Expr) -> exp.Expr:
    return exp.paren(exp.GT(this=length, expression=terms.literal(1)))


def _blank(value: exp.Expr) -> exp.Expr:
    return exp.paren(terms.is_null(value))


def _as(made: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(made, name, quoted=True, copy=False)
