"""Figures of the report by group of persons: how they are recorded, and whether they get to care.

A group that holds nobody is left out. Groups are shown in the order of the data set, never ordered by a rate.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from validators.figures import Ratio, Sum
from validators.finding import Count, Part, Rate, Shown


class Group(Part):
    """One group of persons."""

    named_by: ClassVar = ("group",)

    group: str = Field(description="The group.")
    title: str = Field(description="Its name.")


class Recorded(Part):
    """What is recorded of some persons. The counts after `eligible` add up to it."""

    sums: ClassVar = (
        Sum(("eligible",), ("known", "declined", "unsure", "not_known", "missing")),
        Sum(("eligible",), ("asked",), rest=True),
    )
    ratios: ClassVar = {
        "known_rate": Ratio(("known",), ("eligible",)),
        "unsure_rate": Ratio(("unsure",), ("eligible",)),
        "not_known_rate": Ratio(("not_known",), ("eligible",)),
        "missing_rate": Ratio(("missing",), ("eligible",)),
        "asked_rate": Ratio(("asked",), ("eligible",)),
    }
    categories: ClassVar = frozenset({"declined", "unsure", "not_known", "asked"})

    eligible: Shown | None = Field(description="Accepted persons of an eligible age at period end.")
    known: Shown | None = Field(default=None, description="An answer that says something.")
    declined: Shown | None = Field(default=None, description="Asked, and declined. An answer, never scored.")
    unsure: Shown | None = Field(default=None, description="Asked or assessed, and not certain.")
    not_known: Shown | None = Field(default=None, description="Recorded as not known.")
    missing: Shown | None = Field(default=None, description="Nothing is recorded.")
    asked: Shown | None = Field(
        default=None,
        description="Answered by the person, or for them by a carer or parent; null where that is not recorded.",
    )
    known_rate: Rate | None = Field(default=None, description="known / eligible.")
    unsure_rate: Rate | None = Field(default=None, description="unsure / eligible.")
    not_known_rate: Rate | None = Field(default=None, description="not_known / eligible.")
    missing_rate: Rate | None = Field(default=None, description="missing / eligible.")
    asked_rate: Rate | None = Field(default=None, description="asked / eligible.")


class AnswerGroup(Recorded, Group):
    """Answers to one characteristic in one group of persons."""

    sums: ClassVar = (*Recorded.sums, Sum(("asked",), ("declined_asked",), rest=True))
    ratios: ClassVar = {**Recorded.ratios, "declined_rate": Ratio(("declined_asked",), ("asked",))}
    categories: ClassVar = Recorded.categories | {"missing", "declined_asked"}

    declined_asked: Shown | None = Field(default=None, description="Of those asked, with an answer declined.")
    declined_rate: Rate | None = Field(default=None, description="declined_asked / asked.")


class AnswerSplit(Part):
    """Answers to one characteristic, by one kind of group."""

    named_by: ClassVar = ("by",)

    by: str = Field(description="The kind of group: core20, age_band, stated_gender, ethnic_group.")
    title: str = Field(description="Its name.")
    groups: tuple[AnswerGroup, ...] = Field(description="The groups that hold an eligible person.")


class Fact(Recorded):
    """What is recorded under one heading."""

    sums: ClassVar = (
        Sum(("eligible",), ("known", "declined", "unsure", "not_known", "missing", "invalid")),
        Sum(("eligible",), ("asked",), rest=True),
    )
    ratios: ClassVar = {**Recorded.ratios, "declined_rate": Ratio(("declined",), ("known", "declined", "unsure"))}

    invalid: Shown | None = Field(default=None, description="What was sent cannot be used: its form or code is wrong.")
    declined_rate: Rate | None = Field(default=None, description="declined / (known + declined + unsure).")


class FactGroup(Fact, Group):
    """The same in one group of persons."""


class FactSplit(Part):
    """The same by one kind of group."""

    named_by: ClassVar = ("by",)

    by: str = Field(description="The kind of group: core20, age_band, stated_gender, ethnic_group.")
    title: str = Field(description="Its name.")
    groups: tuple[FactGroup, ...] = Field(description="The groups that hold an eligible person.")


class Heading(Part):
    """A heading of the person table: known in one of its items is known."""

    named_by: ClassVar = ("fact",)

    fact: str = Field(description="The heading.")
    title: str = Field(description="Its name.")
    data_items: tuple[str, ...] = Field(description="The items of the person table that say it.")
    min_age: Count | None = Field(default=None, description="Lowest eligible age in completed years.")


class FactMeasure(Fact, Heading):
    """What is recorded under one heading, of everybody and by group: under-recording is not random."""

    splits: tuple[FactSplit, ...] = Field(default=(), description="By group.")


class LinkageGroup(Group):
    """NHS numbers in one group of persons."""

    sums: ClassVar = (
        Sum(("persons",), ("with_number", "without_number")),
        Sum(("with_number",), ("status_01",), rest=True),
    )
    ratios: ClassVar = {
        "rate": Ratio(("status_01",), ("persons",)),
        "without_rate": Ratio(("without_number",), ("persons",)),
    }

    persons: Shown | None = Field(description="Accepted persons in the group.")
    with_number: Shown | None = Field(default=None, description="With an NHS number that can be used.")
    status_01: Shown | None = Field(default=None, description="With a number that is present and verified (01).")
    without_number: Shown | None = Field(default=None, description="Without a number that can be used.")
    rate: Rate | None = Field(default=None, description="status_01 / persons.")
    without_rate: Rate | None = Field(default=None, description="without_number / persons.")


class LinkageSplit(Part):
    """NHS numbers by one kind of group, or by the answers to one characteristic."""

    named_by: ClassVar = ("by",)

    by: str = Field(description="core20, or the code of a characteristic.")
    title: str = Field(description="Its name.")
    local: bool = Field(default=False, description="A local code of the provider: never in a national total.")
    groups: tuple[LinkageGroup, ...] = Field(description="The groups that hold anybody.")


class AccessFigures(Part):
    """A share of rows, with the persons that it rests on.

    The interval is Wilson's score interval of 95 %. It takes the rows for independent of one another: several of one
    person are not, and the true interval is wider. No rate is given on fewer than 20 persons.
    """

    sums: ClassVar = (
        Sum(("denominator",), ("numerator",), rest=True),
        Sum(("persons",), ("persons_counted",), rest=True),
        Sum(("denominator",), ("persons",), rest=True),
        Sum(("numerator",), ("persons_counted",), rest=True),
    )
    ratios: ClassVar = {"rate": Ratio(("numerator",), ("denominator",), persons="persons", interval=("low", "high"))}
    categories: ClassVar = frozenset({"numerator", "persons_counted"})
    rests_on: ClassVar = {"numerator": "persons_counted", "denominator": "persons"}

    numerator: Shown | None = Field(description="Rows counted.")
    denominator: Shown | None = Field(description="Rows of which they are some.")
    persons: Shown | None = Field(description="Persons on whom the share rests.")
    persons_counted: Shown | None = Field(description="Persons whose rows are counted in the numerator.")
    rate: Rate | None = Field(default=None, description="numerator / denominator.")
    low: Rate | None = Field(default=None, description="Lower end of the interval.")
    high: Rate | None = Field(default=None, description="Upper end of the interval.")


class AccessGroup(AccessFigures, Group):
    """One measure in one group of persons."""


class AccessSplit(Part):
    """One measure by one kind of group, or by the answers to one declared characteristic."""

    named_by: ClassVar = ("by",)
    sums: ClassVar = (Sum(("rows",), ("group_not_known",), rest=True),)
    ratios: ClassVar = {"group_not_known_rate": Ratio(("group_not_known",), ("rows",))}

    by: str = Field(description="core20, age_band, stated_gender, ethnic_group, or the code of a characteristic.")
    title: str = Field(description="Its name.")
    local: bool = Field(default=False, description="A local code of the provider: never in a national total.")
    rows: Shown | None = Field(description="Rows of which the figures of all groups are some.")
    group_not_known: Shown | None = Field(description="Of these, rows of persons whose group is not known.")
    group_not_known_rate: Rate | None = Field(default=None, description="group_not_known / rows.")
    groups: tuple[AccessGroup, ...] = Field(description="The groups that hold anybody.")


class Measured(Part):
    """What a measure of access counts."""

    named_by: ClassVar = ("measure",)

    measure: str = Field(description="Name of the measure.")
    title: str = Field(description="Its name for people.")
    of: str = Field(description="What the denominator counts.")


class AccessMeasure(AccessFigures, Measured):
    """One measure of access to care, over everybody and by group."""

    splits: tuple[AccessSplit, ...] = Field(default=(), description="By group.")
