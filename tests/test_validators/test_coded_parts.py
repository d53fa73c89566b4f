"""The number of a code is looked up by its place, and is the one that was given for it."""

from __future__ import annotations

import duckdb
import pytest

from tests.test_validators.small_submissions import context_of
from validators.code_columns import CodeColumns
from validators.coded_parts import CodedParts
from validators.plan import column

CODES = CodeColumns(context_of({}).dataset.tables["person"], context_of({}))


def found(name: str, steps: int, blank: int) -> dict[str | None, int]:
    """The number that the database finds for each code of an item, and for none."""
    codes = CODES.domain(name)
    parts = CodedParts(context_of({}), CODES.items, {name: codes}, lambda item: column(f"place of {item}"))
    made = parts.numbered(name, lambda code: codes.index(code) * steps, blank).sql(dialect="duckdb")
    places = ", ".join([*(f"({place})" for place in range(len(codes))), "(NULL)"])
    rows = duckdb.sql(f'SELECT {made} FROM (VALUES {places}) AS t("place of {name}")').fetchall()
    return dict(zip([*codes, None], [number for (number,) in rows], strict=True))


@pytest.mark.parametrize("name", ["stated_gender", "ethnic_category", "preferred_language"])
@pytest.mark.parametrize("steps", [1, 1_000])
def test_every_code_has_its_number_however_large(name: str, steps: int) -> None:
    numbers = found(name, steps, blank=7)
    assert numbers.pop(None) == 7
    assert numbers == {code: place * steps for place, code in enumerate(CODES.domain(name))}


def test_a_letter_that_is_no_code_has_no_number_and_stops_nothing() -> None:
    made = CODES.parts.numbered("stated_gender", lambda _: 3).sql(dialect="duckdb")
    rows = duckdb.sql(f'SELECT {made} FROM (VALUES (49::UTINYINT), (255::UTINYINT)) AS t("code:stated_gender")')
    assert rows.fetchall() == [(3,), (0,)]
