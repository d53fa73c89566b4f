"""What is promised of a text by its shape holds of every text of that shape."""

from __future__ import annotations

import re
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
from validators.engines.duckdb_quicker import by_shape
from validators.narrow import Narrow
from validators.plan import Plan
from validators.sql import PREAMBLE

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = {"dataset_version": "1.0.0", "period_start": "2026-04-01", "period_end": "2026-04-30"}
CONTEXT = context_with(HEADER, tables_sent=frozenset(DATASET.tables))
SIGNS = st.one_of(st.sampled_from("09AZaz!~ @.-/:[{`"), st.characters(codec="utf-8", exclude_categories=["Cs"]))


def _promises() -> Iterator[tuple[str, str, exp.Expr]]:
    """(table, column, expression) of everything that is said to follow from the shape of a text."""
    context = CONTEXT
    for table in DATASET.tables.values():
        reading = Narrow(table, context).scan(form_columns(table), Narrow(table, context).bits({}))
        parts = (part for word in reading.words.values() for part in word.parts)
        plan = Plan(table, context)
        shapes = filter(None, map(plan.shape, plan.rules))
        for made in (*reading.columns.values(), *parts, *shapes):
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


PATTERNS = {
    node.expressions[1].name
    for table in DATASET.tables.values()
    for layer in Plan(table, CONTEXT).layers(Plan(table, CONTEXT).rules)
    for made in layer.values()
    for node in made.find_all(exp.Anonymous)
    if node.name == "regexp_full_match"
}


def test_some_patterns_are_told_by_the_shape_and_some_are_not() -> None:
    assert by_shape("[0-9]{3}[ -]?[A-Z]+")
    assert not by_shape("[0-8]")
    assert not by_shape("[Ee]")
    assert not by_shape(r"\d")
    assert {by_shape(pattern) for pattern in PATTERNS} == {True, False}


@pytest.mark.parametrize("pattern", sorted(filter(by_shape, PATTERNS)))
def test_a_pattern_that_is_told_by_the_shape_is(pattern: str) -> None:
    near = st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True) | st.text(SIGNS, max_size=24)

    @settings(max_examples=60, deadline=None)
    @given(near)
    def same(text: str) -> None:
        found = [re.fullmatch(pattern, each) is not None for each in (text, shape(text))]
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
