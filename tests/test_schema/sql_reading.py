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
from schema.publish.json_schema import is_closed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from schema.rule import Rule

DATASET = release.load("1.0.0").dataset


def rules_broken_in_sql(table: str, records: Sequence[dict[str, Any]]) -> list[tuple[Rule, ...]]:
    """For each record, the rules that found something in it."""
    from validators.validate import validate

    with tempfile.TemporaryDirectory() as name:
        path, failing = Path(name) / f"{table}.ndjson", Path(name) / "rows.csv"
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        validate(path, table=table, period="2026-04", provider="RX1", today=date(2026, 5, 7), rows_to=failing)
        found = defaultdict[int, set[str]](set)
        with failing.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                found[int(row["row"])].add(row["rule_id"])
    return [tuple(DATASET.rule(rule_id) for rule_id in sorted(found[row])) for row in range(1, len(records) + 1)]


def refused_items(rules: Iterable[Rule], *, written: bool) -> frozenset[str]:
    """The items of which a rule says that their value may not stand there.

    `written`: by a rule, too, that a rule file states in place of a derived one, or one that only warns of codes that
    are not in an open list: a number where a code should be is such a value.
    """
    return frozenset(judged_item(rule) for rule in rules if _refuses(rule, written=written))


def _refuses(rule: Rule, *, written: bool) -> bool:
    if rule.stage not in ("value", "record"):
        return False
    if rule.derived and rule.severity == "error":
        return True
    return written and (rule.replaces is not None or rule.check.kind == "code")


def judged_item(rule: Rule) -> str:
    """The item that the rule judges."""
    return rule.replaces[0] if rule.replaces else rule.items[0]


def items_with_derived_checks(table: str) -> frozenset[str]:
    """The items whose every check follows from the definition, and refuses: for these the readings are the same."""
    items = [item for item in DATASET.tables[table].items if not any(item.written.values())]
    return frozenset(i.name for i in items if i.data_type.code_list is None or is_closed(i, table, DATASET))


def items_judged_elsewhere(table: str, record: Mapping[str, Any]) -> frozenset[str]:
    """The items in which the schema may refuse what no rule speaks of.

    Those with a hint have no form of their own, and reference data alone judge them; where the value is X nobody asked,
    and no rule asks for the source.
    """
    hinted = {item.name for item in DATASET.tables[table].items if item.data_type.hint}
    return frozenset(hinted | ({"source"} if record.get("value") == "X" else set()))
