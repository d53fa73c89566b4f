"""Frictionless: a Table Schema with constraints, and its rules as a check of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from attrs import define
from exchange import Tally, given
from frictionless import Check, Checklist, Resource, Row, Schema, errors
from row_rules import check_digit_fits, row_rules

#: more than there can be: by default it stops at a thousand
_ALL = 1_000_000_000


@define(kw_only=True, repr=False)
class RowRules(Check):
    """The rules of a whole row. A cell that breaks a constraint keeps its value in the row: it is taken out here."""

    type = "row-rules"
    Errors = [errors.RowError]  # noqa: RUF012 - the base class has it so
    spec: dict[str, Any]

    def __attrs_post_init__(self) -> None:
        """Read the limits once."""
        super().__attrs_post_init__()
        self._broken = row_rules(self.spec, date.fromisoformat)

    def validate_row(self, row: Row) -> Iterator[errors.RowError]:
        """One error for each rule that the row breaks."""
        sound = row.to_dict() | {error.field_name: None for error in row.errors} if row.errors else row
        if sound["nhs_number"] and not check_digit_fits(sound["nhs_number"]):
            yield errors.RowError.from_row(row, note="PMD00105")
        for rule in self._broken(sound):
            yield errors.RowError.from_row(row, note=rule)


def main() -> None:
    """Check the file; its report names the row and the field, or the rule, of each error."""
    path, spec = given()
    schema = Schema.from_descriptor({"fields": [_field(*each) for each in spec["columns"].items()]})
    resource = Resource(path.name, basepath=str(path.parent), schema=schema)
    report = resource.validate(Checklist(checks=[RowRules(spec=spec)]), limit_errors=_ALL)
    found = report.flatten(["rowNumber", "fieldName", "note"])
    tally = Tally()
    tally.add_pairs(report.tasks[0].stats["rows"], ((row, field or note) for row, field, note in found))
    tally.answer()


def _field(name: str, column: dict[str, Any]) -> dict[str, Any]:
    constraints = {
        "required": column["required"],
        "pattern": column["pattern"] and f"(?:{column['pattern']})",
        "enum": column["codes"],
        "maxLength": column["max_length"],
    }
    kind = "date" if column["date"] else "string"
    if column["whole"]:
        kind = "integer"
        constraints |= dict(zip(("minimum", "maximum"), column["whole"], strict=True))
    return {"name": name, "type": kind, "constraints": {said: value for said, value in constraints.items() if value}}


if __name__ == "__main__":
    main()
