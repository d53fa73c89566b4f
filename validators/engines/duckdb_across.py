"""The stages that need more than one row, on DuckDB: keys, copies, shared and contradicting values, links, rates.

They read `rows_<table>`, and `keys_<table>` where they ask for no value. Keys are 64-bit hashes; rows that later stages
leave out stand in `gone_<table>`, copies beyond the first in `extra_<table>`, rows whose value stands under other keys
too in `shared_<table>`. `ok_<table>` and `ok_keys_<table>` hold the rows that are left, `once_<table>` without copies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schema.check import (
    Check,
    Condition,
    Contradiction,
    Copied,
    DeclaredNotRecorded,
    Link,
    Rate,
    Related,
    Repeated,
    SharedValue,
)
from validators.assessable import not_assessed
from validators.causes import causes_of, plain_kind
from validators.engines.duckdb_columns import PERSON_KEY, own_name
from validators.engines.duckdb_exact import RANK
from validators.engines.duckdb_links import LostZeros
from validators.engines.duckdb_repeats import Repeats
from validators.engines.duckdb_rows import TableRows
from validators.plan import final_name
from validators.tally import SAMPLES, CauseTally, RuleTally, most_first, spread, with_differing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schema.rule import Rule
    from validators.context import Context
    from validators.engines.duckdb_connection import Database

#: rows of which values are compared at once
ROWS_AT_ONCE = 6_000_000


@dataclass
class Across:
    """The tables of a submission in one database."""

    database: Database
    context: Context
    tables: Mapping[str, TableRows]
    _compared: dict[str, bool] = field(default_factory=dict)

    def prepare(self, table: str) -> None:
        """Make the sets of rows that later stages add to."""
        for name in (f"gone_{table}", f"extra_{table}", f"unlinked_{table}", f"shared_{table}"):
            self.database.run(f"CREATE OR REPLACE TEMP TABLE {name} (row BIGINT)")
        for rows, standing in ((f"rows_{table}", f"ok_{table}"), (f"keys_{table}", f"ok_keys_{table}")):
            self.database.run(
                f"CREATE OR REPLACE TEMP VIEW {standing} AS SELECT * FROM {rows} "
                f"WHERE NOT rejected AND row NOT IN (SELECT row FROM gone_{table})"
            )
        self.database.run(
            f"CREATE OR REPLACE TEMP VIEW once_{table} AS SELECT * FROM ok_{table} "
            f"WHERE row NOT IN (SELECT row FROM extra_{table})"
        )

    def rejected(self, table: str) -> int:
        """How many rows of a table some rule refused."""
        (count,) = self.database.row(f"SELECT count(*) FROM keys_{table} WHERE {_refused(table)}")
        return count

    def left_out(self, table: str) -> str:
        """A query of the rows that some rule refused, in the order of the file."""
        return f"SELECT row FROM keys_{table} WHERE {_refused(table)} ORDER BY row"

    def run(self, rule: Rule) -> RuleTally:
        """The result of one rule, and what follows from it for later stages."""
        reason = not_assessed(rule, self.context)
        if reason:
            return RuleTally(rule.id, reason=reason)
        check = rule.check
        if isinstance(check, Rate):
            return self._rate(rule, check)
        if isinstance(check, DeclaredNotRecorded):
            return self._declared(rule)
        assessed = self._find(rule, check)
        return with_differing(self._tally(rule, assessed), self._differing(rule))

    def _find(self, rule: Rule, check: Check) -> int:
        """Fill `hits` with the rows that broke the rule, and the number of the cause; the number of rows assessed."""
        self.database.run("CREATE OR REPLACE TEMP TABLE hits (row BIGINT, cause UTINYINT DEFAULT 1)")
        match check:
            case Repeated():
                return self._repeated(rule.table)
            case Copied():
                return self._copied(rule.table)
            case SharedValue():
                return self._shared(rule.table, check)
            case Contradiction():
                return self._contradiction(rule.table, check)
            case Link():
                return self._link(rule, check)
            case Related():
                return self._related(rule, check)
            case Condition():
                return self._condition(rule)
            case _:
                raise TypeError(check.kind)

    def _count(self, query: str) -> int:
        return self.database.counts(query)[0]

    def _doubled(self, table: str) -> bool:
        """Whether some key stands there twice; those keys are in `doubled_<table>`, and rows in `wholes_<table>`."""
        if table not in self._compared:
            self._compared[table] = self._find_doubles(
                f"doubled_{table}", self._own(table), f"ok_keys_{table}", table, self.tables[table].table.key
            )
            if self._compared[table]:
                doubled = f"{self._own(table)} IN (SELECT value FROM doubled_{table})"
                self.tables[table].make_wholes(f"SELECT row FROM ok_keys_{table} WHERE {doubled}")
        return self._compared[table]

    def _own(self, table: str) -> str:
        return own_name(self.tables[table].table)

    def _find_doubles(self, made: str, value: str, rows: str, table: str, items: tuple[str, ...] = ()) -> bool:
        """Make a table `made` of the values that some of the rows share; whether there are any. `items`: what they are
        the values of.

        It is done in parts: the values of many rows, and nearly all may differ, take more memory than there is.
        """
        self.database.run(f"CREATE OR REPLACE TEMP TABLE {made} AS SELECT {value} AS value FROM {rows} LIMIT 0")
        if self.tables[table].all_differ(items):
            return False
        parts = 1 + self.tables[table].rows // ROWS_AT_ONCE
        for part in range(parts):
            of_part = f"AND hash({value}) % {parts} = {part}" if parts > 1 else ""
            self.database.run(
                f"INSERT INTO {made} SELECT {value} FROM {rows} WHERE {value} IS NOT NULL {of_part} "
                "GROUP BY 1 HAVING count(*) > 1"
            )
        return self._count(f"SELECT count(*) FROM {made}") > 0

    def _repeated(self, table: str) -> int:
        """Rows of one key that are not alike fail, all of them."""
        if self._doubled(table):
            own = self._own(table)
            self.database.run(
                f"INSERT INTO hits (row) SELECT row FROM ok_keys_{table} WHERE {own} IN "
                f"(SELECT {own} FROM ok_keys_{table} JOIN wholes_{table} USING (row) "
                f"WHERE {own} IN (SELECT value FROM doubled_{table}) GROUP BY {own} HAVING min(whole) <> max(whole))"
            )
        assessed = self._count(f"SELECT count(*) FROM ok_keys_{table}")
        self.database.run(f"INSERT INTO gone_{table} SELECT row FROM hits")
        return assessed

    def _copied(self, table: str) -> int:
        """Rows alike in every item fail; the first of them stays in the measures."""
        rows = self._comparable(table)
        if rows and self._find_doubles("doubles", "whole", rows, table):
            self.database.run(
                f"INSERT INTO hits (row) SELECT row FROM {rows} WHERE whole IN (SELECT value FROM doubles)"
            )
            self.database.run(
                f"INSERT INTO extra_{table} SELECT row FROM hits WHERE row NOT IN "
                f"(SELECT min(row) FROM {rows} WHERE row IN (SELECT row FROM hits) GROUP BY whole)"
            )
        return self._count(f"SELECT count(*) FROM ok_keys_{table}")

    def _comparable(self, table: str) -> str | None:
        """The rows among which some may be alike, with `whole`; None where none can be: their keys differ."""
        if not self.tables[table].table.key:
            return f"ok_keys_{table}"
        if not self._doubled(table):
            return None
        doubled = f"{self._own(table)} IN (SELECT value FROM doubled_{table})"
        return f"(SELECT row, whole FROM ok_keys_{table} JOIN wholes_{table} USING (row) WHERE {doubled})"

    def _shared(self, table: str, check: SharedValue) -> int:
        value = f'"shared:{check.item}"'
        if self._find_doubles("doubles", value, f"ok_keys_{table}", table, (check.item,)):
            self.database.run(
                f"INSERT INTO hits (row) SELECT row FROM ok_keys_{table} WHERE {value} IN "
                f"(SELECT {value} FROM ok_keys_{table} WHERE {value} IN (SELECT value FROM doubles) "
                "GROUP BY 1 HAVING min(person) <> max(person))"
            )
        self.database.run(f"INSERT INTO shared_{table} SELECT row FROM hits")
        return self._count(f"SELECT count({value}) FROM ok_keys_{table}")

    def _contradiction(self, table: str, check: Contradiction) -> int:
        group = ["person", *(f'"{final_name(n)}"' for n in check.group if n not in PERSON_KEY)]
        item = f'"{final_name(check.item)}"'
        listed = ", ".join(f"'{value}'" for value in check.values)
        complete = " AND ".join(f"{name} IS NOT NULL" for name in group)
        judged = f"FROM ok_{table} WHERE {complete} AND {item} IN ({listed})"
        same = " AND ".join(f"r.{name} = b.{name}" for name in group)
        columns = ", ".join(group)
        self.database.run(
            f"INSERT INTO hits (row) SELECT r.row FROM (SELECT row, {columns} {judged}) r "
            f"JOIN (SELECT {columns} {judged} GROUP BY ALL HAVING min({item}) <> max({item})) b ON {same}"
        )
        return self._count(f"SELECT count(*) {judged}")

    def _link(self, rule: Rule, check: Link) -> int:
        """A row that names one that is not there fails; one that names a refused row goes with it."""
        table, target = rule.table, check.table
        key = "person" if target == "person" else f'"link:{target}"'
        there = "person" if target == "person" else "own"
        plain = self._kinds(rule).index(plain_kind(rule, self.context)) + 1
        self.database.run(
            f"INSERT INTO hits SELECT row, {plain} FROM ok_keys_{table} WHERE {key} IS NOT NULL "
            f"AND {key} NOT IN (SELECT {there} FROM keys_{target} WHERE {there} IS NOT NULL)"
        )
        assessed = self._count(f"SELECT count({key}) FROM ok_keys_{table}")
        lost = f"gone_{table}" if rule.action == "group" else f"unlinked_{table}"
        all_lost = "SELECT row FROM hits"
        if self.rejected(target):
            all_lost = (
                f"SELECT row FROM ok_keys_{table} WHERE {key} IS NOT NULL AND {key} NOT IN "
                f"(SELECT {there} FROM ok_keys_{target} WHERE {there} IS NOT NULL)"
            )
        self.database.run(f"INSERT INTO {lost} {all_lost}")
        return assessed

    def _related(self, rule: Rule, check: Related) -> int:
        self.database.run(
            f'INSERT INTO hits (row) SELECT row FROM ok_{rule.table} WHERE "when:{rule.id}" AND '
            f"person IS NOT NULL AND person "
            f'NOT IN (SELECT person FROM ok_{check.table} WHERE "match:{rule.id}" AND person IS NOT NULL)'
        )
        return self._count(f'SELECT count_if("when:{rule.id}") FROM ok_{rule.table}')

    def _condition(self, rule: Rule) -> int:
        """A condition that reads the one row that a link leads to."""
        work = self.tables[rule.table]
        verdict, joins = work.linked_verdict(rule)
        query = f"SELECT o.row AS row, {verdict} AS verdict FROM ok_{rule.table} o {joins}"
        assessed, failed = self.database.counts(f"SELECT count(verdict), count_if(verdict > 0) FROM ({query})")
        if failed:
            self.database.run(f"INSERT INTO hits SELECT row, verdict FROM ({query}) WHERE verdict > 0")
        return assessed

    def _tally(self, rule: Rule, assessed: int) -> RuleTally:
        shapes = self._tell_links_apart(rule)
        found = self.database.rows(
            f"SELECT cause, count(*), arg_min(row, {RANK}, {SAMPLES}) FROM hits GROUP BY cause ORDER BY cause"
        )
        kinds = self._kinds(rule)
        if found and rule.stage in ("cross_record", "cross_table"):
            self.tables[rule.table].remember(rule.id, kinds)
        causes = tuple(
            CauseTally(kinds[cause - 1], count, shapes.get(cause, ()), spread(rows)) for cause, count, rows in found
        )
        return RuleTally(rule.id, assessed, sum(cause.count for cause in causes), causes)

    def _differing(self, rule: Rule) -> tuple[tuple[str, int], ...]:
        """The items in which rows of one key differ, where there are such rows."""
        if not isinstance(rule.check, Repeated) or not self._count("SELECT count(*) FROM hits"):
            return ()
        return most_first(Repeats(self.database, self.tables[rule.table], ROWS_AT_ONCE).differing())

    def _tell_links_apart(self, rule: Rule) -> dict[int, tuple[tuple[str, int], ...]]:
        """Set why links lead nowhere, where one does: cause → shapes of what was received."""
        check = rule.check
        if not isinstance(check, Link) or not self._count("SELECT count(*) FROM hits"):
            return {}
        return LostZeros(self.database, rule, check, self.tables[rule.table], self.tables[check.table]).tell()

    def _kinds(self, rule: Rule) -> tuple[str, ...]:
        """The kinds of cause by their number in `hits`."""
        if isinstance(rule.check, Condition | Link):
            return tuple(cause.kind for cause in causes_of(rule, self.context))
        return (plain_kind(rule, self.context),)

    def _rate(self, rule: Rule, check: Rate) -> RuleTally:
        population = f'"population:{rule.id}"' if check.population else "true"
        numerator = f'{population} AND "numerator:{rule.id}"'
        assessed, failed, rows = self.database.row(
            f"SELECT count_if({population}), count_if({numerator}), "
            f"arg_min(row, {RANK}, {SAMPLES}) FILTER (WHERE {numerator}) FROM once_{check.table}"
        )
        if (assessed or 0) < check.minimum:
            return RuleTally(rule.id, reason=f"fewer than {check.minimum} rows in the denominator")
        if not failed:
            return RuleTally(rule.id, assessed, 0)
        kind = plain_kind(rule, self.context)
        return RuleTally(rule.id, assessed, failed, (CauseTally(kind, failed, (), spread(rows)),))

    def _declared(self, rule: Rule) -> RuleTally:
        found = self.database.rows(
            f'SELECT DISTINCT "{final_name("characteristic_code")}" FROM ok_plus_characteristic '
            f"WHERE \"{final_name('value')}\" IN ('Y', 'N', 'U', 'Z')"
        )
        return declared_tally(rule, self.context, frozenset(code for (code,) in found))


def declared_tally(rule: Rule, context: Context, recorded: frozenset[str]) -> RuleTally:
    """Declared characteristics (restricted ones apart) against those that have an answer in the file."""
    code_list = context.dataset.code_lists["plus_characteristic"]
    collected = (code_list.open_codes | context.local_codes) - code_list.restricted
    declared = frozenset(context.typed_header("declared_plus") or ()) & collected
    if not declared:
        return RuleTally(rule.id, 0, 0)
    empty = len(declared - recorded)
    causes = (CauseTally(plain_kind(rule, context), empty),) if empty else ()
    return RuleTally(rule.id, len(declared), empty, causes)


def stages(context: Context, table: str, stage: str) -> Iterator[Rule]:
    """The rules of a table in a stage that need more than one row, keys before copies."""
    order = {"repeated": 0, "copied": 1, "link": 2}
    rules = (r for r in context.dataset.rules_of(table) if r.stage == stage)
    yield from sorted(rules, key=lambda rule: (order.get(rule.check.kind, 3), rule.id))


def _refused(table: str) -> str:
    return f"rejected OR row IN (SELECT row FROM gone_{table})"
