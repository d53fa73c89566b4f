"""Which mandatory tables were sent: judged beside the engines, from what was received."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schema.check import TableMissing
from validators.tally import CauseTally, RuleTally, Tally

if TYPE_CHECKING:
    from schema.rule import Rule
    from validators.context import Context


def with_presence(tally: Tally, context: Context) -> Tally:
    """The tally with the results of the rules on tables that have to be there."""
    asked = [rule for rule in context.dataset.rules if isinstance(rule.check, TableMissing)]
    ids = {rule.id for rule in asked}
    others = tuple(result for result in tally.rules if result.rule_id not in ids)
    return replace(tally, rules=(*others, *(_presence(rule, context) for rule in asked)))


def _presence(rule: Rule, context: Context) -> RuleTally:
    if rule.table in context.tables_sent:
        return RuleTally(rule.id, 1, 0)
    if context.purpose == "check":
        return RuleTally(rule.id, reason=f"the table {rule.table} was not sent: a submission without it is refused")
    return RuleTally(rule.id, 1, 1, (CauseTally(rule.check.kind, 1),))
