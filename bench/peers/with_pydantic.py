"""Pydantic, row by row: one model of the person table, its dates parsed, its rules as a validator of the whole row."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from exchange import Tally, given, read_rows
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError
from row_rules import check_digit_fits, row_rules

_WRITTEN = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def main() -> None:
    """Check every row; what the model says of it is its faults."""
    path, spec = given()
    model, tally = _model(spec), Tally()
    for row in read_rows(path):
        try:
            model.model_validate({name: value for name, value in row.items() if value is not None})
        except ValidationError as error:
            tally.add(fault for each in error.errors(include_url=False) for fault in _faults(each))
        else:
            tally.add(())
    tally.answer()


def _faults(error: Any) -> list[str]:
    if error["type"] == "rules":
        return error["ctx"]["broken"]
    return ["PMD00105"] if error["type"] == "check_digit" else [error["loc"][0]]


def _model(spec: dict[str, Any]) -> type[BaseModel]:
    broken = row_rules(spec, date.fromisoformat)

    class Rules(BaseModel):
        @model_validator(mode="after")
        def hold(self) -> Rules:
            if found := broken(self.__dict__):
                raise PydanticCustomError("rules", "rules are broken", {"broken": found})
            return self

    fields: dict[str, Any] = {name: _field(name, column) for name, column in spec["columns"].items()}
    return create_model("Person", __base__=Rules, **fields)


def _field(name: str, column: dict[str, Any]) -> tuple[Any, Any]:
    kind = _kind(column)
    if name == "nhs_number":
        kind = Annotated[kind, AfterValidator(_checked)]
    return (kind, ...) if column["required"] else (kind | None, None)


def _kind(column: dict[str, Any]) -> Any:
    if column["codes"]:
        return Literal[tuple(column["codes"])]
    if column["date"]:
        return Annotated[date, BeforeValidator(_iso)]
    if column["whole"]:
        return Annotated[int, Field(ge=column["whole"][0], le=column["whole"][1])]
    pattern = column["pattern"] and f"^(?:{column['pattern']})$"
    return Annotated[str, StringConstraints(pattern=pattern, max_length=column["max_length"])]


def _iso(value: str) -> date:
    """Of the ways to write a date that Python reads, one alone."""
    if not _WRITTEN.fullmatch(value):
        raise ValueError("not YYYY-MM-DD")
    return date.fromisoformat(value)


def _checked(number: str) -> str:
    if not check_digit_fits(number):
        raise PydanticCustomError("check_digit", "the check digit does not fit")
    return number


if __name__ == "__main__":
    main()
