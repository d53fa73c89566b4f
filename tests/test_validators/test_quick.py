"""Quicker readings of comparisons say what the definition says of every value that is in its form."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.expression import Among, Call, Column, Compare, Literal, Node
from tests.test_validators.small_submissions import context_of
from validators import sql
from validators.plan import column
from validators.quick import quick
from validators.sql import PREAMBLE

DIGITS = 10
#: the list of a release has both: ends that are alike, and ends that differ
AMONG = Among(Column("nhs_number"), ("9999999999", "9000000009", "0123456789", "0000000000"))
LISTED = Call("in_list", (Column("nhs_number"), Literal("nhs_number_sentinel")))
PALINDROME = Compare(
    "<>",
    Call("left", (Column("nhs_number"), Literal(5))),
    Call("reverse", (Call("right", (Column("nhs_number"), Literal(5))),)),
)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Ten digits, often alike at both ends, turned round, or listed."""
    half = draw(st.text("09", min_size=5, max_size=5))
    other = draw(st.just(half[::-1]) | st.text("09", min_size=5, max_size=5))
    listed = st.sampled_from([str(choice) for choice in AMONG.choices])
    return draw(listed | st.just(half + other) | st.text("0123456789", min_size=DIGITS, max_size=DIGITS))


def _scope() -> sql.Scope:
    context = context_of({})
    items = {item.name: item for item in context.dataset.tables["person"].items}
    spelled = {name: column(name) for name in items}
    return sql.Scope(context, items, spelled, spelled)


def _asked(node: Node, *, quickly: bool) -> str:
    scope = _scope()
    made = quick(node, scope, {"nhs_number": DIGITS}) if quickly else sql.condition(node, scope)
    assert made is not None
    return made.sql(dialect="duckdb")


@pytest.mark.parametrize("node", [AMONG, LISTED, PALINDROME], ids=["among", "listed", "palindrome"])
def test_a_quick_reading_says_what_the_definition_says(node: Node) -> None:
    database = duckdb.connect()
    for statement in PREAMBLE:
        database.execute(statement)
    query = f"SELECT {_asked(node, quickly=True)}, {_asked(node, quickly=False)} FROM (SELECT unnest(?) AS nhs_number)"

    @settings(deadline=None, max_examples=100, derandomize=True)
    @given(st.lists(numbers() | st.none(), min_size=10))
    def agree(values: list[str | None]) -> None:
        found = database.execute(query, [values]).fetchall()
        assert [quickly for quickly, _ in found] == [meant for _, meant in found]

    agree()


def test_there_is_no_quick_reading_of_what_may_have_another_length() -> None:
    scope = _scope()
    assert quick(AMONG, scope, {}) is None
    assert quick(LISTED, scope, {}) is None
    assert quick(Among(Column("nhs_number"), ("99", "9999999999")), scope, {"nhs_number": DIGITS}) is None
