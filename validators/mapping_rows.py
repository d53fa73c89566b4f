"""Rows of one table, made from the records of an extract.

Where a table is made from one file in one pass, row is the ordinal of the source's record and line its physical line.
Engines need rows that differ; so where several passes make the rows (unpivot), row is a running number, line stays
that of the source, and the row of the source is kept beside the values.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from validators.mapping_values import Change, iso_date
from validators.readers.census import Marks

if TYPE_CHECKING:
    from validators.mapping_toml import Feed, TableMap
    from validators.readers.staging import StageWriter
    from validators.source import Record, Source

Period = tuple[str, str]
#: column of a scan file for the row of the source, where that is not the row of the table
SOURCE_ROW: Final = "_source_row"


@dataclass(kw_only=True)
class FeedCount:
    """What one pass over one file did."""

    feed: Feed
    source: Source
    changes: tuple[Change, ...]
    first: int = 0
    last: int = 0
    read: int = 0
    made: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


class RowMaker:
    """Writes the rows of one table into its scan file."""

    def __init__(self, table: TableMap, period: Period | None, key: bytes) -> None:
        self.table = table
        self.columns = table.items
        self.written = (*table.items, SOURCE_ROW) if table.unpivoted else table.items
        self.counts: list[FeedCount] = []
        self.marks = Marks()
        self._period = period
        self._key = key
        self._row = 0
        self._seen: set[tuple[str | None, ...]] = set()
        self._distinct = tuple(self.columns.index(item) for item in table.distinct)

    def make(self, feed: Feed, source: Source, out: StageWriter) -> None:
        """One pass over a file."""
        changes = {item.item: Change(item, self._key) for item in feed.items}
        count = FeedCount(feed=feed, source=source, changes=tuple(changes.values()), first=self._row + 1)
        plan = [(changes[n].value, changes[n].item.column) if n in changes else (_nothing, None) for n in self.columns]
        for row, line, record in source.records():
            count.read += 1
            why = self._left_out(feed, record)
            values = () if why else tuple([fill(record[column] if column else None) for fill, column in plan])
            if not why and self._again(values):
                why = "again"
            if why:
                count.left_out[why] += 1
                continue
            self._row = self._row + 1 if self.table.unpivoted else row
            kept = [b"" if v is None else v.encode("utf-8", "replace") for v in values]
            out.add(self._row, line, [*kept, b"%d" % row] if self.table.unpivoted else kept)
            count.made += 1
        count.last = self._row
        self.counts.append(count)

    def _left_out(self, feed: Feed, record: Record) -> str:
        """Why a record makes no row; empty where it does."""
        for column, codes in feed.where.items():
            if (record[column] or "") not in codes:
                return "where"
        if feed.period is not None and self._outside(record[feed.period], feed.period_formats):
            return "period"
        return "blank" if feed.answer is not None and record[feed.answer] is None else ""

    def _outside(self, received: str | None, formats: tuple[str, ...]) -> bool:
        """Whether a day is known and lies outside the period. What is no date stays, for the check to find it."""
        day = (received or "")[:10] if not formats else (iso_date(received or "", formats) or "")[:10]
        known = len(day) == 10 and iso_date(day, ("%Y-%m-%d",)) is not None
        return known and self._period is not None and not self._period[0] <= day <= self._period[1]

    def _again(self, values: tuple[str | None, ...]) -> bool:
        if not self._distinct:
            return False
        chosen = tuple(values[at] for at in self._distinct)
        again = chosen in self._seen
        self._seen.add(chosen)
        return again


def _nothing(received: str | None) -> None:
    """What an item holds that this pass does not fill."""
    del received
