"""From a tally to the figures by group: names, shares, intervals, in the order in which groups are shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from validators.access import MEASURES
from validators.figures import FEWEST_PERSONS
from validators.finding import rate_of, rate_on_persons
from validators.groups import (
    BY,
    FACTS,
    NOT_KNOWN,
    OF_NO_KNOWN_GROUP,
    TITLES,
    Groups,
    characteristic_title,
    split_characteristics,
    tells_who_was_asked,
)
from validators.intervals import wilson
from validators.measured_groups import (
    AccessGroup,
    AccessMeasure,
    AccessSplit,
    AnswerGroup,
    AnswerSplit,
    FactGroup,
    FactMeasure,
    FactSplit,
    LinkageGroup,
    LinkageSplit,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from schema.dataset import Dataset
    from validators.access import AccessMeasureKind
    from validators.context import Context
    from validators.groups import Fact
    from validators.tally import AccessTally, LinkedTally, SplitTally

ANSWER_GROUPS: Mapping[str, str] = {"yes": "Yes", "no": "No", NOT_KNOWN: "Not known or not recorded"}


@dataclass(frozen=True)
class Names:
    """The kinds of group and the groups, in the order and with the names in which they are shown."""

    context: Context

    @cached_property
    def _groups(self) -> Groups:
        return Groups(self.context.dataset)

    @cached_property
    def _characteristics(self) -> tuple[str, ...]:
        return tuple(code for code, _ in split_characteristics(self.context))

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of group: those of persons, then the answers to each characteristic."""
        return (*BY, *self._characteristics)

    def title(self, by: str) -> str:
        """The name of a kind."""
        known = {str(kind): title for kind, title in TITLES.items()}
        return known.get(by) or characteristic_title(self.context, by)

    def groups(self, by: str) -> Mapping[str, str]:
        """Group → its name."""
        return next((self._groups.titles[kind] for kind in BY if kind == by), ANSWER_GROUPS)

    def is_local(self, by: str) -> bool:
        """Whether the kind is a local code of the provider."""
        return by in self.context.local_codes

    def not_known(self, by: str) -> frozenset[str]:
        """The groups of persons whose group is not known."""
        return next((OF_NO_KNOWN_GROUP[kind] for kind in BY if kind == by), frozenset({NOT_KNOWN}))


# What is recorded


def answer_splits(splits: Iterable[SplitTally], names: Names) -> dict[str, tuple[AnswerSplit, ...]]:
    """Characteristic → its answers by group."""
    facts = {fact.name for fact in FACTS}
    by_code: dict[str, list[SplitTally]] = defaultdict(list)
    for split in splits:
        if split.subject not in facts:
            by_code[split.subject].append(split)
    return {code: tuple(_answer_splits(found, names)) for code, found in by_code.items()}


def _answer_splits(splits: Sequence[SplitTally], names: Names) -> Iterator[AnswerSplit]:
    for by, found in _by_kind(splits, names):
        groups = tuple(_answer_group(split, names) for split in found)
        yield AnswerSplit(by=by, title=names.title(by), groups=groups)


def _by_kind(splits: Iterable[SplitTally], names: Names) -> Iterator[tuple[str, list[SplitTally]]]:
    """The splits by kind of group, groups in their order."""
    found = {(split.by, split.group): split for split in splits}
    for by in BY:
        of_kind = [found[by, group] for group in names.groups(by) if (by, group) in found]
        if of_kind:
            yield by, of_kind


def _answer_group(split: SplitTally, names: Names) -> AnswerGroup:
    return AnswerGroup(
        group=split.group,
        title=names.groups(split.by)[split.group],
        eligible=split.eligible,
        known=split.known,
        declined=split.declined,
        unsure=split.unsure,
        not_known=split.not_known,
        missing=split.missing,
        asked=split.asked,
        declined_asked=split.declined_asked,
        known_rate=rate_on_persons(split.known, split.eligible),
        unsure_rate=rate_on_persons(split.unsure, split.eligible),
        not_known_rate=rate_on_persons(split.not_known, split.eligible),
        missing_rate=rate_on_persons(split.missing, split.eligible),
        asked_rate=rate_on_persons(split.asked, split.eligible),
        declined_rate=rate_on_persons(split.declined_asked, split.asked),
    )


def fact_measures(splits: Sequence[SplitTally], names: Names) -> Iterator[FactMeasure]:
    """What is recorded of persons, of everybody and by group."""
    for fact in FACTS:
        of_fact = [split for split in splits if split.subject == fact.name]
        everybody = next((split for split in of_fact if split.by == "all"), None)
        if everybody is not None:
            yield _fact_measure(fact, everybody, of_fact, names)


def _fact_measure(fact: Fact, everybody: SplitTally, splits: Sequence[SplitTally], names: Names) -> FactMeasure:
    return FactMeasure(
        fact=fact.name,
        title=fact_title(fact, names.context.dataset),
        data_items=fact.items,
        min_age=fact.ages.lowest,
        splits=tuple(_fact_splits(splits, names)),
        **_fact(everybody),
    )


def fact_title(fact: Fact, dataset: Dataset) -> str:
    """The name of a fact: its own, or that of its one item."""
    return fact.title or dataset.tables["person"].item(fact.items[0]).title


def _fact_splits(splits: Sequence[SplitTally], names: Names) -> Iterator[FactSplit]:
    for by, found in _by_kind(splits, names):
        groups = (FactGroup(group=split.group, title=names.groups(by)[split.group], **_fact(split)) for split in found)
        yield FactSplit(by=by, title=names.title(by), groups=tuple(groups))


def _fact(split: SplitTally) -> dict[str, Any]:
    asked = split.asked if tells_who_was_asked(split.subject) else None
    return {
        "eligible": split.eligible,
        "known": split.known,
        "declined": split.declined,
        "unsure": split.unsure,
        "not_known": split.not_known,
        "missing": split.missing,
        "invalid": split.invalid,
        "asked": asked,
        "known_rate": rate_on_persons(split.known, split.eligible),
        "unsure_rate": rate_on_persons(split.unsure, split.eligible),
        "not_known_rate": rate_on_persons(split.not_known, split.eligible),
        "missing_rate": rate_on_persons(split.missing, split.eligible),
        "asked_rate": rate_on_persons(asked, split.eligible),
        "declined_rate": rate_on_persons(split.declined, split.known + split.declined + split.unsure),
    }


# Who can be linked


def linkage_splits(groups: Iterable[LinkedTally], names: Names) -> Iterator[LinkageSplit]:
    """NHS numbers by Core20 and by the answers to each characteristic."""
    found = {(linked.by, linked.group): linked for linked in groups}
    for by in names.kinds:
        of_kind = [found[by, group] for group in names.groups(by) if (by, group) in found]
        if of_kind and (by == "core20" or by not in BY):
            made = tuple(_linkage_group(linked, names) for linked in of_kind)
            yield LinkageSplit(by=by, title=names.title(by), local=names.is_local(by), groups=made)


def _linkage_group(linked: LinkedTally, names: Names) -> LinkageGroup:
    without = linked.persons - linked.with_number
    return LinkageGroup(
        group=linked.group,
        title=names.groups(linked.by)[linked.group],
        persons=linked.persons,
        with_number=linked.with_number,
        status_01=linked.status_01,
        without_number=without,
        rate=rate_on_persons(linked.status_01, linked.persons),
        without_rate=rate_on_persons(without, linked.persons),
    )


# Who gets to care


def access_measures(tallies: Iterable[AccessTally], names: Names) -> Iterator[AccessMeasure]:
    """The measures of the tables that were sent, over everybody and by group."""
    by_measure: dict[str, dict[tuple[str, str], AccessTally]] = defaultdict(dict)
    for tally in tallies:
        by_measure[tally.measure][tally.by, tally.group] = tally
    for kind in MEASURES:
        if kind.name in by_measure:
            yield _access_measure(kind, by_measure[kind.name], names)


def _access_measure(
    kind: AccessMeasureKind, found: Mapping[tuple[str, str], AccessTally], names: Names
) -> AccessMeasure:
    splits = (_access_split(kind, by, found, names) for by in names.kinds)
    everybody = _access(found["all", "all"])
    if kind.of is None:
        everybody |= {"rate": None, "low": None, "high": None}
    return AccessMeasure(
        measure=kind.name,
        title=kind.title,
        of=kind.of_title,
        splits=tuple(split for split in splits if split is not None),
        **everybody,
    )


def _access_split(
    kind: AccessMeasureKind, by: str, found: Mapping[tuple[str, str], AccessTally], names: Names
) -> AccessSplit | None:
    of_kind = [found[by, group] for group in names.groups(by) if (by, group) in found]
    if not of_kind:
        return None
    rows = {tally.group: tally.numerator if kind.of is None else tally.denominator for tally in of_kind}
    unknown = sum(count for group, count in rows.items() if group in names.not_known(by))
    groups = (
        AccessGroup(group=tally.group, title=names.groups(by)[tally.group], **_access(tally)) for tally in of_kind
    )
    return AccessSplit(
        by=by,
        title=names.title(by),
        local=names.is_local(by),
        rows=sum(rows.values()),
        group_not_known=unknown,
        group_not_known_rate=rate_of(unknown, sum(rows.values())) if _enough(of_kind) else None,
        groups=tuple(groups),
    )


def _enough(tallies: Iterable[AccessTally]) -> bool:
    """Whether the rows of some groups rest on persons enough; somebody can be in one group of a kind alone."""
    return sum(tally.persons for tally in tallies) >= FEWEST_PERSONS


def _access(tally: AccessTally) -> dict[str, Any]:
    told = tally.persons >= FEWEST_PERSONS and tally.denominator > 0
    low, high = wilson(tally.numerator, tally.denominator) if told else (None, None)
    return {
        "numerator": tally.numerator,
        "denominator": tally.denominator,
        "persons": tally.persons,
        "persons_counted": tally.persons_counted,
        "rate": rate_of(tally.numerator, tally.denominator) if told else None,
        "low": low,
        "high": high,
    }
