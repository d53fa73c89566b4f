"""What is said of an identifier in the wrong place: findings that hold its kind and never its value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.assemble import SampleRows, record_key
from validators.finding import Cause, Finding, Sample, finding_of, sample_of
from validators.misplaced import Kind, kinds_within, looked_at, rule_id, title
from validators.origins import columns_of_items
from validators.structure import FaultText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schema.data_item import Item
    from schema.table_definition import TableDefinition
    from validators.context import Context
    from validators.tally import CauseTally, Tally

RECEIVED: dict[Kind, str] = {
    "email": "an e-mail address",
    "nhs_number": "10 digits with the check digit of an NHS number",
    "postcode": "a postcode, written with its space",
    "telephone": "a telephone number",
    "letters": "a text that begins with a letter, as fewer than one value in a hundred does: a word, or a name",
}


def misplaced_rows(tally: Tally) -> dict[str, set[int]]:
    """The rows of each table that the findings will show."""
    wanted: dict[str, set[int]] = {}
    for found in tally.misplaced:
        for cause in found.causes:
            wanted.setdefault(found.table, set()).update(cause.sample_rows)
    return wanted


def misplaced_findings(tally: Tally, context: Context, kept: SampleRows) -> Iterator[Finding]:
    """A finding for each kind of identifier in each item."""
    for found in tally.misplaced:
        table = context.dataset.tables[found.table]
        for cause in found.causes:
            text = _text(table, table.item(found.item))
            samples = tuple(_sample(table, found.item, row, context, kept) for row in cause.sample_rows)
            yield _finding(text, cause, found.assessed, samples, kept)
    header = context.dataset.tables["header"]
    for item, kinds in misplaced_in_header(context).items():
        yield finding_of(_text(header, header.item(item)), _cause(*kinds), assessed=1, failed=1)


def misplaced_in_header(context: Context) -> dict[str, tuple[Kind, ...]]:
    """The texts of the header that hold an identifier, with the kinds of it."""
    header = context.dataset.tables["header"]
    texts = {item.name: context.header.get(item.name) for item in looked_at(header)} if context.header_rows else {}
    found = {name: tuple(kinds_within(text)) for name, text in texts.items() if text}
    return {name: kinds for name, kinds in found.items() if kinds}


def _finding(
    text: FaultText, cause: CauseTally, assessed: int, samples: tuple[Sample, ...], kept: SampleRows
) -> Finding:
    return finding_of(
        text,
        _cause(cause.kind),  # type: ignore[arg-type]
        assessed=assessed,
        failed=cause.count,
        samples=samples,
        source_columns=columns_of_items(text.table, text.items, kept.origins),
    )


def _cause(*kinds: Kind) -> Cause:
    """The cause of rows: one, named after the first kind, where a text holds several. A row is counted once."""
    received = "; ".join(RECEIVED[kind] for kind in kinds)
    return Cause(kind=kinds[0], received=received, expected="a text that says nothing of who the person is")


def _text(table: TableDefinition, item: Item) -> FaultText:
    narrative = " It is not printed in this report." if item.name == "narrative" else ""
    return FaultText(
        id=rule_id(table, item.name),
        title=title(item.title),
        severity="warning",
        action="none",
        table=table.name,
        items=(item.name,),
        message=f"{item.title} holds what looks like an identifier that has no place there.{narrative}",
        why="A local id, or a text of your own, is shown and handed on as one that by itself tells nobody who the "
        "person is.",
        fix="Send the id that your own system gives, or take the identifier out of the text. Where it is none after "
        "all, accept the finding, with the reason.",
    )


def _sample(table: TableDefinition, item: str, row: int, context: Context, kept: SampleRows) -> Sample:
    """Where it stands; neither the value nor an id is shown, whatever the report may reveal."""
    line, record = kept.records.get(table.name, {}).get(row, (None, {}))
    source_row = kept.source_rows.get(table.name, {}).get(row)
    source = kept.origins[table.name].place(row, source_row, [item]) if source_row is not None else None
    sample = sample_of(row, line, record_key(table.name, record, context, kept.secret), source=source)
    return kept.shown(table.name, sample)
