"""What is promised of a text by its shape holds of every text of that shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from tests.test_validators.drawn_submissions import DATASET, context_with
from tests.test_validators.test_dictionary_encoding import shape
from validators import terms
from validators.engines.duckdb_misplaced import form_columns
from validators.narrow import Narrow
from validators.sql import PREAMBLE

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNS = st.one_of(st.sampled_from("09AZaz!~ @.-/:[{`"), st.characters(codec="utf-8", exclude_categories=["Cs"]))


def _promises() -> Iterator[tuple[str, str, exp.Expr]]:
    """(table, column, expression) of everything that is said to follow from the shape of a text."""
    context = context_with({})
    for table in DATASET.tables.values():
        reading = Narrow(table, context).scan(form_columns(table), Narrow(table, context).bits({}))
        parts = (part for word in reading.words.values() for part in word.parts)
        for made in (*reading.columns.values(), *parts):
            for node in made.find_all(exp.Anonymous):
                if node.name == terms.OF_SHAPE:
                    (name,) = {each.name for each in node.find_all(exp.Column)}
                    yield table.name, name, node.expressions[0]


PROMISES = {(table, name, made.sql(dialect="duckdb")) for table, name, made in _promises()}


def test_there_are_some() -> None:
    assert len(PROMISES) > 5


@pytest.mark.parametrize(("table", "name", "made"), sorted(PROMISES), ids=lambda part: part[:40])
def test_it_is_the_same_for_every_text_of_a_shape(table: str, name: str, made: str) -> None:
    with duckdb.connect() as connection:
        for statement in PREAMBLE:
            connection.execute(statement)
        query = f'SELECT {made} FROM (SELECT ?::VARCHAR AS "{name}")'

        @settings(max_examples=60, deadline=None)
        @given(st.text(SIGNS, max_size=24))
        def same(text: str) -> None:
            found = [connection.execute(query, [each]).fetchall() for each in (text, shape(text))]
            assert found[0] == found[1]

        same()


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"[ +-]?[0-9]{1,12}[ .e]?[0-9]{0,2}", fullmatch=True), st.integers(1, 12))
def test_digits_are_told_from_whatever_else_reads_as_a_number(text: str, count: int) -> None:
    with duckdb.connect() as connection:
        for statement in PREAMBLE:
            connection.execute(statement)
        (found,) = connection.execute(f"SELECT {terms.IS_DIGITS}(?::VARCHAR, {count})", [text]).fetchone() or ()
    assert found == (text.isdigit() and len(text) == count and (text[0] != "0" or text == "0"))
