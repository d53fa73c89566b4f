"""The figures of a report: how completely items are filled, what was answered, who can be linked.

A figure that was not worked out is None, never 0. Counts of answers are more or fewer, never better or worse.
"""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from schema.data_item import Mandation
from validators.core20 import CURRENT
from validators.figures import Ratio, Sum
from validators.finding import Count, Part, Rate, Shown, exact
from validators.measured_groups import AccessMeasure, AnswerSplit, FactMeasure, LinkageSplit

ItemGroup = Literal["plus", "equality", "other"]


#: how far a figure that was rounded to the nearest five can be from what it was
ROUNDING = 2


def _adds_up(whole: Shown | None, parts: tuple[Shown | None, ...], what: str) -> None:
    """Refuse parts that miss their whole. Figures of a shareable copy may miss it by their rounding."""
    given = [part for part in map(exact, (whole, *parts)) if part is not None]
    if len(given) <= len(parts):
        return
    rounded = all(figure % 5 == 0 for figure in given)
    if abs(sum(given[1:]) - given[0]) > (ROUNDING * sum(figure > 0 for figure in given) if rounded else 0):
        raise ValueError(f"{what}: the outcomes add up to {sum(given[1:])}, not to {given[0]}")


class TableCount(Part):
    """The rows of one table."""

    named_by: ClassVar = ("table",)
    sums: ClassVar = (Sum(("rows",), ("rejected_rows",), rest=True),)

    table: str = Field(description="Name of the table.")
    rows: Shown | None = Field(description="Data rows received; null where the table was not sent.")
    rejected_rows: Shown | None = Field(description="Rows that a consumer leaves out; null where that is not known.")


class DataItemMeasure(Part):
    """How completely one data item is filled. Six outcomes, never folded: they add up to `rows`."""

    named_by: ClassVar = ("table", "data_item")
    sums: ClassVar = (Sum(("rows",), ("missing", "invalid", "valid", "not_known", "declined", "asked_unsure")),)
    ratios: ClassVar = {
        "complete_rate": Ratio(("rows", "-missing"), ("rows",)),
        "known_rate": Ratio(("valid",), ("rows",)),
        "declined_rate": Ratio(("declined",), ("valid", "declined", "asked_unsure")),
        "item_score": Ratio(("valid", "declined", "asked_unsure"), ("rows",)),  # no code for not known is let pass
    }
    #: that all are there, missing or wrong is said of the file, and by the outcomes of rules too
    categories: ClassVar = frozenset({"not_known", "declined", "asked_unsure"})

    table: str = Field(description="Table of the item.")
    data_item: str = Field(description="Name of the item.")
    title: str = Field(description="Its label.")
    mandation: Mandation = Field(description="M mandatory, R required, O optional, P pilot.")
    group: ItemGroup = Field(description="plus: of a PLUS group. equality: an equality item of person.")
    rows: Shown | None = Field(description="Rows that were counted: accepted persons for an equality item.")
    missing: Shown | None = Field(default=None, description="Nothing was sent.")
    invalid: Shown | None = Field(default=None, description="What was sent cannot be used: its form or code is wrong.")
    valid: Shown | None = Field(default=None, description="A value that says something.")
    not_known: Shown | None = Field(default=None, description="A code that says: not known.")
    declined: Shown | None = Field(default=None, description="A code that says: asked, and declined.")
    asked_unsure: Shown | None = Field(default=None, description="A code that says: asked, and not certain.")
    complete_rate: Rate | None = Field(default=None, description="(rows - missing) / rows.")
    known_rate: Rate | None = Field(default=None, description="valid / rows.")
    declined_rate: Rate | None = Field(default=None, description="declined / (valid + declined + asked_unsure).")
    item_score: Rate | None = Field(
        default=None,
        description="By the DQMI formula, for this file only: not comparable with the published DQMI.",
    )
    default_threshold: Rate | None = Field(
        default=None,
        description="Share of codes for not known that the item score lets pass. Declined is never taken away.",
    )

    @model_validator(mode="after")
    def _outcomes_add_up(self) -> Self:
        outcomes = (self.missing, self.invalid, self.valid, self.not_known, self.declined, self.asked_unsure)
        _adds_up(self.rows, outcomes, f"{self.table}.{self.data_item}")
        return self


class PlusMeasure(Part):
    """Answers for one PLUS characteristic, one a person, over the persons of an eligible age."""

    named_by: ClassVar = ("characteristic",)
    sums: ClassVar = (
        Sum(("eligible",), ("yes", "no", "unsure", "declined", "not_known", "not_recorded")),
        Sum(("eligible",), ("asked",), rest=True),
        Sum(("asked",), ("declined_asked",), rest=True),
        Sum(("yes", "no"), ("declined_after_known",), rest=True),
    )
    ratios: ClassVar = {
        "known_rate": Ratio(("yes", "no"), ("eligible",)),
        "asked_rate": Ratio(("asked",), ("eligible",)),
        "declined_rate": Ratio(("declined_asked",), ("asked",)),
        "unsure_rate": Ratio(("unsure",), ("eligible",)),
        "not_known_rate": Ratio(("not_known",), ("eligible",)),
        "not_recorded_rate": Ratio(("not_recorded",), ("eligible",)),
    }
    categories: ClassVar = frozenset(
        {"yes", "no", "unsure", "declined", "not_known", "not_recorded", "asked", "declined_asked"}
    )

    characteristic: str = Field(description="Code of the characteristic.")
    title: str = Field(description="Its label.")
    local: bool = Field(default=False, description="A local code of the provider: never in a national total.")
    declared: bool | None = Field(default=None, description="Whether the header declares it as collected.")
    min_age: Count | None = Field(default=None, description="Lowest eligible age in completed years.")
    max_age: Count | None = Field(default=None, description="Highest eligible age in completed years.")
    eligible: Shown | None = Field(description="Accepted persons of an eligible age at period end.")
    yes: Shown | None = Field(default=None, description="It applies.")
    no: Shown | None = Field(default=None, description="Asked or assessed: it does not apply.")
    unsure: Shown | None = Field(default=None, description="Asked or assessed: not certain.")
    declined: Shown | None = Field(default=None, description="Asked, and declined. An answer, never scored.")
    not_known: Shown | None = Field(default=None, description="Recorded as not known.")
    not_recorded: Shown | None = Field(default=None, description="No row for the person.")
    asked: Shown | None = Field(default=None, description="Answered by the person, or for them by a carer or parent.")
    declined_asked: Shown | None = Field(default=None, description="Of those asked, with an answer declined.")
    declined_after_known: Shown | None = Field(default=None, description="Declined later; the known answer stands.")
    known_rate: Rate | None = Field(default=None, description="(yes + no) / eligible.")
    asked_rate: Rate | None = Field(default=None, description="asked / eligible; null where it is not asked (SMI).")
    declined_rate: Rate | None = Field(default=None, description="declined_asked / asked.")
    unsure_rate: Rate | None = Field(default=None, description="unsure / eligible.")
    not_known_rate: Rate | None = Field(default=None, description="not_known / eligible.")
    not_recorded_rate: Rate | None = Field(default=None, description="not_recorded / eligible.")
    splits: tuple[AnswerSplit, ...] = Field(default=(), description="By group; `missing` there is not recorded.")

    @model_validator(mode="after")
    def _answers_add_up(self) -> Self:
        answers = (self.yes, self.no, self.unsure, self.declined, self.not_known, self.not_recorded)
        _adds_up(self.eligible, answers, self.characteristic)
        return self


class EthnicitySource(Part):
    """How many ethnicities were said by whom."""

    named_by: ClassVar = ("source",)

    source: str | None = Field(description="Code of the source; null where there is none that can be used.")
    title: str = Field(description="Its meaning.")
    persons: Shown | None = Field(description="Persons with a known or declined ethnicity of that source.")


class Ethnicity(Part):
    """Ethnicity over accepted persons; either item counts as recorded."""

    sums: ClassVar = (
        Sum(("persons",), ("known", "declined", "not_known", "missing", "invalid")),
        Sum(("known", "declined"), ("asked",), rest=True),
        Sum(("known",), ("any_other",), rest=True),
        Sum(("known", "declined"), ("local_second_character",), rest=True),
        Sum(("known", "declined"), ("sources.*.persons",), rest=True),
        Sum(("known",), ("conflicting",), rest=True),
    )
    ratios: ClassVar = {
        "known_rate": Ratio(("known",), ("persons",)),
        "declined_rate": Ratio(("declined",), ("known", "declined")),
        "asked_rate": Ratio(("asked",), ("persons",)),
        "not_known_rate": Ratio(("not_known",), ("persons",)),
        "missing_rate": Ratio(("missing",), ("persons",)),
        "not_stated_rate": Ratio(("declined",), ("persons",)),
        "any_other_rate": Ratio(("any_other",), ("known",)),
    }
    categories: ClassVar = frozenset({"declined", "not_known", "any_other"})

    persons: Shown | None = Field(description="Accepted persons.")
    known: Shown | None = Field(default=None, description="A stated ethnicity.")
    declined: Shown | None = Field(default=None, description="Asked, and declined.")
    not_known: Shown | None = Field(default=None, description="Recorded as not known.")
    missing: Shown | None = Field(default=None, description="Nothing was sent.")
    invalid: Shown | None = Field(default=None, description="A code that is not in the list.")
    asked: Shown | None = Field(default=None, description="Known or declined, and said by the person or a carer.")
    any_other: Shown | None = Field(default=None, description="Known, as one of the “any other” codes.")
    local_second_character: Shown | None = Field(default=None, description="With a local second character.")
    known_rate: Rate | None = Field(default=None, description="known / persons.")
    declined_rate: Rate | None = Field(default=None, description="declined / (known + declined).")
    asked_rate: Rate | None = Field(default=None, description="asked / persons.")
    not_known_rate: Rate | None = Field(default=None, description="not_known / persons.")
    missing_rate: Rate | None = Field(default=None, description="missing / persons.")
    not_stated_rate: Rate | None = Field(default=None, description="declined / persons: not stated, of everybody.")
    any_other_rate: Rate | None = Field(default=None, description="any_other / known.")
    conflicting: Shown | None = Field(
        default=None, description="Persons whose NHS number stands on another person's row with another known category."
    )
    conflicting_numbers: Shown | None = Field(default=None, description="NHS numbers of which that is so.")
    sources: tuple[EthnicitySource, ...] = Field(default=(), description="Who said so, of known and declined ones.")
    advice: str | None = Field(default=None, description="Good practice for what was found here.")


class Equality(Part):
    """Measures of the equality items; null where not worked out."""

    ethnicity: Ethnicity | None = Field(default=None, description="Ethnicity, by either item.")
    facts: tuple[FactMeasure, ...] = Field(default=(), description="What is recorded of persons, and of each group.")


class Access(Part):
    """Measures of access to care; null where not worked out."""

    sums: ClassVar = (Sum(("persons",), ("without_practice",), rest=True),)
    ratios: ClassVar = {"without_practice_rate": Ratio(("without_practice",), ("persons",))}
    categories: ClassVar = frozenset({"without_practice"})

    persons: Shown | None = Field(default=None, description="Accepted persons, babies under six weeks left out.")
    without_practice: Shown | None = Field(default=None, description="Persons who say that they have no GP practice.")
    without_practice_rate: Rate | None = Field(default=None, description="without_practice / persons.")
    measures: tuple[AccessMeasure, ...] = Field(default=(), description="Measures of the tables that were sent.")


class Linkage(Part):
    """How well persons can be linked by NHS number; null where not worked out."""

    sums: ClassVar = (
        Sum(("persons",), ("with_number", "without_number")),
        Sum(("with_number",), ("status_01",), rest=True),
        Sum(("persons",), ("birth_dates",), rest=True),
        Sum(("birth_dates",), ("born_1_january",), rest=True),
    )
    ratios: ClassVar = {
        "rate": Ratio(("status_01",), ("persons",)),
        "born_1_january_rate": Ratio(("born_1_january",), ("birth_dates",)),
    }

    persons: Shown | None = Field(default=None, description="Accepted persons.")
    with_number: Shown | None = Field(default=None, description="With an NHS number that can be used.")
    status_01: Shown | None = Field(default=None, description="With a number that is present and verified (01).")
    without_number: Shown | None = Field(default=None, description="Without a number that can be used.")
    rate: Rate | None = Field(default=None, description="status_01 / persons.")
    birth_dates: Shown | None = Field(default=None, description="Persons with a date of birth.")
    born_1_january: Shown | None = Field(
        default=None,
        description="Of these, born on 1 January: the date is given to people whose own is not known. Worth knowing.",
    )
    born_1_january_rate: Rate | None = Field(default=None, description="born_1_january / birth_dates.")
    splits: tuple[LinkageSplit, ...] = Field(default=(), description="By Core20 and by each characteristic.")


class NotPlaced(Part):
    """Persons who are not placed for one reason."""

    named_by: ClassVar = ("reason",)

    reason: str = Field(description="The reason, from a closed list.")
    meaning: str = Field(description="The reason in words.")
    persons: Shown = Field(description="Persons who are not placed for it.")


class SubmittedDecile(Part):
    """Deciles that were sent, beside those that follow from postcode or small area."""

    sums: ClassVar = (Sum(("compared",), ("agree", "differ")), Sum(("differ",), ("reversed",), rest=True))

    compared: Shown = Field(description="Accepted persons with both.")
    agree: Shown = Field(description="The two are the same.")
    differ: Shown = Field(description="They are not.")
    reversed: Shown = Field(description="Of those that differ: the one sent is the other counted from the wrong end.")
    order_reversed: bool = Field(description="Whether most of them are: decile 1 is the most deprived.")


class Core20Figure(Part):
    """Where accepted persons live, by one index of deprivation. It describes areas, not persons."""

    named_by: ClassVar = ("index",)
    sums: ClassVar = (
        Sum(("persons",), ("yes", "no", "institution", "not_placed")),
        Sum(("not_placed",), ("reasons.*.persons",)),
        Sum(("persons",), ("submitted.compared",), rest=True),
    )
    ratios: ClassVar = {
        "rate": Ratio(("yes",), ("yes", "no")),
        "not_placed_rate": Ratio(("not_placed",), ("persons",)),
    }
    categories: ClassVar = frozenset({"yes", "no", "institution"})

    index: str = Field(description="Year of the English index of deprivation.")
    areas: str = Field(description="Census year of the small areas that it is on.")
    persons: Shown = Field(description="Accepted persons.")
    yes: Shown = Field(description="In the most deprived fifth of England: decile 1 or 2.")
    no: Shown = Field(description="Elsewhere in England.")
    institution: Shown = Field(description="At the address of an institution: counted apart, and in no rate.")
    not_placed: Shown = Field(description="Nobody can say; a result, not a gap.")
    reasons: tuple[NotPlaced, ...] = Field(description="Why they are not placed.")
    rate: Rate | None = Field(default=None, description="yes / (yes + no).")
    not_placed_rate: Rate | None = Field(default=None, description="not_placed / persons.")
    submitted: SubmittedDecile | None = Field(default=None, description="Deciles sent, against those derived.")

    @model_validator(mode="after")
    def _outcomes_add_up(self) -> Self:
        _adds_up(self.persons, (self.yes, self.no, self.institution, self.not_placed), f"Core20, {self.index}")
        _adds_up(self.not_placed, tuple(reason.persons for reason in self.reasons), f"not placed, {self.index}")
        return self


class Core20(Part):
    """Core20, derived from postcode or small area. Without the index, and without deciles sent, there is no figure."""

    index: str = Field(default=CURRENT, description="The index that Core20 is read from in this release.")
    figures: tuple[Core20Figure, ...] = Field(default=(), description="By each index, the one that counts first.")
