"""In which way a date is wrong: the month first is never taken for the day first, nor a date that can be either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.test_validators.small_persons import HEADER, measured, person
from tests.test_validators.small_submissions import TODAY, write_tables
from validators.engines import ENGINES
from validators.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

DATES = {
    "month_day_year": ("05/13/1980", "5/31/1980", "12-31-1980", "01.13.1980"),
    "day_month_year": ("13/05/1980", "31/5/1980", "31-12-1980"),
    "day_or_month_first": ("05/06/1980", "5.6.1980", "12-12-1980", "05/05/1980"),
    "no_such_day": ("13/13/1980", "00/05/1980", "32/05/1980", "05/00/1980", "1980-02-30"),
    "two_digit_year": ("05/13/80",),
    "compact": ("19800513",),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_which_number_is_the_day_is_told_only_where_it_is_certain(engine: str, tmp_path: Path) -> None:
    dates = [date for sent in DATES.values() for date in sent]
    tally = measured(engine, tmp_path, [person(n, birth_date=date) for n, date in enumerate(dates)])
    (found,) = (result for result in tally.rules if result.rule_id == "PMD001.birth_date.format")
    assert {cause.kind: cause.count for cause in found.causes} == {kind: len(sent) for kind, sent in DATES.items()}


def test_nothing_is_suggested_for_a_date_that_can_be_read_either_way(tmp_path: Path) -> None:
    """Two findings of one export: the one that is not certain says where the answer is found."""
    dates = ["31/12/2005"] * 6 + ["05/06/2005"] * 4 + ["2005-06-05"]
    write_tables(tmp_path, {"header": [HEADER], "person": [person(n, birth_date=day) for n, day in enumerate(dates)]})
    found = {
        f.cause.kind: f for f in validate(tmp_path, today=TODAY).findings if f.rule_id == "PMD001.birth_date.format"
    }
    either, day_first = found["day_or_month_first"], found["day_month_year"]
    assert (either.failed_rows, day_first.failed_rows) == (4, 6)
    assert day_first.cause.suggestion
    assert either.cause.suggestion is None
    assert either.fix == day_first.fix
    assert "those show which way round" in (either.cause.received or "")
