"""No rate on fewer than 20 persons, in any copy: the counts stand, and the rate is null."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.test_validators.small_submissions import TODAY
from validators.copies import shareable
from validators.copies.cells import children
from validators.figures import FEWEST_PERSONS
from validators.finding import Finding, Part, exact
from validators.reports import REPORTS
from validators.reports.words import NO_FIGURE_MEANS
from validators.synthetic import generate
from validators.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validators.report import Report


@pytest.fixture(scope="module", params=[12, 19, 23, 60])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("few")
    generate(folder, persons=request.param, seed=5, faults={"PMD001.birth_date.missing": 0.2})
    return validate(folder, today=TODAY)


def _parts(part: Part) -> Iterator[Part]:
    yield part
    for _, child in children(part, ()):
        yield from _parts(child)


def _of(part: Part, names: tuple[str, ...]) -> int:
    values = [exact(getattr(part, name.removeprefix("-"))) or 0 for name in names]
    return sum(-value if name.startswith("-") else value for name, value in zip(names, values, strict=True))


def test_a_rate_stands_where_it_rests_on_enough(report: Report) -> None:
    """Findings count rows, and say so."""
    given = withheld = 0
    for part in _parts(report):
        for name, ratio in part.ratios.items():
            if isinstance(part, Finding) and part.counted == "rows":
                continue
            whole = _of(part, ratio.whole)
            if ratio.persons is not None:
                whole = min(whole, exact(getattr(part, ratio.persons)) or 0)
            rate = getattr(part, name)
            assert rate is None or whole >= FEWEST_PERSONS, (type(part), name, whole)
            given += rate is not None
            withheld += rate is None and 0 < whole < FEWEST_PERSONS
    assert withheld
    assert (given > 0) is (exact(report.linkage.persons) >= FEWEST_PERSONS)  # type: ignore[operator]


def test_counts_stand_where_a_rate_does_not(report: Report) -> None:
    assert report.linkage.persons
    assert report.linkage.status_01 is not None
    ethnicity = report.equality.ethnicity
    assert ethnicity is not None
    assert ethnicity.known
    assert (ethnicity.known_rate is None) is (exact(ethnicity.persons) < FEWEST_PERSONS)  # type: ignore[operator]
    assert all(item.item_score is None for item in report.data_items if (exact(item.rows) or 0) < FEWEST_PERSONS)


def test_a_shareable_copy_gives_no_rate_that_the_owner_has_not(report: Report) -> None:
    """Nor one that would tell which of the persons that are rounded to 20 are fewer."""
    for mine, theirs in zip(_parts(report.linkage), _parts(shareable(report).linkage), strict=True):
        for name, ratio in mine.ratios.items():
            whole = _of(theirs, ratio.whole)
            assert getattr(theirs, name) is None or (getattr(mine, name) is not None and whole > FEWEST_PERSONS)


@pytest.mark.parametrize("form", ["text", "html"])
def test_it_is_said_once(report: Report, form: str) -> None:
    said = " ".join(REPORTS[form](report).decode().split())
    assert said.count(NO_FIGURE_MEANS) == 1
    assert said.count("fewer than 20") == 1
