"""Where the rows of a mapped table come from, as the findings will name it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.finding import SourceColumn
from validators.mapping_rows import SOURCE_ROW
from validators.origins import Origins, Pass

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from validators.mapping_rows import FeedCount, RowMaker
    from validators.mapping_values import Change
    from validators.readers.staging import StagedSource


def table_origins(maker: RowMaker, source: StagedSource) -> Origins:
    """The origins of a table that `maker` has made. A pass that made no row has none to be found fault with."""
    counts = [count for count in maker.counts if count.made] or maker.counts
    passes = tuple(_pass(count) for count in counts)
    if not maker.table.unpivoted:
        return Origins(passes=passes)
    return Origins(passes=passes, source_rows=lambda rows: _source_rows(source, rows))


def header_origins(header: Mapping[str, str], name: str) -> Origins:
    """The origins of a header that is made of constants."""
    return Origins(passes=(Pass(file=name, first=1, columns={item: _constant(item) for item in header}),))


def _pass(count: FeedCount) -> Pass:
    columns = {change.item.item: _column(change, count.source.name) for change in count.changes}
    return Pass(file=count.source.name, first=count.first, columns=columns)


def _column(change: Change, file: str) -> SourceColumn:
    item, column = change.item.item, change.item.column
    if column is None:
        return _constant(item)
    return SourceColumn(data_item=item, filled_with="column", file=file, column=column, steps=change.step_names())


def _constant(item: str) -> SourceColumn:
    return SourceColumn(data_item=item, filled_with="constant", file=None, column=None)


def _source_rows(source: StagedSource, rows: Collection[int]) -> dict[int, int]:
    place = 2 + source.columns.index(SOURCE_ROW)  # behind row and line
    return {row: int(values[place]) for row, values in source.fetch_values(rows)}
