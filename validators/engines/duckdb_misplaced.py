"""Identifiers in the wrong place, on DuckDB: the form of each value is a small number beside its row.

Nearly every value is told by a cheap test: without a space or an `@`, what begins with a letter or is short is neither
a number of ten digits, nor a postcode, nor an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from validators import terms
from validators.check_digits import mod11
from validators.engines.duckdb_exact import RANK
from validators.misplaced import (
    EMAIL,
    FORMS,
    NUMBER,
    POSTCODE,
    TELEPHONE,
    Form,
    judged,
    looked_at,
    number_item,
    rule_id,
    tally_of,
)
from validators.plan import column
from validators.tally import SAMPLES, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schema.table_definition import TableDefinition
    from validators.engines.duckdb_connection import Database
    from validators.tally import MisplacedTally

#: characters of the shortest number that is looked for
SHORTEST = 10


def form_columns(table: TableDefinition) -> dict[str, exp.Expr]:
    """A column for each item that is looked at: the place of the value's form in FORMS; null where there is none."""
    own = number_item(table)
    return {_name(item.name): _form(column(item.name), column(own) if own else None) for item in looked_at(table)}


def misplaced_tallies(database: Database, table: TableDefinition) -> Iterator[MisplacedTally]:
    """What each text of the provider's own holds, out of `rows_<table>`."""
    for item, counts in _counts(database, table).items():

        def sampled(forms: tuple[Form, ...], item: str = item) -> tuple[int, ...]:
            query = f"SELECT arg_min(row, {RANK}, {SAMPLES}) FROM rows_{table.name} WHERE {_among(item, forms)}"
            return spread(database.row(query)[0] or ())

        yield tally_of(table, item, counts, sampled)


def misplaced_rows(database: Database, table: TableDefinition) -> str:
    """A query of (row, rule id, cause) over the rows; empty where there are none."""
    return " UNION ALL ".join(
        f"SELECT row, '{rule_id(table, item)}' AS rule_id, '{kind}' AS cause FROM rows_{table.name} "
        f"WHERE {_among(item, forms)}"
        for item, counts in _counts(database, table).items()
        for kind, forms in judged(counts).items()
    )


def _counts(database: Database, table: TableDefinition) -> dict[str, dict[Form, int]]:
    items = [item.name for item in looked_at(table)]
    if not items:
        return {}
    asked = ", ".join(f'histogram("{_name(item)}")' for item in items)
    found = database.row(f"SELECT {asked} FROM rows_{table.name}")
    return {i: {FORMS[place]: n for place, n in (held or {}).items()} for i, held in zip(items, found, strict=True)}


def _name(item: str) -> str:
    return f"identifier:{item}"


def _among(item: str, forms: tuple[Form, ...]) -> str:
    return f'"{_name(item)}" IN ({", ".join(str(FORMS.index(form)) for form in forms)})'


def _form(value: exp.Expr, own_number: exp.Expr | None) -> exp.Expr:
    short = exp.LT(this=terms.call("strlen", value.copy()), expression=terms.literal(SHORTEST))
    told = exp.and_(exp.Not(this=_holds(value, "@")), exp.Not(this=_holds(value, " ")), exp.or_(short, _word(value)))
    by_shape = terms.call(terms.OF_SHAPE, terms.case([(told, _letters(value))], exp.null()))
    branches = [(terms.is_null(value), exp.null())]
    return terms.cast(terms.case(branches, terms.call("coalesce", by_shape, _exact(value, own_number))), "UTINYINT")


def _exact(value: exp.Expr, own_number: exp.Expr | None) -> exp.Expr:
    digits = _compact(value)
    address = exp.and_(_holds(value, "@"), terms.call("regexp_matches", value.copy(), terms.literal(EMAIL)))
    branches = [
        (address, _place("email")),
        (terms.full_match(value.copy(), NUMBER), _ten_digits(digits, own_number)),
        (terms.full_match(value.copy(), POSTCODE), _place("postcode")),
        (terms.full_match(digits.copy(), TELEPHONE), _place("telephone")),
    ]
    return terms.case(branches, _letters(value))


def _ten_digits(digits: exp.Expr, own_number: exp.Expr | None) -> exp.Expr:
    alike = terms.call("repeat", terms.call("left", digits.copy(), terms.literal(1)), terms.literal(10))
    right = exp.and_(mod11(digits.copy()), exp.NEQ(this=digits.copy(), expression=alike))
    told = [(right, _place("number"))]
    if own_number is not None:
        told.insert(0, (exp.EQ(this=_compact(own_number), expression=digits.copy()), _place("own_number")))
    return terms.case(told, _place("ten_digits"))


def _letters(value: exp.Expr) -> exp.Expr:
    return terms.case([(_word(value), _place("word"))], _place("plain"))


def _word(value: exp.Expr) -> exp.Expr:
    """Whether the value begins with a letter: text is compared byte by byte."""
    return exp.paren(exp.or_(_between(value, "A", "["), _between(value, "a", "{")))


def _between(value: exp.Expr, first: str, after: str) -> exp.Expr:
    low = exp.GTE(this=value.copy(), expression=terms.literal(first))
    return exp.and_(low, exp.LT(this=value.copy(), expression=terms.literal(after)))


def _holds(value: exp.Expr, mark: str) -> exp.Expr:
    return terms.call("contains", value.copy(), terms.literal(mark))


def _compact(value: exp.Expr) -> exp.Expr:
    return terms.call("replace", terms.squeeze(value.copy()), terms.literal("-"), terms.literal(""))


def _place(form: Form) -> exp.Expr:
    return terms.literal(FORMS.index(form))
