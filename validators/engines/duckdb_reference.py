"""Reference data on DuckDB: each set as a relation, from its files or from rows in memory, and the types that the
functions of the row language cast to.

A type is an ENUM of the values for which a function is true. A cast keeps the rows of a query in the order of the file;
a join, and an `IN (SELECT …)`, does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.data_type import canonical_postcode
from validators import sql
from validators.assessable import not_assessed
from validators.reference_answers import JOINT
from validators.reference_data.kinds import SETS, TEXT, TRUTH
from validators.reference_data.layouts.postcodes import english
from validators.reference_data.sets import YES, StoredSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from schema.expression import Expression
    from schema.rule import Rule
    from validators.context import Context
    from validators.engines.duckdb_connection import Database


def stored_paths(context: Context) -> Iterator[Path]:
    """The files of every set that lies in files."""
    for rows in context.reference.values():
        if isinstance(rows, StoredSet):
            yield from rows.paths


class ReferenceTables:
    """The reference data of a run in one database."""

    def __init__(self, database: Database, context: Context) -> None:
        self._database = database
        self._context = context
        self._made: set[str] = set()
        self._versions: dict[str, frozenset[str]] = {}

    def relation(self, name: str) -> str:
        """A loaded set as a FROM item, in the columns of its kind."""
        rows = self._context.reference[name]
        if isinstance(rows, StoredSet):
            return rows.relation()
        if name not in self._made:
            self._fill(name)
        return f'"set:{name}"'

    def directory(self) -> str:
        """The postcode directory as a FROM item, with the numbers of English small areas in place of their codes."""
        rows = self._context.reference["onspd"]
        if isinstance(rows, StoredSet):
            return rows.files()
        numbers = ", ".join(f"{english(f'lsoa{year}')} AS english{year}" for year in ("11", "21"))
        return f"(SELECT postcode, start, terminated, lsoa11, lsoa21, {numbers} FROM {self.relation('onspd')})"

    def _fill(self, name: str) -> None:
        """Rows in memory as a table."""
        columns = SETS[name].columns
        rows = [tuple(_cell(column, row.get(column)) for column in columns) for row in self._context.reference[name]]
        self._database.fill(f'"text:{name}"', rows, ", ".join(f'"{column}" VARCHAR' for column in columns))
        typed = ", ".join(f'{_typed(column, kind)} AS "{column}"' for column, kind in columns.items())
        self._database.run(f'CREATE OR REPLACE TEMP TABLE "set:{name}" AS SELECT {typed} FROM "text:{name}"')
        self._made.add(name)

    def versions(self, name: str) -> frozenset[str]:
        """The versions that are loaded of a set that has one on each row."""
        if name not in self._versions:
            found = self._database.rows(f"SELECT DISTINCT version FROM {self.relation(name)}")
            self._versions[name] = frozenset(version for (version,) in found)
        return self._versions[name]

    def make_types(self, rules: Iterable[Rule]) -> None:
        """Make a type for each function that one of the rules asks of a row."""
        for function in sorted(self._asked(rules)):
            name, values = sql.looked_up_type(function), self._values(function)
            self._database.run(f"CREATE TYPE {name} AS ENUM (SELECT DISTINCT {values} ORDER BY 1)")

    def _asked(self, rules: Iterable[Rule]) -> set[str]:
        judged = [rule for rule in rules if not_assessed(rule, self._context) is None]
        asked = [condition for rule in judged for condition in _conditions(rule)]
        return {function for condition in asked for function in condition.functions()} & _VALUES.keys()

    def _values(self, function: str) -> str:
        name, value, condition = _VALUES[function]
        begun, live = self.begun("start"), self.live("start", "terminated")
        if name == "ods":
            begun, live = self.begun("open_from"), self.live("open_from", "closed_on")
        where = condition.format(begun=begun, live=live)
        return f"{value} FROM {self.relation(name)} WHERE {value} IS NOT NULL AND {where}"

    def begun(self, first: str) -> str:
        """A condition: there by the end of the period."""
        end = self._context.period_end
        return f"coalesce({first}, DATE '0001-01-01') <= DATE '{end}'" if end else "false"

    def live(self, first: str, last: str) -> str:
        """A condition: there on at least one day of the period."""
        start = self._context.period_start
        return f"{self.begun(first)} AND coalesce({last}, DATE '9999-12-31') >= DATE '{start}'" if start else "false"


#: function → the set, the value that it is asked for, and the condition on its row
_VALUES = {
    "lsoa_exists": ("lsoa", f"code || '{JOINT}' || vintage", "true"),
    "ods_known": ("ods", "code", "true"),
    "ods_live": ("ods", "code", "{live}"),
    "ods_registers": ("ods", "code", "registers_patients AND {live}"),
    "postcode_known": ("onspd", "postcode", "{begun}"),
    "postcode_live": ("onspd", "postcode", "{live}"),
    "pseudo_postcode": ("pseudo_postcode", "postcode", "true"),
}


def _conditions(rule: Rule) -> Iterator[Expression]:
    """Everything that is asked of a row: the conditions of the rule, and those that tell its causes apart."""
    yield from rule.conditions()
    yield from (cause.when for cause in rule.causes if cause.when is not None)


def _cell(column: str, value: str | None) -> str | None:
    return canonical_postcode(value) if column == "postcode" and value else value or None


def _typed(column: str, kind: str) -> str:
    if kind == TRUTH:
        listed = ", ".join(f"'{word}'" for word in sorted(YES))
        return f'coalesce(lower("{column}") IN ({listed}), false)'
    return f'"{column}"' if kind == TEXT else f'TRY_CAST("{column}" AS {kind})'
