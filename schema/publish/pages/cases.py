"""The examples of a rule as tables: which rows give a finding, and which do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from schema.example import read_rows
from schema.publish.pages.page import code, paragraph, table, title_of

if TYPE_CHECKING:
    from schema.publish.pages.written import Object, Written

#: rows of one example that a page shows
MOST = 12
_MARKS = ("finding", "repeat")

Cells = Mapping[str, str | None]


def examples(rule: Object, written: Written) -> Iterator[str]:
    """Each example as HTML: as it was written, or where a rule was derived, from the cases of the conformance kit."""
    if rule.get("examples"):
        for number, example in enumerate(rule["examples"], start=1):
            yield _written(rule, example, number)
    else:
        for number, case in enumerate(written.cases[rule["id"]]["cases"], start=1):
            yield from _case(rule, case, number, written)


def _written(rule: Object, example: Object, number: int) -> str:
    rows = read_rows(example["rows"])
    title = f"Example {number}: {example.get('title') or title_of(rule['table'])}"
    given = {**example.get("tables", {}), **example.get("reference", {})}
    parts = [_context(example.get("context", {})), *(_given(name, text, number) for name, text in given.items())]
    columns = [name for name in rows[0] if name not in _MARKS] if rows else []
    return "\n".join(part for part in (*parts, _marked(title, columns, rows)) if part)


def _context(context: Mapping[str, str]) -> str:
    told = ", ".join(f"{name.replace('_', ' ')}: {code(str(value))}" for name, value in context.items())
    return paragraph(f"Given {told}.") if told else ""


def _given(name: str, text: str, number: int) -> str:
    """Rows of another table, or of reference data, that the example needs."""
    rows = read_rows(text)
    columns = list(rows[0]) if rows else []
    cells = ([_shown(row.get(column)) for column in columns] for row in rows)
    return table(f"Example {number}, given: {name}", columns, cells) if columns else ""


def _case(rule: Object, case: Object, number: int, written: Written) -> Iterator[str]:
    name = rule["check"]["table"] if rule["check"]["kind"] == "rate" else rule["table"]
    title = f"Example {number}: {case['description']}"
    rows: list[dict[str, str | None]] = [
        dict(row) | {"finding": "yes" if place in case["expected"] else None}
        for place, row in enumerate(case["tables"].get(name, []), start=1)
    ]
    columns = _columns(rule, name, rows, written)
    if rule["check"]["kind"] == "link":
        yield _named(rule["check"]["table"], case, number, written)
    if rows and columns:
        yield _marked(title, columns, rows)
    else:
        sent = ", ".join(code(each) for each in case["tables"])
        gives = "a finding" if case["finding"] else "no finding"
        yield paragraph(f"{escape(title)}. Tables sent: {sent or 'none'}. This gives {gives}.")


def _named(name: str, case: Object, number: int, written: Written) -> str:
    """The keys of the rows that a link may lead to."""
    key = written.schemas[name]["x-plusmds-key"]
    rows = [[_shown(row.get(column)) for column in key] for row in case["tables"].get(name, [])]
    return table(f"Example {number}, given: {name}", key, rows)


def _columns(rule: Object, name: str, rows: Sequence[Cells], written: Written) -> list[str]:
    """The key of the table and the items that the rule reads, as far as the example has them."""
    read = [item for table_name, item in written.places(rule) if table_name == name]
    key = written.schemas.get(name, {}).get("x-plusmds-key", [])
    there = {column for row in rows for column in row}
    return [column for column in dict.fromkeys([*key, *read]) if column in there]


def _marked(title: str, columns: Sequence[str], rows: Sequence[Cells]) -> str:
    repeated = ["repeat"] if any(row.get("repeat") for row in rows) else []
    shown = [*columns, *repeated]
    lines = [[_verdict(row), *(_shown(row.get(column)) for column in shown)] for row in rows[:MOST]]
    more = paragraph(f"And {len(rows) - MOST:,} more rows.") if len(rows) > MOST else ""
    return table(title, ["Finding", *columns, *(["times"] if repeated else [])], lines) + more


def _verdict(row: Cells) -> str:
    return "<strong>yes</strong>" if row.get("finding") else "no"


def _shown(value: object) -> str:
    return code(str(value)) if value is not None else "(blank)"
