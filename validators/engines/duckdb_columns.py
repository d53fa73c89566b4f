"""The columns that stages over more than one row read: hashes of keys, shared numbers, truth values of conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.check import Condition, Rate, Related, SharedValue
from validators import sql, terms
from validators.plan import column

if TYPE_CHECKING:
    from schema.expression import Expression
    from schema.table import TableDefinition
    from validators.context import Context

PERSON_KEY = ("local_patient_id_org", "local_patient_id")
#: what later stages read of every row of the PLUS table
_ANSWERS = frozenset({"characteristic_code", "value", "recorded_date", "source"})


def hashed(items: tuple[str, ...]) -> sql.exp.Expr:
    """One number for the values of some items as received; null where one is blank."""
    parts = [column(name) for name in items]
    blank = sql.exp.or_(*(terms.is_null(part) for part in parts))
    return terms.case([(blank, sql.exp.null())], terms.call("hash", *parts))


def own_name(table: TableDefinition) -> str:
    """The column that holds the key of a table as a number: a person's is the one that other tables name."""
    return "person" if table.key == PERSON_KEY else "own"


def row_hash(items: tuple[str, ...]) -> sql.exp.Expr:
    """One number for all values of a row as received."""
    return terms.call("hash", *(column(name) for name in items))


def hashes(table: TableDefinition) -> dict[str, sql.exp.Expr]:
    """Keys and links as numbers, out of the values as received."""
    made = {"person": hashed(PERSON_KEY)}
    if table.key:
        made[own_name(table)] = hashed(table.key)
    if table.name == "plus_characteristic":
        made["whole"] = row_hash(table.item_names)
    for target, items in table.links.items():
        if target != "person":
            made[f"link:{target}"] = hashed(items)
    return made


def shared_items(table: TableDefinition, context: Context) -> tuple[str, ...]:
    """The items whose values may stand under one key alone."""
    rules = (rule.check for rule in context.dataset.rules if rule.table == table.name)
    return tuple(check.item for check in rules if isinstance(check, SharedValue))


def number(value: sql.exp.Expr, item: str, table: TableDefinition) -> sql.exp.Expr:
    """One number for a value, null where there is none."""
    if table.item(item).data_type.name == "nhs_number":
        return terms.call("TRY_CAST_BIGINT", value)
    return terms.case([(terms.is_null(value), sql.exp.null())], terms.call("hash", value.copy()))


def finals(table: str, context: Context, sent: frozenset[str]) -> frozenset[str]:
    """The items that stages over more than one row read as values."""
    names: set[str] = set()
    for rule in context.dataset.rules:
        if rule.stage == "cross_table" and isinstance(rule.check, Condition) and rule.table in sent:
            read = (c for e in rule.conditions() for c in e.columns())
            names |= {c.name for c in read if (c.table or rule.table) == table}
    if table == "plus_characteristic":
        names |= _ANSWERS
    if table == "person":
        names.add("birth_date")
    return frozenset(names & set(context.dataset.tables[table].item_names))


def conditions(table: str, context: Context) -> dict[str, Expression]:
    """What rules over more than one row ask of each row, as truth values."""
    made: dict[str, Expression] = {}
    for rule in context.dataset.rules:
        check = rule.check
        if isinstance(check, Related) and rule.table == table:
            made[f"when:{rule.id}"] = check.when
        if isinstance(check, Related) and check.table == table:
            made[f"match:{rule.id}"] = check.match
        if isinstance(check, Rate) and check.table == table:
            made[f"numerator:{rule.id}"] = check.numerator
            if check.population:
                made[f"population:{rule.id}"] = check.population
    return made


def true(made: sql.exp.Expr) -> sql.exp.Expr:
    """Whether a condition is true: unknown counts as not."""
    return terms.call("coalesce", sql.exp.paren(made), sql.exp.false())
