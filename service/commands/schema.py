"""plusmds schema: JSON Schema to standard output."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from schema.release import Release, load
from service.commands.output import write_json


def run(asked: Namespace) -> int:
    """Print the schema of one table's rows, or of a submission: an object with an array of rows for each table."""
    release = load(asked.version)
    write_json(release.schema(asked.table) if asked.table else _submission(release))
    return 0


def _submission(release: Release) -> dict[str, Any]:
    tables = {table: release.schema(table) for table in release.info.tables}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A submission of {release.info.title}",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"type": "array", "items": {"$ref": table["$id"]}} for name, table in tables.items()},
        "$defs": tables,
    }
