"""A table as DuckDB scans it: every value as received, under the name of its item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from schema.data_type import WRONG_TYPE
from validators import terms
from validators.plan import column
from validators.restricted import LEAST, REFUSED_BY, Restricted
from validators.spelling import LOCAL, NO_SIGN

if TYPE_CHECKING:
    from schema.data_item import Item
    from schema.table import TableDefinition
    from validators.context import Context
    from validators.source import Source


@dataclass(frozen=True)
class Scan:
    """The records of a source. `relation` takes the place of the whole scan file where only some are read."""

    source: Source
    table: TableDefinition
    context: Context
    relation: str | None = None

    @property
    def numbered(self) -> bool:
        """Whether the records bring their row along; else it follows from their order."""
        return self.source.explicit_rows

    def absent(self) -> dict[str, exp.Expr]:
        """Item that has no column → what stands in for its values."""
        return {i.name: self._stands_in(i) for i in self.table.items if i.name not in self.source.columns}

    def values(self) -> exp.Select:
        """The values as received under the names of the items."""
        names = [self._column(item) for item in self.table.items]
        row = [exp.alias_(column("_row"), "_row", quoted=True)] if self.numbered else []
        return exp.select(*row, *names).from_(exp.to_table("scanned"))

    def _column(self, item: Item) -> exp.Expr:
        if item.name in self.source.columns:
            return column(item.name)
        return exp.alias_(self._stands_in(item), item.name, quoted=True)

    def _stands_in(self, item: Item) -> exp.Expr:
        text = self.context.header.get(item.column_absent) if item.column_absent else None
        return terms.cast(terms.literal(text), "VARCHAR")

    def row(self) -> dict[str, exp.Expr]:
        """The row as a column, where the records bring it along."""
        return {"row": terms.cast(column("_row"), "BIGINT")} if self.numbered else {}

    def statement(self, query: exp.Expr) -> str:
        """The SQL text of a query over `scanned`, which is used up by it: a copy of it takes as long as its text."""
        text = query.sql(dialect="duckdb", copy=False)
        return f"WITH scanned AS (SELECT * FROM {self.relation or self.source.relation()}) {text}"

    def visible(self) -> exp.Expr:
        """What keeps rows of refused restricted characteristics out of everything."""
        if self.table.name != "plus_characteristic":
            return exp.true()
        restricted, code = Restricted(self.context), column(REFUSED_BY)
        text = terms.call("replace", code.copy(), terms.literal(WRONG_TYPE), terms.literal(""))
        found = _spelt(_replaced(text.copy(), f"^{LOCAL}"))
        begins = terms.call("left", found.copy(), terms.literal(LEAST))
        meant = [_contains(terms.literal(said), begins.copy()) for said in restricted.texts]
        long = exp.EQ(this=terms.call("strlen", begins), expression=terms.literal(LEAST))
        other_letters = exp.NEQ(this=terms.call("strlen", text.copy()), expression=terms.call("length", text))
        branches = [
            (terms.is_null(code), exp.true()),
            (terms.among(code.copy(), restricted.allowed), exp.true()),
            (terms.among(code.copy(), restricted.local), exp.false()),
            *((_says(found.copy(), part), exp.false()) for part in restricted.codes),
            (terms.call("starts_with", code.copy(), terms.literal(LOCAL)), exp.true()),
            (terms.among(found, restricted.allowed), exp.true()),
            (exp.or_(other_letters, exp.and_(long, exp.or_(*meant))), exp.false()),
        ]
        return terms.case(branches, exp.true())


def _spelt(text: exp.Expr) -> exp.Expr:
    return terms.upper(_replaced(text, NO_SIGN))


def _replaced(text: exp.Expr, pattern: str) -> exp.Expr:
    return terms.call("regexp_replace", text, *map(terms.literal, (pattern, "", "g")))


def _says(text: exp.Expr, code: str) -> exp.Expr:
    apart = terms.call("damerau_levenshtein", text.copy(), terms.literal(code))
    return exp.or_(_contains(text, terms.literal(code)), exp.LTE(this=apart, expression=terms.literal(1)))


def _contains(text: exp.Expr, part: exp.Expr) -> exp.Expr:
    return terms.call("contains", text, part)
