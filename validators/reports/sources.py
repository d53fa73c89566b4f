"""What the forms for people say of an extract that was read by a mapping: the columns and rows of its own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.reports.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from validators.finding import Finding, Sample, SourceColumn, Step

#: columns that are named for one item, and characters of a name that are shown
COLUMNS = 3
NAME = 60

STEPS: dict[Step, str] = {
    "stripped": "stripped of spaces",
    "recoded": "recoded",
    "dated": "read as a date",
    "cut": "cut to the date",
    "padded": "filled up with zeros",
    "surrogate": "turned into another id",
}
CONSTANT = "a constant of the mapping"
NOTHING = "not filled by the mapping"


def columns(findings: Iterable[Finding]) -> str:
    """What fills the items of findings on one rule; empty without a mapping."""
    return _columns(list(dict.fromkeys(column for finding in findings for column in finding.source_columns)))


def _columns(found: Sequence[SourceColumn]) -> str:
    """Each item with what fills it; items that are filled alike stand together, and one item alone needs no name."""
    by_item: dict[str | None, list[SourceColumn]] = {}
    for column in found:
        by_item.setdefault(column.data_item, []).append(column)
    alike: dict[str, list[str]] = {}
    for item, filled in by_item.items():
        shown = _filled(filled)
        alike.setdefault(shown if item else f"{shown}, which fills no data item", []).append(plain(item or "", NAME))
    if len(by_item) == 1:
        return next(iter(alike))
    return "; ".join(f"{', '.join(items)}: {shown}" if items[0] else shown for shown, items in alike.items())


def _filled(filled: Sequence[SourceColumn]) -> str:
    shown, more = [_column(column) for column in filled[:COLUMNS]], len(filled) - COLUMNS
    if more > 0:
        return f"{', '.join(shown)} and {more:,} more"
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _column(filled: SourceColumn) -> str:
    if filled.filled_with != "column":
        return CONSTANT if filled.filled_with == "constant" else NOTHING
    of = f" of {plain(filled.file, NAME)}" if filled.file else ""
    done = f" ({', '.join(STEPS[step] for step in filled.steps)} by the mapping)" if filled.steps else ""
    return f"column {plain(filled.column or '', NAME)}{of}{done}"


def row(sample: Sample) -> str:
    """The row, of the file of the extract where the mapping numbered the rows of the table anew; empty where its number
    is not told."""
    if sample.source is None:
        return f"row {sample.row:,}" if sample.row is not None else ""
    return f"row {sample.source.row:,} of {plain(sample.source.file, NAME)}"


def details(sample: Sample) -> list[str]:
    """What else is told of a row that the mapping numbered anew: the columns that fill it, and its number."""
    if sample.source is None:
        return []
    columns_there = [column.model_copy(update={"file": None, "steps": ()}) for column in sample.source.columns]
    told = [_columns(columns_there)] if columns_there else []
    own = sample.row is not None and sample.row != sample.source.row
    return [*told, f"row {sample.row:,} of the table"] if own else told
