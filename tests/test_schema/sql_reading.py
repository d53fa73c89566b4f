"""What the SQL makes of single records: they are sent as NDJSON through the whole check, and its failing rows read."""

from __future__ import annotations

import csv
import json
import tempfile
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schema import release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schema.rule import Rule

DATASET = release.load("1.0.0").dataset


def items_refused_by_sql(table: str, records: Sequence[dict[str, Any]], *, written: bool) -> list[frozenset[str]]:
    """For each record, the items in which a value-stage rule of severity error found something.

    `written`: count the rules, too, that a rule file states in place of a derived one.
    """
    from validators.validate import validate

    with tempfile.TemporaryDirectory() as name:
        path, failing = Path(name) / f"{table}.ndjson", Path(name) / "rows.csv"
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        validate(path, table=table, period="2026-04", provider="RX1", today=date(2026, 5, 7), rows_to=failing)
        with failing.open(encoding="utf-8", newline="") as rows:
            return _by_record(csv.DictReader(rows), len(records), written=written)


def _by_record(rows: csv.DictReader[str], number: int, *, written: bool) -> list[frozenset[str]]:
    found = defaultdict[int, set[str]](set)
    for row in rows:
        rule = DATASET.rule(row["rule_id"])
        if refuses(rule, written=written):
            found[int(row["row"])].add(judged_item(rule))
    return [frozenset(found[row]) for row in range(1, number + 1)]


def refuses(rule: Rule, *, written: bool) -> bool:
    """Whether the rule says of a single value that it may not stand there."""
    in_place = rule.replaces is not None and written
    return rule.severity == "error" and rule.stage in ("value", "record") and (rule.derived or in_place)


def judged_item(rule: Rule) -> str:
    """The item that the rule judges."""
    return rule.replaces[0] if rule.replaces else rule.items[0]


def items_with_derived_checks(table: str) -> frozenset[str]:
    """The items whose every check follows from the definition: for these the readings have to be the same."""
    items = DATASET.tables[table].items
    return frozenset(item.name for item in items if not any(item.written.values()))
