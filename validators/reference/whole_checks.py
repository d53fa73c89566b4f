"""The checks that read the whole data set: rates, and what the header declares and no row holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.causes import plain_kind
from validators.reading import holds
from validators.tally import CauseTally, RuleTally

if TYPE_CHECKING:
    from collections.abc import Callable

    from schema.check import Rate
    from schema.rule import Rule
    from validators.context import Context
    from validators.reference.rows import Row
    from validators.reference.table_checks import Tables

#: the answers that say that somebody recorded asking, or knowing
ANSWERS = ("Y", "N", "U", "Z")


def judge_rate(check: Rate, tables: Tables) -> tuple[int, list[Row]]:
    """How many rows are in the denominator, and those in the numerator."""
    rules = tables.rules[check.table]
    population = [row for row in tables.once(check.table) if holds(check.population, rules.scope(row))]
    return len(population), [row for row in population if holds(check.numerator, rules.scope(row))]


def declared_not_recorded(rule: Rule, context: Context, tables: Tables) -> RuleTally:
    """Each characteristic that the header declares, restricted ones apart, against the answers in the file."""
    code_list = context.dataset.code_lists["plus_characteristic"]
    collected = (context.codes("plus_characteristic") | context.local_codes) - code_list.restricted
    declared = frozenset(context.typed_header("declared_plus") or ()) & collected
    rows = tables.accepted("plus_characteristic")
    recorded = {row.typed["characteristic_code"] for row in rows if row.typed["value"] in ANSWERS}
    empty = len(declared - recorded)
    kind = plain_kind(rule, context)
    return RuleTally(rule.id, len(declared), empty, (CauseTally(kind, empty),) if empty else ())


def too_few(rule: Rule, check: Rate) -> RuleTally:
    """The result of a rate that says nothing: its denominator is too small."""
    return RuleTally(rule.id, reason=f"fewer than {check.minimum} rows in the denominator")


WHOLE_CHECKS: dict[str, Callable[..., object]] = {
    "rate": judge_rate,
    "declared_not_recorded": declared_not_recorded,
}
