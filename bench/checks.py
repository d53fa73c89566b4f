"""What every tool has to check of a person file, so that nobody is fast by not checking.

It is what the published JSON Schema of the table says of each column, and seven rules that a schema of one cell cannot
say. That is a part of what we check: our own time includes duplicates, the other rules, the measures and the report.

| Check | Where it is read from | What it is |
|---|---|---|
| required | the schema: null is not allowed | the two parts of the person's key are there |
| pattern | the schema: `pattern` | NHS number, organisation, ethnic category, postcode |
| date | the schema: `format` | YYYY-MM-DD, a day that exists |
| codes | the schema: `enum` | the value is in its code list |
| whole | the schema: `minimum`, `maximum` | a whole number in its range |
| length | the schema: `maxLength` | the local patient id |
| PMD00105 | CHECK_DIGIT | the check digit of the NHS number |
| PMD00111 | BORN | born by the end of the period, not before 1890 |
| PMD00113 | DIED | died on or after the birth, by the day of the extraction |
| PMD00134 | HEARD | a known ethnicity was heard from the person or their record |
| PMD00133, PMD00138, PMD00139 | WITHHELD | a withheld identity: no NHS number, birth date or postcode |
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.header import HEADER

_RELEASE = Path(__file__).parent.parent / "schema" / "releases" / HEADER["dataset_version"]
CHECK_DIGIT, BORN, DIED, HEARD = "PMD00105", "PMD00111", "PMD00113", "PMD00134"
#: column that has to be blank where the identity is withheld → the rule
WITHHELD = {"nhs_number": "PMD00133", "birth_date": "PMD00138", "postcode": "PMD00139"}
RULES = (CHECK_DIGIT, BORN, DIED, HEARD, *WITHHELD.values())
_EARLIEST_BIRTH = "1890-01-01"
_NOT_HEARD = ("3", "5", "9")
#: where a written rule stands for what would be derived
_WRITTEN = {"postcode": ("PMD00120",)}


@dataclass(frozen=True)
class Column:
    """What is checked of one column. `pattern` is of the whole value."""

    required: bool
    pattern: str | None = None
    date: bool = False
    codes: tuple[str, ...] | None = None
    whole: tuple[int, int] | None = None
    max_length: int | None = None


def columns() -> dict[str, Column]:
    """Every column of the person table; one of which nothing is checked has a Column that says so."""
    return {name: _column(said) for name, said in _schema()["properties"].items()}


def labels() -> dict[str, str]:
    """Our rule → what every tool calls a fault under it: the column, or the rule itself. Other rules nobody checks."""
    known = {rule: rule for rule in RULES}
    for name, column in columns().items():
        if column.required:
            known[f"PMD001.{name}.missing"] = name
        if column != Column(column.required):
            known |= dict.fromkeys(_WRITTEN.get(name, (f"PMD001.{name}.format", f"PMD001.{name}.code")), name)
    return known


def specification() -> dict[str, Any]:
    """All of it as JSON for a tool that runs in an environment of its own, where nothing of ours is installed."""
    kinds = json.loads((_RELEASE / "code-lists" / "ethnic_category.json").read_text("utf-8"))["codes"]
    return {
        "schema": _schema(),
        "columns": {name: asdict(column) for name, column in columns().items()},
        "period_end": HEADER["period_end"],
        "extracted_on": HEADER["created_at"][:10],
        "earliest_birth": _EARLIEST_BIRTH,
        "known_ethnicity": [code["code"] for code in kinds if code["kind"] == "value"],
        "not_heard": list(_NOT_HEARD),
        "withheld": WITHHELD,
    }


def _schema() -> dict[str, Any]:
    return json.loads((_RELEASE / "schemas" / "person.schema.json").read_text("utf-8"))


def _column(said: dict[str, Any]) -> Column:
    """What a property of the schema says. A pattern that is not anchored says only that the value is not blank."""
    types = said["type"] if isinstance(said["type"], list) else [said["type"]]
    pattern = said.get("pattern", "")
    codes = [code for code in said.get("enum", ()) if code is not None]
    is_date = said.get("format") == "date"
    return Column(
        required="null" not in types,
        pattern=pattern.removeprefix("^(?:").removesuffix(")$") if pattern.startswith("^") and not is_date else None,
        date=is_date,
        codes=tuple(codes) or None,
        whole=(said["minimum"], said["maximum"]) if "integer" in types else None,
        max_length=said.get("maxLength") if not is_date else None,
    )
