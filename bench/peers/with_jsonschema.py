"""`jsonschema`, row by row, with the published JSON Schema as it is, and its rules in Python."""

from __future__ import annotations

from typing import Any

from exchange import Row, Tally, given, read_rows
from jsonschema import Draft202012Validator
from row_rules import check_digit_fits, row_rules


def main() -> None:
    """Check every row: its errors by cell, then its rules over the cells that have none."""
    path, spec = given()
    validator = Draft202012Validator(spec["schema"], format_checker=Draft202012Validator.FORMAT_CHECKER)
    broken, tally = row_rules(spec), Tally()
    whole = [name for name, column in spec["columns"].items() if column["whole"]]
    for row in read_rows(path):
        faults = {str(error.path[0]) for error in validator.iter_errors(_record(row, whole))}
        sound = {name: None if name in faults else value for name, value in row.items()} if faults else row
        if sound["nhs_number"] and not check_digit_fits(sound["nhs_number"]):
            faults.add("PMD00105")
        tally.add([*faults, *broken(sound)])
    tally.answer()


def _record(row: Row, whole: list[str]) -> dict[str, Any]:
    """A row as JSON would hold it: numbers are numbers."""
    return row | {name: int(row[name] or "") for name in whole if (row[name] or "").isdecimal()}


if __name__ == "__main__":
    main()
