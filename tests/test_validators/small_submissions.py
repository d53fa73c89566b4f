"""Small submissions for tests: rows written as CSV files, opened, and given to an engine."""

from __future__ import annotations

import csv
import datetime
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from schema.dataset import load_dataset
from schema.example import CONTEXT
from schema.release_info import ReleaseDates
from validators.context import Context
from validators.engines import load_engine
from validators.presence import with_presence
from validators.source import shapes_of
from validators.submission import open_submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from schema.example import Case, Row
    from validators.engines.base import FailingRow
    from validators.source import Source
    from validators.tally import RuleTally, Tally

TODAY = datetime.date(2026, 5, 7)


@dataclass
class Outcome:
    """What an engine made of a submission."""

    tally: Tally
    rows: dict[str, list[FailingRow]] = field(default_factory=dict)

    def rule(self, rule_id: str) -> RuleTally:
        """The result of one rule."""
        (found,) = [tally for tally in self.tally.rules if tally.rule_id == rule_id]
        return found

    def failing(self, table: str, rule_id: str) -> list[int]:
        """The rows of a table that the engine lists for a rule, in order."""
        return [found.row for found in self.rows.get(table, ()) if found.rule_id == rule_id]


def write_tables(folder: Path, tables: Mapping[str, Sequence[Row]]) -> None:
    """One CSV file a table. None is a blank cell; a column that no row names is not sent."""
    dataset = load_dataset()
    for name, rows in tables.items():
        items = dataset.tables[name].item_names
        columns = [item for item in items if any(item in row for row in rows)] or list(items)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([row.get(column) for column in columns] for row in rows)


@contextmanager
def opened(folder: Path) -> Iterator[dict[str, Source]]:
    """The tables of a folder, the header among them."""
    with open_submission(folder, shapes_of(load_dataset())) as submission:
        yield dict(submission.sources)


def context_of(
    sources: Mapping[str, Source],
    words: Mapping[str, str] | None = None,
    reference: Mapping[str, Sequence[Row]] | None = None,
) -> Context:
    """The context of a run. `words` and `reference` as in an example; `release` in `reference` are the releases."""
    words = {**CONTEXT, **(words or {})}
    given = dict(reference or {})
    releases = tuple(_release(row) for row in given.pop("release", ()))
    header = sources.get("header")
    records = [record for _, _, record in header.records()] if header else []
    return Context(
        dataset=load_dataset(),
        header=records[0] if records else {},
        header_rows=len(records) if header else None,
        today=TODAY,
        received_at=datetime.datetime.fromisoformat(words["received_at"]).replace(tzinfo=datetime.UTC),
        purpose=words["purpose"],  # type: ignore[arg-type]
        tables_sent=frozenset(sources),
        releases=releases,
        reference=given,
    )


def _release(row: Row) -> ReleaseDates:
    days = {name: _day(row.get(name)) for name in ("implementation_from", "conformance_from", "retired_on")}
    return ReleaseDates(str(row["version"]), str(row["status"]), **days)  # type: ignore[arg-type]


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def judged(engine: str, sources: Mapping[str, Source], context: Context) -> Outcome:
    """What an engine makes of the tables."""
    rows: dict[str, list[FailingRow]] = {}
    tables = {name: source for name, source in sources.items() if name != "header"}
    tally = load_engine(engine).run(tables, context, rows_to=lambda table, found, _: rows.update({table: list(found)}))
    return Outcome(with_presence(tally, context), rows)


def run_case(engine: str, case: Case, folder: Path) -> Outcome:
    """What an engine makes of an example."""
    write_tables(folder, case.tables)
    with opened(folder) as sources:
        return judged(engine, sources, context_of(sources, case.context, case.reference))
