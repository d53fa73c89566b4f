"""A table may have as many items from lists as a whole number has bits."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from tests.test_validators.drawn_submissions import DATASET, context_with
from validators.bits import WORD
from validators.code_columns import CodeColumns
from validators.sql import PREAMBLE

PERSON = DATASET.tables["person"]


@pytest.mark.parametrize("count", [3, 20, WORD, WORD + 8])
def test_every_item_that_is_in_no_list_is_told(count: int) -> None:
    items = tuple(replace(PERSON.item("stated_gender"), name=f"item_{at}") for at in range(count))
    word = CodeColumns(replace(PERSON, items=items), context_with({})).unlisted()
    values = ["no code" if at % 3 == 0 else "1" for at in range(count)]
    columns = ", ".join(f"'{value}' AS item_{at}" for at, value in enumerate(values))
    with duckdb.connect() as connection:
        for statement in PREAMBLE:
            connection.execute(statement)
        asked = [word.whole, *word.parts]
        query = f"SELECT {', '.join(made.sql(dialect='duckdb') for made in asked)} FROM (SELECT {columns})"
        whole, *parts = connection.execute(query).fetchone() or ()
    assert whole == sum(2**at for at in range(0, count, 3))
    assert sum(parts) == (whole if count <= WORD else 0)
