"""The rules that the join of persons to the reference data answers: which they are, and their verdicts as SQL.

A directory has millions of postcodes. That is too many for the types that other functions cast to, and those say yes
or no, and give no value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from schema.check import Condition
from schema.expression import OF_PERSONS, Call, Column, IsNull, walk
from validators import sql, terms
from validators.areas import INDEXES
from validators.assessable import not_assessed
from validators.plan import read_name, row_rules
from validators.reference_answers import can_be_judged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schema.expression import Expression, Node
    from schema.rule import Rule
    from validators.context import Context
    from validators.plan import Plan

#: the functions that the join answers, and the items that they are asked about
ANSWERED = {"postcode_known": ("postcode",), "postcode_live": ("postcode",)} | OF_PERSONS
#: the items by which a person is placed, and the types of their values
ITEMS = {
    "postcode": "VARCHAR",
    "lsoa_code": "VARCHAR",
    "lsoa_vintage": "VARCHAR",
    "imd_decile": "BIGINT",
    "imd_version": "VARCHAR",
}


def joined_rules(context: Context) -> tuple[Rule, ...]:
    """The rules on persons that are judged by the join: they read of the row what places a person, and nothing follows
    from a breach."""
    return tuple(rule for rule in row_rules(context, "person") if not not_assessed(rule, context) and _by_join(rule))


def _by_join(rule: Rule) -> bool:
    if not isinstance(rule.check, Condition) or rule.action != "none" or rule.malforms:
        return False
    asked = [*rule.conditions(), *(cause.when for cause in rule.causes if cause.when is not None)]
    functions = {function for condition in rule.conditions() for function in condition.functions()}
    return bool(functions & ANSWERED.keys()) and all(_reads_the_place(condition) for condition in asked)


def _reads_the_place(condition: Expression) -> bool:
    nodes = list(walk(condition.tree))
    calls = [node for node in nodes if isinstance(node, Call) and node.name in ANSWERED]
    only = all(node.table is None and node.name in ITEMS for node in nodes if isinstance(node, Column))
    blanks = any(isinstance(node, IsNull) for node in nodes)
    return only and all(call == _asked(call.name) for call in calls) and not blanks


def _asked(function: str) -> Call:
    """A function of the join as conditions write it."""
    return Call(function, tuple(Column(name) for name in ANSWERED[function]))


@dataclass(frozen=True)
class JoinedVerdicts:
    """The verdicts over the join that `duckdb_places` makes: `o` the persons, `d` the directory, `s<index>` the areas.

    `received`: the items of ITEMS of which some row has a value. `indexes`: those of deprivation that are loaded.
    """

    context: Context
    received: frozenset[str]
    indexes: tuple[str, ...]

    def verdict(self, rule: Rule, plan: Plan) -> str:
        """Null, 0 or the number of the cause, as in the verdict table."""
        made = plan.condition_verdict(rule, self._scope(plan))
        return terms.cast(made, "UTINYINT").sql(dialect="duckdb")

    def _scope(self, plan: Plan) -> sql.Scope:
        """How conditions spell what places a person, and what the join answers."""
        values = {name: self._read(name) for name in ITEMS}
        answers = {
            "postcode_known": self._of_directory(exp.Not(this=terms.is_null(_joined("d", "place")))),
            "postcode_live": self._of_directory(terms.call("coalesce", _joined("d", "live"), exp.false())),
            "lsoa_of_postcode": self._area_of_postcode(values["lsoa_vintage"]),
            "imd_decile_of": self._decile_of_area(values["imd_version"]),
        }
        parts: dict[Node, exp.Expr] = {_asked(name): made for name, made in answers.items()}
        return sql.Scope(self.context, plan.items, values, values, parts=parts)

    def _read(self, name: str) -> exp.Expr:
        return _joined("o", read_name(name)) if name in self.received else _null(ITEMS[name])

    @property
    def _asks_directory(self) -> bool:
        """Whether what the directory says of a postcode can be judged."""
        loaded = "onspd" in self.context.reference
        return "postcode" in self.received and loaded and can_be_judged(self.context, "postcode_known")

    def _of_directory(self, truth: exp.Expr) -> exp.Expr:
        """What the directory says of a postcode; null of none."""
        if not self._asks_directory:
            return _null("BOOLEAN")
        return terms.case([(terms.is_null(self._read("postcode")), exp.null())], truth)

    def _area_of_postcode(self, vintage: exp.Expr) -> exp.Expr:
        years = INDEXES.values() if self._asks_directory else ()
        return _chosen(vintage, {year: _joined("d", f"area{year}") for year in years}, "VARCHAR")

    def _decile_of_area(self, version: exp.Expr) -> exp.Expr:
        indexes = self.indexes if "lsoa_code" in self.received else ()
        return _chosen(version, {index: _joined(f"s{index}", "decile") for index in indexes}, "INTEGER")


def _joined(alias: str, name: str) -> exp.Expr:
    return exp.column(name, table=alias, quoted=True)


def _null(kind: str) -> exp.Expr:
    return terms.cast(exp.null(), kind)


def _chosen(key: exp.Expr, values: Mapping[str, exp.Expr], kind: str) -> exp.Expr:
    """The value of a key; null of every other one."""
    if not values:
        return _null(kind)
    branches = [(exp.EQ(this=key.copy(), expression=terms.literal(name)), made) for name, made in values.items()]
    return terms.case(branches, _null(kind))
