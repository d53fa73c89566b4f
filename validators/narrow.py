"""The first reading of a table: narrow columns from which nearly every rule is judged, and what casts doubt on a row.

Every value is read as if it were in its form and its list, and it is checked that it *surely* is, by tests that are
cheaper than the definition and never let a wrong value through. A row in doubt, or one that may break a rule, is read
again by the definition (validators.plan): so what stands in the narrow columns of any other row is right.
"""

from __future__ import annotations

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
from validators.code_columns import UNLISTED, CodeColumns, code_name
from validators.layered import Layered
from validators.lookups import facts_of
from validators.plan import RowRules, column, own_item, typed_name
from validators.quick import quick
from validators.surely import digits_of, surely_formed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schema.data_item import Item
    from schema.expression import Expression
    from schema.rule import Rule


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
    def codes(self) -> CodeColumns:
        """The items whose values come from a list."""
        return CodeColumns(self.table, self.context)

    @cached_property
    def plain(self) -> tuple[Item, ...]:
        """All other items."""
        return tuple(item for item in self.table.items if item.data_type.code_list is None)

    def is_coded(self, name: str) -> bool:
        """Whether an item of the table takes its values from a list."""
        return name in self.codes.items

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

    def scan(self, extra: Mapping[str, exp.Expr], bits: Bits) -> Layered:
        """The narrow columns out of the values received. `extra` are columns made of values as received."""
        layers = [dict(self._typed_columns())]
        if self._part_names:
            scope = replace(self._scan_scope, parts=self._quick_parts)
            layers.append({name: sql.condition(node, scope) for node, name in self._part_names.items()})
        columns = self.codes.scanned() | dict(self._value_columns()) | dict(extra)
        return Layered.of(layers, columns, {UNLISTED: self.codes.unlisted()} | bits.packed())

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

    def _typed_columns(self) -> Iterator[tuple[str, exp.Expr]]:
        for name, item in self.items.items():
            if self._is_typed(name):
                yield typed_name(name), sql.typed(column(name), item.data_type)

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

    def _value_columns(self) -> Iterator[tuple[str, exp.Expr]]:
        for item in self.plain:
            name = typed_name(item.name)
            if self._is_typed(item.name):
                yield name, column(name)
            elif item.name in self.finals:
                yield name, column(item.name)

    def _form_truths(self) -> Iterator[tuple[str, Truth]]:
        for item in self.plain:
            value = column(item.name)
            if item.name in self._formatted:
                typed = self._scan_scope.typed[item.name]
                sure = surely_formed(value, item.data_type, self.context.provider, typed)
                yield form_name(item.name), Truth("verdict", exp.paren(sure), blank=terms.is_null(value))
            else:
                yield form_name(item.name), Truth("presence", exp.Not(this=terms.is_null(value)))
            if item.name in NOT_KNOWN_VALUES:
                yield unknown_name(item.name), Truth("mark", terms.among(value.copy(), NOT_KNOWN_VALUES[item.name]))

    def _kept_truths(self) -> Iterator[tuple[str, Truth]]:
        parts = {node: column(name) for node, name in self._part_names.items()}
        # quick ones inside: a column of them costs more than working them out where they are asked for
        scope = replace(self._scan_scope, parts=parts | self._quick_parts)
        for rule in self.scanned_rules:
            yield kept_name(rule), Truth("verdict", self._kept(rule, self._reading(rule, scope)))

    # Over the narrow columns

    @cached_property
    def scope(self) -> sql.Scope:
        """How conditions spell items over the narrow columns."""
        texts = {name: self.codes.as_text(name) for name in self.codes.items}
        raw = {name: self.presence(name) for name in self.items} | texts
        typed = {name: column(typed_name(name)) for name in self.items} | texts
        return sql.Scope(self.context, self.items, raw, typed, parts=self.codes.parts)

    def final(self, name: str) -> exp.Expr:
        """The value of an item that later stages read."""
        return self.scope.typed[name].copy()

    def status(self, name: str) -> exp.Expr:
        """What an item of a row without a doubt holds, as its place in STATUSES."""
        branches = [(terms.is_null(self.presence(name)), terms.literal(STATUSES.index("missing")))]
        branches += [(exp.paren(test), terms.literal(STATUSES.index(kind))) for kind, test in self._kinds(name)]
        return terms.cast(terms.case(branches, terms.literal(STATUSES.index("valid"))), "UTINYINT")

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
        return self.codes.parts.where(name, lambda code: facts.kind_of(item, code) == kind)

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
        for name in self.codes.items:
            strange = self.codes.strange(name)
            if strange is not None:
                yield name, strange
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
            asked, when = exp.Not(this=exp.paren(sql.condition(IsNull(Column(check.item)), scope))), check.when
        else:
            assert isinstance(check, Condition)
            asked, when = sql.condition(check.require.tree, scope), check.when
        return terms.case([(sql.condition(when.tree, scope), exp.paren(asked))], exp.null()) if when else asked


def by_doubt(rule: Rule) -> str | None:
    """The item whose doubts say whether a row keeps the rule; None where a column of its own does."""
    return rule.check.item if isinstance(rule.check, Format | Coded) else None


def _is_costly(node: Node) -> bool:
    return isinstance(node, Call) or (isinstance(node, Among) and len(node.choices) > 2)


def _as(made: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(made, name, quoted=True, copy=False)
