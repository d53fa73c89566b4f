"""The checks of one table as SQL: each rule of the row stages is one column, and its value is the verdict on the row.

Null: not assessed. 0: kept. From 1: broken, and in which way (the place of the cause in `causes_of`). The columns stand
in layers, each a SELECT over the one below: values as received, their typed reading, verdicts, what is left of the
typed values when the verdicts have taken theirs away.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from schema.check import Coded, Condition, Format, Missing, Retired
from validators import sql, terms
from validators.answers import NOT_KNOWN_VALUES, STATUSES
from validators.assessable import not_assessed
from validators.causes import SHAPED, causes_of
from validators.keywords import well_formed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from schema.data_item import Item
    from schema.expression import Expression
    from schema.rule import Cause, Rule
    from schema.table import TableDefinition
    from validators.context import Context

ROW_CHECKS = (Missing, Format, Coded, Retired, Condition)


def column(name: str) -> exp.Expr:
    """A column of the layer below."""
    return exp.column(name, quoted=True)


def verdict_name(rule: Rule) -> str:
    """The column that holds the verdict of a rule."""
    return f"v:{rule.id}"


def bad_name(item: str) -> str:
    """The column that says whether the value received has no typed reading."""
    return f"bad:{item}"


def typed_name(item: str) -> str:
    """The column that holds the typed reading of an item."""
    return f"typed:{item}"


def final_name(item: str) -> str:
    """The column that holds the typed reading that is left when the row stages are over."""
    return f"final:{item}"


def read_name(item: str) -> str:
    """The column that holds the typed reading of an item, also where a rule has taken it away for later stages."""
    return f"read:{item}"


def status_name(item: str) -> str:
    """The column that says what an item holds: its place in STATUSES."""
    return f"status:{item}"


@dataclass(frozen=True)
class RowRules:
    """The rules of the row stages of one table. `elsewhere`: those that are judged in another place."""

    table: TableDefinition
    context: Context
    elsewhere: frozenset[str] = frozenset()

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of the row stages that can be judged on this table alone."""
        found = (r for r in row_rules(self.context, self.table.name) if r.id not in self.elsewhere)
        return tuple(r for r in found if not_assessed(r, self.context) is None)

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """The items of the table by name."""
        return {item.name: item for item in self.table.items}


@dataclass(frozen=True)
class Plan(RowRules):
    """The row checks of one table, by the definition.

    `live`: the rules that some row may break; the others are known to be kept by every row, and what follows from
    breaking them is left out of the SQL.
    """

    live: frozenset[str] | None = None

    def may_break(self, rule: Rule) -> bool:
        """Whether some row may break the rule."""
        return self.live is None or rule.id in self.live

    @cached_property
    def malforming(self) -> Mapping[str, tuple[Rule, ...]]:
        """Item → the rules whose breach leaves it without a typed value."""
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules:
            if rule.malforms and self.may_break(rule):
                name = rule.replaces[0] if rule.replaces else rule.items[0]
                found[name] = (*found.get(name, ()), rule)
        return found

    @cached_property
    def scope(self) -> sql.Scope:
        """How verdicts spell items: as received, and typed."""
        raw = {name: column(name) for name in self.items}
        typed = {name: column(typed_name(name)) for name in self.items}
        return sql.Scope(self.context, self.items, raw, typed)

    # The layers

    def layers(self, rules: Iterable[Rule], wanted: Iterable[str] = ()) -> Iterator[dict[str, exp.Expr]]:
        """Layers over the values received: their typed readings, and the verdicts of `rules`.

        `wanted`: items whose typed reading is needed beside those that the rules read.
        """
        chosen = tuple(rules)
        for names in self._depths(self._needed(chosen, wanted)):
            yield {bad_name(name): self._bad(name) for name in names}
            yield {typed_name(name): self._typed(name) for name in names}
        yield {verdict_name(rule): self.verdict(rule) for rule in chosen}

    def _needed(self, rules: Iterable[Rule], wanted: Iterable[str]) -> frozenset[str]:
        needed = set(wanted)
        for rule in rules:
            needed |= reads(rule, self.items)
        while True:
            more = {
                name for item in needed for rule in self.malforming.get(item, ()) for name in reads(rule, self.items)
            }
            if more <= needed:
                return frozenset(needed)
            needed |= more

    def _depths(self, needed: frozenset[str]) -> list[list[str]]:
        """The items in the order in which they can be read: one whose form rule reads another comes after it."""
        left, done, depths = sorted(needed), set[str](), list[list[str]]()
        while left:
            ready = [name for name in left if self._awaits(name) <= done] or left
            depths.append(ready)
            done |= set(ready)
            left = [name for name in left if name not in done]
        return depths

    def _awaits(self, name: str) -> set[str]:
        return {other for rule in self.malforming.get(name, ()) for other in reads(rule, self.items)} - {name}

    def _bad(self, name: str) -> exp.Expr:
        rules = self.malforming.get(name, ())
        if not rules:
            return exp.false()
        kept = [terms.call("coalesce", exp.paren(self._kept(rule)), exp.true()) for rule in rules]
        received = exp.Not(this=terms.is_null(column(name)))
        return exp.and_(received, exp.Not(this=exp.paren(exp.and_(*kept))))

    def _kept(self, rule: Rule) -> exp.Expr:
        """Whether the row keeps a rule on the form or the list of an item."""
        check = rule.check
        if isinstance(check, Format):
            return well_formed(column(check.item), self.items[check.item].data_type)
        if isinstance(check, Coded):
            data_type = self.items[check.item].data_type
            return sql.in_codes(column(check.item), data_type, self.context.codes(data_type.code_list or ""))
        if isinstance(check, Condition):
            return self._require(check, self._scope_of(rule))
        raise TypeError(check.kind)

    def _require(self, check: Condition, scope: sql.Scope) -> exp.Expr:
        required = sql.condition(check.require.tree, scope)
        if check.when is None:
            return required
        return terms.case([(sql.condition(check.when.tree, scope), exp.paren(required))], exp.null())

    def _scope_of(self, rule: Rule) -> sql.Scope:
        own = own_item(rule)
        return self.scope.reading(own) if own else self.scope

    def _typed(self, name: str) -> exp.Expr:
        if not self.malforming.get(name):
            return self._read(name)
        return terms.case([(column(bad_name(name)), exp.null())], self._read(name))

    def _read(self, name: str) -> exp.Expr:
        """The typed reading of a value that has one."""
        data_type = self.items[name].data_type
        if data_type.name == "postcode" and not self._irregular(name):
            return column(name)
        return sql.typed(column(name), data_type)

    def _irregular(self, name: str) -> bool:
        """Whether some value may be written in another way than the usual one."""
        return any(self.may_break(rule) for rule in self.rules if own_item(rule) == name)

    # Verdicts

    def verdict(self, rule: Rule) -> exp.Expr:
        """The verdict of a rule on the row: null, 0, or the number of the cause."""
        return terms.cast(self._verdict(rule), "UTINYINT")

    def _verdict(self, rule: Rule) -> exp.Expr:
        check = rule.check
        broken = self._cause_number(rule)
        if isinstance(check, Missing):
            verdict = terms.case([(terms.is_null(column(check.item)), broken)], terms.literal(0))
            return self._where(check.when, rule, verdict)
        if isinstance(check, Format | Coded | Retired):
            received = exp.Not(this=terms.is_null(column(check.item)))
            kept = self._not_retired(check.item) if isinstance(check, Retired) else self._kept(rule)
            return terms.case(
                [(exp.and_(received, exp.paren(kept)), terms.literal(0)), (received.copy(), broken)], exp.null()
            )
        assert isinstance(check, Condition)
        required = sql.condition(check.require.tree, self._scope_of(rule))
        branches = [(exp.paren(required), terms.literal(0)), (exp.Not(this=exp.paren(required.copy())), broken)]
        return self._where(check.when, rule, terms.case(branches, exp.null()))

    def _not_retired(self, name: str) -> exp.Expr:
        retired = self.context.recently_retired(self.items[name].data_type.code_list or "")
        return exp.Not(this=exp.paren(terms.among(column(name), retired)))

    def _where(self, when: Expression | None, rule: Rule, verdict: exp.Expr) -> exp.Expr:
        """The verdict where the rule speaks of the row at all, and can be judged on it."""
        guards: list[exp.Expr] = [exp.Not(this=column(bad_name(name))) for name in self._guarded(rule)]
        if when is not None:
            guards.append(exp.paren(sql.condition(when.tree, self._scope_of(rule))))
        return terms.case([(exp.and_(*guards), verdict)], exp.null()) if guards else verdict

    def _guarded(self, rule: Rule) -> list[str]:
        """The items of which a malformed value keeps the rule from being judged on the row."""
        if own_item(rule):
            return []
        return sorted(name for name in reads(rule, self.items) if self.malforming.get(name))

    def condition_verdict(self, rule: Rule, scope: sql.Scope) -> exp.Expr:
        """The verdict of a condition as `scope` spells the items, no value of which is in doubt."""
        check = rule.check
        assert isinstance(check, Condition)
        required = exp.paren(sql.condition(check.require.tree, scope))
        broken = self._numbered(causes_of(rule, self.context), scope)
        verdict = terms.case([(required, terms.literal(0)), (exp.Not(this=required.copy()), broken)], exp.null())
        if check.when:
            verdict = terms.case([(sql.condition(check.when.tree, scope), verdict)], exp.null())
        return verdict

    def _cause_number(self, rule: Rule) -> exp.Expr:
        """The number of the first cause that holds, from 1."""
        return self._numbered(causes_of(rule, self.context), self._cause_scope(rule))

    def _cause_scope(self, rule: Rule) -> sql.Scope:
        raw = rule.items[0] if isinstance(rule.check, Format | Coded) else None
        return self.scope.reading(raw) if raw else self._scope_of(rule)

    def _numbered(self, causes: tuple[Cause, ...], scope: sql.Scope) -> exp.Expr:
        branches = [
            (exp.paren(sql.condition(cause.when.tree, scope)), terms.literal(number))
            for number, cause in enumerate(causes, start=1)
            if cause.when is not None
        ]
        last = next(number for number, cause in enumerate(causes, start=1) if cause.when is None)
        return terms.case(branches[: last - 1], terms.literal(last))

    def shape(self, rule: Rule) -> exp.Expr | None:
        """The shape of what was received, on rows whose cause asks for it; None where no cause of the rule does."""
        if not isinstance(rule.check, Format | Coded):
            return None
        numbers = [n for n, c in enumerate(causes_of(rule, self.context), start=1) if c.kind in SHAPED]
        asked = terms.among(column(verdict_name(rule)), numbers)
        shape = terms.call(terms.OF_SHAPE, sql.text_shape(column(rule.check.item)))
        return terms.case([(asked, shape)], exp.null())

    # What is left

    def takers(self, name: str) -> tuple[Rule, ...]:
        """The rules of the row stages whose breach takes the item away, beside those that leave it untyped."""
        malforming = self.malforming.get(name, ())
        return tuple(
            r
            for r in self.rules
            if r.action == "field" and r.item == name and r not in malforming and self.may_break(r)
        )

    def spoilers(self, name: str) -> tuple[Rule, ...]:
        """Every rule of the row stages after whose breach the item counts as sent and not usable."""
        lists = (r for r in self.rules if isinstance(r.check, Coded) and r.items[0] == name and self.may_break(r))
        found = {r.id: r for r in (*self.malforming.get(name, ()), *lists, *self.takers(name))}
        return tuple(found.values())

    def final(self, name: str) -> exp.Expr:
        """The typed value that later stages read. Needs the verdicts of `takers`."""
        taken = [_broken(rule) for rule in self.takers(name)]
        return (
            terms.case([(exp.or_(*taken), exp.null())], column(typed_name(name))) if taken else column(typed_name(name))
        )

    def rejected(self) -> exp.Expr:
        """Whether the row is refused. Needs the verdicts of `rejecting`."""
        broken = [_broken(rule) for rule in self.rejecting]
        return exp.or_(*broken) if broken else exp.false()

    @cached_property
    def rejecting(self) -> tuple[Rule, ...]:
        """The rules of the row stages that refuse a row."""
        return tuple(r for r in self.rules if r.action in ("record", "group", "file") and self.may_break(r))

    def status(self, name: str) -> exp.Expr:
        """What the item holds, as its place in STATUSES. Needs the verdicts of `spoilers`."""
        branches = [(terms.is_null(column(name)), terms.literal(STATUSES.index("missing")))]
        spoiled = [_broken(rule) for rule in self.spoilers(name)]
        if spoiled:
            branches.append((exp.or_(*spoiled), terms.literal(STATUSES.index("invalid"))))
        for kind, test in self._kinds(name):
            branches.append((exp.paren(test), terms.literal(STATUSES.index(kind))))
        return terms.cast(terms.case(branches, terms.literal(STATUSES.index("valid"))), "UTINYINT")

    def _kinds(self, name: str) -> Iterable[tuple[str, exp.Expr]]:
        data_type = self.items[name].data_type
        if name in NOT_KNOWN_VALUES:
            yield "not_known", terms.among(self._read(name), NOT_KNOWN_VALUES[name])
        if not data_type.code_list:
            return
        for kind in ("not_known", "declined", "asked_unsure"):
            if self.context.dataset.code_lists[data_type.code_list].of_kind(kind):
                yield kind, sql.of_kind(column(name), data_type, self.context, (kind,))


def _broken(rule: Rule) -> exp.Expr:
    above = exp.GT(this=column(verdict_name(rule)), expression=terms.literal(0))
    return terms.call("coalesce", above, exp.false())


def own_item(rule: Rule) -> str | None:
    """The item that a condition on a form or a list reads as received."""
    if rule.stage != "value" or not isinstance(rule.check, Condition):
        return None
    return rule.replaces[0] if rule.replaces else rule.items[0]


def reads(rule: Rule, items: Collection[str]) -> frozenset[str]:
    """The items of the row that the conditions of a rule read."""
    return frozenset(c.name for e in rule.conditions() for c in e.columns() if not c.table and c.name in items)


def below(inner: exp.Expr) -> exp.Expr:
    """A SELECT as that from which another one selects."""
    return exp.Subquery(this=inner) if isinstance(inner, exp.Select) else inner


def row_rules(context: Context, table: str) -> tuple[Rule, ...]:
    """The rules of the row stages of a table, whether or not their reference data are loaded."""
    found = context.dataset.rules_of(table)
    return tuple(r for r in found if r.stage in ("value", "record") and isinstance(r.check, ROW_CHECKS))
