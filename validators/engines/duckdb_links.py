"""Why links lead nowhere, on DuckDB: asked only where one does, of the id columns of both tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from validators import terms
from validators.causes import SHAPE_LENGTH, causes_of, shape
from validators.engines.duckdb_scan import Scan
from validators.lost_zeros import DIGITS, LOST, LOST_THERE
from validators.plan import column
from validators.tally import top_shapes

if TYPE_CHECKING:
    from schema.check import Link
    from schema.rule import Rule
    from validators.engines.duckdb_connection import Database
    from validators.engines.duckdb_rows import TableRows


@dataclass(frozen=True)
class LostZeros:
    """The rows in `hits`, which name one that is not there, by cause."""

    database: Database
    rule: Rule
    check: Link
    own: TableRows
    there: TableRows

    def tell(self) -> dict[int, tuple[tuple[str, int], ...]]:
        """Set the number of the cause in `hits` where zeros are lost; number → the commonest shapes of the ids."""
        self.own.read_received("ids", "SELECT row FROM hits", self._columns())
        self.database.run(
            "CREATE OR REPLACE TABLE orphans AS SELECT row, bare, digits FROM ids "
            "WHERE bare IS NOT NULL AND row IN (SELECT row FROM hits)"
        )
        self.own.forget_received("ids")
        if not self.database.counts("SELECT count(*) FROM orphans")[0]:
            return {}
        self._find_meant()
        lost, lost_there = self._number(LOST), self._number(LOST_THERE)
        self.database.run(
            f"UPDATE hits SET cause = CASE WHEN o.digits < m.digits THEN {lost} ELSE {lost_there} END "
            "FROM orphans o JOIN meant m USING (bare) WHERE hits.row = o.row"
        )
        return {number: self._shapes(number) for number in (lost, lost_there)}

    def _number(self, kind: str) -> int:
        return [cause.kind for cause in causes_of(self.rule, self.own.context)].index(kind) + 1

    def _columns(self) -> dict[str, exp.Expr]:
        """One number for the key without leading zeros, and how many digits its id has with them; null if it has other
        signs.
        """
        *others, item = self.check.items
        bare = terms.call("hash", *map(column, others), terms.call("ltrim", column(item), terms.literal("0")))
        number = terms.full_match(column(item), DIGITS)
        whole = exp.and_(number, *(exp.Not(this=terms.is_null(column(name))) for name in others))
        made = {"bare": bare, "digits": terms.call("length", column(item))}
        return {name: terms.case([(whole.copy(), part)], exp.null()) for name, part in made.items()}

    def _find_meant(self) -> None:
        """Make `meant`: the one id that may be meant. Ids that are alike but for zeros are one if their lengths are."""
        scan = Scan(self.there.source, self.there.table, self.there.context)
        chosen = exp.select(*(exp.alias_(made, name, quoted=True) for name, made in self._columns().items()))
        ids = scan.statement(chosen.from_(exp.Subquery(this=scan.values())))
        self.database.run(
            f"CREATE OR REPLACE TABLE meant AS SELECT bare, min(digits) AS digits FROM ({ids}) "
            "WHERE bare IN (SELECT bare FROM orphans) GROUP BY bare HAVING min(digits) = max(digits)"
        )

    def _shapes(self, number: int) -> tuple[tuple[str, int], ...]:
        shapes = Counter[str]()
        for digits, count in self.database.rows(
            f"SELECT digits, count(*) FROM orphans JOIN hits USING (row) WHERE cause = {number} GROUP BY 1"
        ):
            shapes[shape("9" * min(digits, SHAPE_LENGTH))] += count
        return top_shapes(shapes.items())
