"""Tables of the figures by group, for the forms that people read. Groups stand in their own order, never ranked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validators.reports import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from validators.measured_groups import AccessFigures, AccessMeasure, AccessSplit, AnswerSplit, FactSplit
    from validators.report import Report

RECORDED_MEANS = (
    "The share of people of an eligible age whose answer is known, by group. Where the share of one group is lower, "
    "its people are missing from the records, and that is seldom chance. Groups stand in their own order and are not "
    "ranked."
)
LINKED_MEANS = (
    "Having no number alone does not make a person unlinkable; nor does no fixed abode, or no registered practice."
)
ACCESS_MEANS = (
    "Counted over accepted rows. Open: neither discharged nor rejected at period end. Waiting: open, and nobody has "
    "been seen. A wait runs from the start of the clock, else from the day the referral was received. Missed: did not "
    "attend, or came too late to be seen, of the contacts that nobody cancelled. Seen without the needed interpreter: "
    "no interpreter was used, of the contacts that took place with people who need one. The interval is Wilson's, of "
    "95%; it takes rows for independent, so the true one is wider."
)
NOBODY_PLACED = (
    "Nobody is placed for Core20 here: that needs the index, and the postcode directory or small areas; or deciles "
    "that were sent."
)
GENDER_MEANS = "Stated gender is gender as the person states it; the data set holds no item for anything else."


@dataclass(frozen=True, slots=True)
class Known:
    """How much is known in each group of one kind: a share for each heading and group, None where there is none."""

    title: str
    groups: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One group in one measure. `group_not_known`: share of the rows whose group is not known."""

    title: str
    figures: AccessFigures
    group_not_known: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """The groups of one kind in one measure."""

    title: str
    rows: tuple[Row, ...]


def recorded_means(report: Report) -> str:
    """What the tables of what is recorded show."""
    placed = any(figure.yes or figure.no for figure in report.core20.figures)
    return " ".join([RECORDED_MEANS, GENDER_MEANS, *([] if placed else [NOBODY_PLACED])])


def known_tables(report: Report) -> list[Known]:
    """What is recorded, a table for each kind of group."""
    found: dict[str, Known] = {}
    for title, split in _splits(report):
        before = found.get(split.by) or Known(split.title, (), ())
        rates = {group.title: group.known_rate for group in split.groups}
        groups = (*before.groups, *(name for name in rates if name not in before.groups))
        row = (title, tuple(rates.get(name) for name in groups))
        found[split.by] = Known(split.title, groups, (*before.rows, row))
    return [_even(table) for table in found.values()]


def _splits(report: Report) -> Iterator[tuple[str, FactSplit | AnswerSplit]]:
    for fact in report.equality.facts:
        yield from ((fact.title, split) for split in fact.splits)
    for measure in report.plus:
        title = f"{measure.title} (local code)" if measure.local else measure.title
        yield from ((title, split) for split in measure.splits)


def _even(table: Known) -> Known:
    """Every row as wide as the table."""
    width = len(table.groups)
    return Known(table.title, table.groups, tuple((t, (*r, *[None] * (width - len(r)))) for t, r in table.rows))


#: measures whose shares stand beside one another, by the heading of their column
SHARES = {
    "waiting_over_18_weeks": "over\n18 weeks",
    "waiting_over_52_weeks": "over\n52 weeks",
    "missed": "missed",
    "cancelled_by_provider": "can-\ncelled",
    "without_interpreter": "no inter-\npreter",
    "without_practice": "no\npractice",
}


def share_tables(report: Report) -> list[Known]:
    """The shares of access, a table for each kind of group, a row for each group."""
    measures = {m.measure: m for m in report.access.measures if m.measure in SHARES}
    found: dict[tuple[str, str], dict[str, dict[str, float | None]]] = {}
    for name, measure in measures.items():
        for split in measure.splits:
            groups = found.setdefault((split.by, split.title), {})
            for group in split.groups:
                groups.setdefault(group.title, {})[name] = group.rate
    return [
        Known(
            title, tuple(SHARES[name] for name in measures), tuple((g, _rates(r, measures)) for g, r in groups.items())
        )
        for (_, title), groups in found.items()
    ]


def _rates(rates: Mapping[str, float | None], names: Iterable[str]) -> tuple[float | None, ...]:
    return tuple(rates.get(name) for name in names)


def access_parts(measure: AccessMeasure) -> list[Part]:
    """A measure over everybody, then by each kind of group."""
    everybody = Part("Everybody", (Row("All", measure, None),))
    return [everybody, *(_part(split) for split in measure.splits)]


def _part(split: AccessSplit) -> Part:
    title = f"{split.title} (local code)" if split.local else split.title
    return Part(title, tuple(Row(group.title, group, split.group_not_known_rate) for group in split.groups))


def interval(figures: AccessFigures) -> str:
    """The interval in words."""
    if figures.low is None or figures.high is None:
        return words.NONE_GIVEN
    return f"{words.percent(figures.low)} to {words.percent(figures.high)}"
