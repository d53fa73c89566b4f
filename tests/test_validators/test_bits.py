"""Truth values that are packed into whole numbers come out as they went in."""

from __future__ import annotations

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from validators.bits import WORD, Bits, Truth

KINDS = st.sampled_from(["mark", "presence", "verdict"])
VALUES = st.sampled_from([True, False, None])


def _read(bits: Bits, wanted: str) -> list[object]:
    packed = ", ".join(f'{word.whole.sql(dialect="duckdb")} AS "{name}"' for name, word in bits.packed().items())
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT {wanted} FROM (SELECT {packed})").fetchone()
    assert row is not None
    return list(row)


def _literal(value: bool | None) -> exp.Expr:
    return exp.null() if value is None else exp.true() if value else exp.false()


def _kept(kind: str, value: bool | None) -> bool | None:
    """What is left of a value: a mark that is not known is false, a presence that is false is null."""
    return {"mark": bool(value), "presence": value or None, "verdict": value}[kind]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(KINDS, VALUES), min_size=1, max_size=2 * WORD))
def test_truth_values_come_out_as_they_went_in(drawn: list[tuple[str, bool | None]]) -> None:
    truths = {f"t:{n}": Truth(kind, _literal(value)) for n, (kind, value) in enumerate(drawn)}  # type: ignore[arg-type]
    bits = Bits(truths)
    unpacked = ", ".join(made.sql(dialect="duckdb") for made in bits.unpacked())
    kept = [_kept(kind, value) for kind, value in drawn]
    assert _read(bits, unpacked) == kept
    there = ", ".join(bits.there(name).sql(dialect="duckdb") for name in truths)
    assert _read(bits, there) == [
        value is not None and (value or kind == "verdict") for (kind, _), value in zip(drawn, kept, strict=True)
    ]
    verdicts = [name for name, truth in truths.items() if truth.kind == "verdict"]
    if verdicts:
        false = ", ".join(bits.false(name).sql(dialect="duckdb") for name in verdicts)
        assert _read(bits, false) == [value is False for kind, value in drawn if kind == "verdict"]


def test_a_verdict_is_null_where_it_is_blank_and_otherwise_never() -> None:
    for blank, holds, found in [(True, True, None), (True, None, None), (False, None, False), (False, True, True)]:
        bits = Bits({"t": Truth("verdict", _literal(holds), blank=_literal(blank))})
        (made,) = bits.unpacked()
        assert _read(bits, made.sql(dialect="duckdb")) == [found]
