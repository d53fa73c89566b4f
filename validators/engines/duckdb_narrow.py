"""The first reading of a table on DuckDB: one scan into narrow columns, and one query that judges them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from schema.check import Coded, Condition, Format, Missing, Retired
from validators import terms
from validators.answers import NOT_KNOWN_VALUES
from validators.bits import Bits
from validators.code_columns import UNLISTED, code_name
from validators.engines.duckdb_encoded import Facts, make_encoded
from validators.narrow import Narrow, by_doubt, form_name, kept_name, unknown_name
from validators.plan import column, reads
from validators.reading import Scope, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from schema.data_item import Item
    from schema.rule import Rule
    from validators.engines.duckdb_connection import Database
    from validators.engines.duckdb_scan import Scan


@dataclass
class NarrowTable:
    """The narrow columns of one table, and what is counted over all of its rows."""

    database: Database
    scan: Scan
    plan: Narrow
    counts: dict[str, Any] = field(default_factory=dict)
    histograms: dict[str, dict[str, int]] = field(default_factory=dict)
    #: the truth values that every row has
    bits: Bits = field(default_factory=lambda: Bits({}))
    #: what is known of the file where it was encoded
    facts: Facts | None = None
    #: rows that some row of the file holds and nobody may see
    unseen: int = 0
    _seen: str = ""
    _judged: str = ""
    #: what holds of the rows that were set aside
    _aside: str = "false"

    @property
    def name(self) -> str:
        """The view of the rows that may be seen, with a column for each rule."""
        return f"judged_{self.plan.table.name}"

    @property
    def unjudged(self) -> str:
        """The same rows without those columns."""
        return f"unjudged_{self.plan.table.name}"

    @property
    def rows(self) -> int:
        """Rows received that rules may see."""
        return self.counts["rows"]

    def make(self, extra: dict[str, exp.Expr], marks: dict[str, exp.Expr], keys: Iterable[tuple[str, ...]]) -> int:
        """Scan the file; the number of records that the scan gave. `extra`, `marks`: columns of later stages. `keys`:
        items in which the rows may differ."""
        for statement in self.plan.codes.types():
            self.database.run(statement)
        visible = self.scan.visible()
        hides = visible != exp.true()
        self.bits = self.plan.bits({"seen": visible, **marks} if hides else marks)
        reading = self.plan.scan({**self.scan.row(), **extra}, self.bits)
        self.facts = make_encoded(self.database, self.scan, reading, self._table, keys)
        if self.facts is None:
            statement = self.scan.statement(reading.query(self.scan.values()))
            self.database.run(f"CREATE OR REPLACE TABLE {self._table} AS {statement}")
        row = "" if self.scan.numbered else "rowid + 1 AS row, "
        unpacked = ", ".join(made.sql(dialect="duckdb") for made in self.bits.unpacked())
        rows = f"SELECT {row}*, {unpacked} FROM {self._table}"
        self._seen = f"SELECT * FROM ({rows}) WHERE {'seen' if hides else 'true'}"
        self._judged = f"{self.plan.judged().sql(dialect='duckdb')} FROM ({self._seen}) WHERE true"
        self._make_views("true")
        (scanned,) = self.database.counts(f"SELECT count(*) FROM {self._table}")
        if hides:
            (self.unseen,) = self.database.counts(f"SELECT count_if(NOT seen) FROM ({rows})")
        return scanned

    @property
    def _table(self) -> str:
        return f"narrow_{self.plan.table.name}"

    def set_aside(self, rows: str) -> None:
        """Take the rows of a table out of the view. What was counted stays.

        They are marked where the rows stand, so that no later query has to compare numbers of rows: a row that is
        deleted may change the number of another.
        """
        row = "row" if self.scan.numbered else "rowid + 1"
        mark = self.plan.codes.aside
        self.database.run(
            f"UPDATE {self._table} SET {UNLISTED} = {UNLISTED} | {mark} WHERE {row} IN (SELECT row FROM {rows})"
        )
        self._make_views(f"{UNLISTED} < {mark}")
        self._aside = f"{UNLISTED} >= {mark}"

    def _make_views(self, standing: str) -> None:
        """Make the views of the rows that stand, and of those rows with the verdicts on them.

        Whoever needs no verdict reads the first: the database looks at every column of a view in each query.
        """
        self.database.run(f"CREATE OR REPLACE TEMP VIEW {self.unjudged} AS {self._seen} AND {standing}")
        self.database.run(f"CREATE OR REPLACE TEMP VIEW {self.name} AS {self._judged} AND {standing}")

    def judge(self) -> None:
        """Count everything over all rows, trusting every value."""
        found = self.database.named_row(self._of_bits(self.unjudged))
        # one query for both would hold every column of each block at once, and take half as long again
        for counted, rows in ((self._counted_codes(), self.unjudged), (self._counted_verdicts(), self.name)):
            asked = _aliased(counted)
            found |= self.database.named_row(f"SELECT {asked} FROM {rows}") if asked else {}
        found |= {f"hist:{name}": self._known(name) for name in self.plan.codes.items if self._known(name) is not None}
        self.counts, self.histograms = self._split(found)
        for at, name in enumerate(self.plan.codes.items):
            self.counts[f"doubt:{name}"] = self.counts[UNLISTED] >> at & 1 or self._strange(name)

    @property
    def doubted(self) -> bool:
        """Whether some value is not surely what it was read as, also one of an item without a rule on its form."""
        return any(count for name, count in self.counts.items() if name.startswith("doubt:"))

    def _strange(self, name: str) -> int:
        """How many values are a character that is no code."""
        codes = self.plan.codes.domain(name)
        return sum(count for code, count in self.histograms[name].items() if code not in codes)

    def _split(self, found: dict[str, Any]) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
        """Counts and histograms out of one row of results."""
        code = self.plan.codes.code
        histograms = {
            name[5:]: {code(name[5:], number): count for number, count in (value or {}).items()}
            for name, value in found.items()
            if name.startswith("hist:")
        }
        counts = {name: value or 0 for name, value in found.items() if not name.startswith("hist:")}
        return counts | {f"received:{name}": sum(h.values()) for name, h in histograms.items()}, histograms

    def _of_bits(self, rows: str) -> str:
        """A query of what the bits of some rows say: rows that are alike in all of them are counted together first."""
        words = ", ".join(f'"{word}"' for word in self.bits.words)
        alike = f"SELECT {words}, count(*) AS alike FROM {rows} GROUP BY ALL"
        asked = ["coalesce(sum(alike), 0)::BIGINT AS rows"]
        for name, test in self._counted_bits():
            asked.append(f'coalesce(sum(alike) FILTER (WHERE {test.sql(dialect="duckdb")}), 0)::BIGINT AS "{name}"')
        return f"SELECT {', '.join(asked)} FROM ({alike})"

    def _counted_bits(self) -> Iterator[tuple[str, exp.Expr]]:
        for item in self.plan.plain:
            yield f"received:{item.name}", self.bits.there(form_name(item.name))
            if item.name in NOT_KNOWN_VALUES:
                yield f"unknown:{item.name}", self.bits.there(unknown_name(item.name))
        for name, _ in self.plan.doubts():
            if not self.plan.is_coded(name):
                yield f"doubt:{name}", self.bits.false(form_name(name))
        for rule in self.plan.scanned_rules:
            yield f"assessed:{rule.id}", self.bits.there(kept_name(rule))
            yield f"failed:{rule.id}", self.bits.false(kept_name(rule))

    def _counted_codes(self) -> Iterator[tuple[str, exp.Expr]]:
        yield UNLISTED, terms.call("bit_or", column(UNLISTED))
        for name in self.plan.codes.items:
            if self._known(name) is None:
                yield f"hist:{name}", terms.call("histogram", column(code_name(name)))

    def _known(self, name: str) -> Mapping[int, int] | None:
        """How many rows have each code, where that is known of the file and every row may be seen."""
        return self.facts.histograms.get(code_name(name)) if self.facts and not self.unseen else None

    def _counted_verdicts(self) -> Iterator[tuple[str, exp.Expr]]:
        for rule in self.plan.judged_rules:
            if rule in self.plan.scanned_rules or self._only_code(rule) is not None or self._only_presence(rule):
                continue
            kept = column(kept_name(rule))
            yield f"assessed:{rule.id}", exp.Count(this=kept)
            yield f"failed:{rule.id}", terms.call("count_if", exp.Not(this=kept.copy()))

    def _only_presence(self, rule: Rule) -> bool:
        """Whether the blanks of one item say it all."""
        return isinstance(rule.check, Missing) and rule.check.when is None

    def _only_code(self, rule: Rule) -> Item | None:
        """The coded item that is all that a rule reads of the row; None where it reads more, or another kind."""
        if isinstance(rule.check, Retired):
            return self.plan.items[rule.check.item]
        read = reads(rule, self.plan.items) if isinstance(rule.check, Condition) else frozenset[str]()
        item = self.plan.items[next(iter(read))] if len(read) == 1 else None
        return item if item is not None and self.plan.is_coded(item.name) else None

    # What came of it

    def verdict(self, rule: Rule) -> tuple[int, int]:
        """(assessed, failed) of a rule, every value trusted: what is in doubt counts as failed of a form or a list."""
        doubted = by_doubt(rule)
        if doubted is not None:
            return self.counts[f"received:{doubted}"], self.counts.get(f"doubt:{doubted}", 0)
        item = self._only_code(rule)
        if item is not None:
            return self._judged_codes(rule, item)
        if self._only_presence(rule):
            assert isinstance(rule.check, Missing)
            return self.rows, self.rows - self.counts[f"received:{rule.check.item}"]
        return self.counts[f"assessed:{rule.id}"], self.counts[f"failed:{rule.id}"]

    def _judged_codes(self, rule: Rule, item: Item) -> tuple[int, int]:
        """A rule on one coded item, read in Python for each distinct code."""
        blank = self.rows - self.counts[f"received:{item.name}"]
        assessed = failed = 0
        for code, count in [*self.histograms[item.name].items(), (None, blank)]:
            kept = self._keeps(rule, item, code)
            assessed += count if kept is not None else 0
            failed += count if kept is False else 0
        return assessed, failed

    def _keeps(self, rule: Rule, item: Item, code: str | None) -> object:
        check = rule.check
        if isinstance(check, Retired):
            gone = self.plan.context.recently_retired(item.data_type.code_list or "")
            return None if code is None else code not in gone
        assert isinstance(check, Condition)
        scope = Scope(self.plan.context, {item.name: item}, {item.name: code}, {item.name: code})
        asked = check.when is None or evaluate(check.when.tree, scope) is True
        return evaluate(check.require.tree, scope) if asked else None

    def live(self) -> frozenset[str]:
        """The rules that some row may break, or whose verdict hangs on a value in doubt."""
        rules = self.plan.rules
        failed = {rule.id for rule in rules if self.verdict(rule)[1]}
        irregular = {item.name for item in self.plan.items.values() if self.counts.get(f"doubt:{item.name}")}
        irregular |= {r.replaces[0] if r.replaces else r.items[0] for r in rules if r.id in failed and _on_form(r)}
        touched = {rule.id for rule in rules if (reads(rule, self.plan.items) | _listed_item(rule)) & irregular}
        return frozenset(failed | touched)

    def in_doubt(self) -> exp.Expr:
        """Whether a row has to be read again, by the tests that some row does not pass. Needs `judge`."""
        tests = [exp.NEQ(this=column(UNLISTED), expression=terms.literal(0))] if self.counts[UNLISTED] else []
        tests += [doubt for name, doubt in self.plan.doubts() if self.counts[f"doubt:{name}"]]
        failed = (rule for rule in self.plan.judged_rules if self.verdict(rule)[1])
        tests += [exp.Not(this=column(kept_name(rule))) for rule in failed]
        return exp.or_(*(terms.call("coalesce", test, exp.false()) for test in tests))

    def sound(self, rules: list[Rule]) -> dict[str, int]:
        """How many rows are assessed by each of `rules`, those that were set aside left out."""
        if not rules:
            return {}
        asked = ", ".join(f'count({self._assessed(rule)}) AS "{rule.id}"' for rule in rules)
        aside = self.database.named_row(f"SELECT {asked} FROM ({self._judged} AND {self._aside})")
        return {rule.id: self.verdict(rule)[0] - aside[rule.id] for rule in rules}

    def _assessed(self, rule: Rule) -> str:
        doubted = by_doubt(rule)
        made = self.plan.presence(doubted) if doubted is not None else column(kept_name(rule))
        return made.sql(dialect="duckdb")

    def held(self, removed: str) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
        """The counts and histograms of the items, without the rows that were set aside and those that a query gives.

        They are few: what they hold is taken from what all hold.
        """
        gone = f"({self._judged} AND ({self._aside} OR row IN ({removed})))"
        coded = ", ".join(f'histogram("{code_name(name)}") AS "hist:{name}"' for name in self.plan.codes.items)
        found = self.database.named_row(self._of_bits(gone))
        found |= self.database.named_row(f"SELECT {coded} FROM {gone}") if coded else {}
        counts, histograms = self._split(found)
        left = {name: count - counts.get(name, 0) for name, count in self.counts.items()}
        return left, {name: _without(held, histograms.get(name, {})) for name, held in self.histograms.items()}


def _without(held: dict[str, int], gone: dict[str, int]) -> dict[str, int]:
    return {code: count - gone.get(code, 0) for code, count in held.items() if count > gone.get(code, 0)}


def _aliased(columns: Iterator[tuple[str, exp.Expr]]) -> str:
    return ", ".join(exp.alias_(made, name, quoted=True, copy=False).sql(dialect="duckdb") for name, made in columns)


def _listed_item(rule: Rule) -> frozenset[str]:
    """The item whose form or list a rule asks for."""
    return frozenset({rule.check.item}) if isinstance(rule.check, Format | Coded | Retired) else frozenset()


def _on_form(rule: Rule) -> bool:
    """Whether a breach of the rule leaves a value without a reading."""
    return rule.malforms or (rule.stage == "value" and isinstance(rule.check, Condition | Coded | Format))
