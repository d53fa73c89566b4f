"""In which way a date is wrong: the month first is never taken for the day first where it can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.test_validators.small_persons import measured, person
from validators.engines import ENGINES

if TYPE_CHECKING:
    from pathlib import Path

DATES = {
    "month_day_year": ("05/13/1980", "5/31/1980", "12-31-1980", "01.13.1980"),
    "day_month_year": ("13/05/1980", "31/5/1980", "31-12-1980", "05/06/1980"),
    "two_digit_year": ("05/13/80",),
    "compact": ("19800513",),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_date_with_the_month_first_is_told_from_one_with_the_day_first(engine: str, tmp_path: Path) -> None:
    dates = [date for sent in DATES.values() for date in sent]
    tally = measured(engine, tmp_path, [person(n, birth_date=date) for n, date in enumerate(dates)])
    (found,) = (result for result in tally.rules if result.rule_id == "PMD001.birth_date.format")
    assert {cause.kind: cause.count for cause in found.causes} == {kind: len(sent) for kind, sent in DATES.items()}
