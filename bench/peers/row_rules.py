"""The rules of `bench/checks.py` that a schema of one cell cannot say, in plain Python, for peers that go row by row.

A rule gives no verdict where a value that it reads is blank, or malformed and therefore given as None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

_WEIGHTS = range(10, 1, -1)


def check_digit_fits(number: str) -> bool:
    """Whether the last digit of a number of ten digits is the one that the other nine ask for."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return (11 - total % 11) % 11 == int(number[9])


def row_rules(spec: Mapping[str, Any], day: Callable[[str], Any] = str) -> Callable[[Mapping[str, Any]], list[str]]:
    """A function from a row to the rules that it breaks; `day` makes the limits what the dates of the row are."""
    first, last, extracted = (day(spec[name]) for name in ("earliest_birth", "period_end", "extracted_on"))
    known, not_heard = frozenset(spec["known_ethnicity"]), frozenset(spec["not_heard"])

    def broken(row: Mapping[str, Any]) -> Iterator[str]:
        born, died, ethnicity = row["birth_date"], row["death_date"], row["ethnic_category"]
        if born and not first <= born <= last:
            yield "PMD00111"
        if died and (died > extracted or (born and died < born)):
            yield "PMD00113"
        if ethnicity and ethnicity[0] in known and (row["ethnic_category_source"] or "9") in not_heard:
            yield "PMD00134"
        if row["withheld_identity_reason"]:
            yield from (rule for name, rule in spec["withheld"].items() if row[name])

    return lambda row: list(broken(row))
