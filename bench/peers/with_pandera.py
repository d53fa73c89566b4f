"""Pandera on Polars: a schema of the frame, its checks as expressions over whole columns, all failures collected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandera.polars as pa
import polars as pl
from exchange import Tally, given
from pandera.errors import SchemaErrors
from pandera.polars import PolarsData

_WEIGHTS = range(10, 1, -1)


def main() -> None:
    """Check the file as text, column by column; the failures name the row and the column, or the rule."""
    path, spec = given()
    frame = pl.read_csv(path, infer_schema=False)
    tally = Tally()
    try:
        _schema(spec).validate(frame, lazy=True)
        tally.add_pairs(frame.height, ())
    except SchemaErrors as found:
        cases = found.failure_cases.select("index", "column", "check", "schema_context").iter_rows()
        tally.add_pairs(frame.height, (_fault(*case) for case in cases))
    tally.answer()


def _fault(index: int, column: str, check: str, context: str) -> tuple[int, str]:
    return index, check if context == "DataFrameSchema" or check.startswith("PMD") else column


def _schema(spec: dict[str, Any]) -> pa.DataFrameSchema:
    columns = {
        name: pa.Column(pl.String, _column_checks(column), nullable=not column["required"])
        for name, column in spec["columns"].items()
    }
    rules = [pa.Check(_keeps(rule), name=name) for name, rule in _rules(spec)]
    return pa.DataFrameSchema(columns, checks=rules, strict=True)


def _column_checks(column: dict[str, Any]) -> list[pa.Check]:
    checks: list[pa.Check] = []
    if column["pattern"]:
        checks.append(pa.Check.str_matches(f"^(?:{column['pattern']})$"))
    if column["codes"]:
        checks.append(pa.Check.isin(column["codes"]))
    if column["max_length"]:
        checks.append(pa.Check.str_length(max_value=column["max_length"]))
    if column["date"]:
        checks.append(pa.Check(_is_day))
    if column["whole"]:
        first, last = column["whole"]
        checks.append(pa.Check.isin([str(number) for number in range(first, last + 1)]))
    return checks


def _is_day(data: PolarsData) -> pl.LazyFrame:
    return data.lazyframe.select(_day(data.key).is_not_null() | pl.col(data.key).is_null())


def _day(name: str) -> pl.Expr:
    written = pl.col(name).str.contains("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    return pl.when(written).then(pl.col(name).str.to_date("%Y-%m-%d", strict=False))


def _keeps(rule: pl.Expr) -> Any:
    """A check of the whole frame; a rule without a verdict on a row is kept there."""
    return lambda data: data.lazyframe.select(rule.fill_null(value=True))


def _rules(spec: dict[str, Any]) -> Iterator[tuple[str, pl.Expr]]:
    born, died = _day("birth_date"), _day("death_date")
    first, last, extracted = (
        pl.lit(spec[name]).str.to_date() for name in ("earliest_birth", "period_end", "extracted_on")
    )
    known = pl.col("ethnic_category").str.slice(0, 1).is_in(spec["known_ethnicity"])
    ethnicity = pl.col("ethnic_category").str.contains(f"^(?:{spec['columns']['ethnic_category']['pattern']})$")
    heard = pl.col("ethnic_category_source").is_in(spec["not_heard"]).not_().fill_null(value=False)
    yield "PMD00105", _check_digit_fits()
    yield "PMD00111", born.is_between(first, last)
    yield "PMD00113", (died >= born).fill_null(value=True) & (died <= extracted)
    yield "PMD00134", (known & ethnicity).not_() | heard
    for name, rule in spec["withheld"].items():
        yield rule, pl.col("withheld_identity_reason").is_null() | pl.col(name).is_null()


def _check_digit_fits() -> pl.Expr:
    digits = [pl.col("nhs_number").str.slice(place, 1).cast(pl.Int32, strict=False) for place in range(10)]
    total = pl.sum_horizontal(
        [digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=False)], ignore_nulls=False
    )
    ten_digits = pl.col("nhs_number").str.contains("^[0-9]{10}$")
    return pl.when(ten_digits).then((11 - total % 11) % 11 == digits[9])


if __name__ == "__main__":
    main()
