"""The minimal submission as the dictionary shows it: CSV to paste, and the same header and person in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schema.publish.markdown import joined
from schema.publish.minimal import minimal_files, minimal_submission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schema.dataset import Dataset
    from schema.table_definition import TableDefinition

_INTRODUCTION = """\
## A minimal submission

Three persons, their characteristics, two referrals and two contacts, in five files of a folder. Nobody in it is real: \
the NHS numbers are from a range that is never issued. The first person answered every question; the second has no \
fixed abode and declined two answers, which is an answer; the identity of the third is withheld on purpose, so that \
number, birth date and postcode stay blank. The check of it ends with *accepted*. The files are in \
`examples/minimal/`."""

_IN_JSON = """\
The same as JSON: numbers without quotes, several values as an array, and what is blank left out. A table is an array \
of such rows (`person.json`), or one row a line (`person.ndjson`)."""


def minimal_section(dataset: Dataset) -> str:
    """The section of the dictionary, CSV first."""
    files = minimal_files(dataset.version)
    csv = [f"`{table}.csv`\n\n```csv\n{text}```" for table, text in files.items()]
    rows = minimal_submission(dataset.version)
    blocks = [_json_block(dataset.tables[table], rows[table][0]) for table in ("header", "person")]
    return joined([_INTRODUCTION, *csv, _IN_JSON, *blocks])


def _json_block(table: TableDefinition, row: Mapping[str, str | None]) -> str:
    return f"`{table.name}.json`\n\n```json\n{json.dumps([json_row(table, row)], ensure_ascii=False, indent=2)}\n```"


def json_row(table: TableDefinition, row: Mapping[str, str | None]) -> dict[str, Any]:
    """A row of texts as JSON has it: whole numbers, arrays, and nothing where the cell is blank."""
    return {name: _json_value(table, name, text) for name, text in row.items() if text is not None}


def _json_value(table: TableDefinition, name: str, text: str) -> Any:
    data_type = table.item(name).data_type
    if data_type.kind == "list":
        return text.split("|")
    return int(text) if data_type.kind == "integer" else text
