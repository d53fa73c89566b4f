"""The figures of a report: how completely items are filled, what was answered, who can be linked.

A figure that was not worked out is None, never 0. Counts of answers are more or fewer, never better or worse.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from schema.data_item import Mandation
from validators.core20 import CURRENT
from validators.finding import Count, Part, Rate

ItemGroup = Literal["plus", "equality", "other"]


def _adds_up(whole: int | None, parts: tuple[int | None, ...], what: str) -> None:
    given = [part for part in parts if part is not None]
    if whole is not None and len(given) == len(parts) and sum(given) != whole:
        raise ValueError(f"{what}: the outcomes add up to {sum(given)}, not to {whole}")


class DataItemMeasure(Part):
    """How completely one data item is filled. Six outcomes, never folded: they add up to `rows`."""

    table: str = Field(description="Table of the item.")
    data_item: str = Field(description="Name of the item.")
    title: str = Field(description="Its label.")
    mandation: Mandation = Field(description="M mandatory, R required, O optional, P pilot.")
    group: ItemGroup = Field(description="plus: of a PLUS group. equality: an equality item of person.")
    rows: Count | None = Field(description="Rows that were counted: accepted persons for an equality item.")
    missing: Count | None = Field(default=None, description="Nothing was sent.")
    invalid: Count | None = Field(default=None, description="What was sent cannot be used: its form or code is wrong.")
    valid: Count | None = Field(default=None, description="A value that says something.")
    not_known: Count | None = Field(default=None, description="A code that says: not known.")
    declined: Count | None = Field(default=None, description="A code that says: asked, and declined.")
    asked_unsure: Count | None = Field(default=None, description="A code that says: asked, and not certain.")
    complete_rate: Rate | None = Field(default=None, description="(rows - missing) / rows.")
    known_rate: Rate | None = Field(default=None, description="valid / rows.")
    declined_rate: Rate | None = Field(default=None, description="declined / (valid + declined + asked_unsure).")
    item_score: Rate | None = Field(
        default=None,
        description="By the DQMI formula, for this file only: not comparable with the published DQMI.",
    )

    @model_validator(mode="after")
    def _outcomes_add_up(self) -> Self:
        outcomes = (self.missing, self.invalid, self.valid, self.not_known, self.declined, self.asked_unsure)
        _adds_up(self.rows, outcomes, f"{self.table}.{self.data_item}")
        return self


class PlusMeasure(Part):
    """Answers for one PLUS characteristic, one a person, over the persons of an eligible age."""

    characteristic: str = Field(description="Code of the characteristic.")
    title: str = Field(description="Its label.")
    local: bool = Field(default=False, description="A local code of the provider: never in a national total.")
    declared: bool | None = Field(default=None, description="Whether the header declares it as collected.")
    min_age: Count | None = Field(default=None, description="Lowest eligible age in completed years.")
    max_age: Count | None = Field(default=None, description="Highest eligible age in completed years.")
    eligible: Count | None = Field(description="Accepted persons of an eligible age at period end.")
    yes: Count | None = Field(default=None, description="It applies.")
    no: Count | None = Field(default=None, description="Asked or assessed: it does not apply.")
    unsure: Count | None = Field(default=None, description="Asked or assessed: not certain.")
    declined: Count | None = Field(default=None, description="Asked, and declined. An answer, never scored.")
    not_known: Count | None = Field(default=None, description="Recorded as not known.")
    not_recorded: Count | None = Field(default=None, description="No row for the person.")
    asked: Count | None = Field(default=None, description="Answered by the person, or for them by a carer or parent.")
    declined_after_known: Count | None = Field(default=None, description="Declined later; the known answer stands.")
    known_rate: Rate | None = Field(default=None, description="(yes + no) / eligible.")
    asked_rate: Rate | None = Field(default=None, description="asked / eligible; null where it is not asked (SMI).")
    declined_rate: Rate | None = Field(default=None, description="Asked persons with an answer declined / asked.")

    @model_validator(mode="after")
    def _answers_add_up(self) -> Self:
        answers = (self.yes, self.no, self.unsure, self.declined, self.not_known, self.not_recorded)
        _adds_up(self.eligible, answers, self.characteristic)
        return self


class Ethnicity(Part):
    """Ethnicity over accepted persons; either item counts as recorded."""

    persons: Count | None = Field(description="Accepted persons.")
    known: Count | None = Field(default=None, description="A stated ethnicity.")
    declined: Count | None = Field(default=None, description="Asked, and declined.")
    not_known: Count | None = Field(default=None, description="Recorded as not known.")
    missing: Count | None = Field(default=None, description="Nothing was sent.")
    invalid: Count | None = Field(default=None, description="A code that is not in the list.")
    asked: Count | None = Field(default=None, description="Known or declined, and said by the person or a carer.")
    any_other: Count | None = Field(default=None, description="Known, as one of the “any other” codes.")
    local_second_character: Count | None = Field(default=None, description="With a local second character.")
    known_rate: Rate | None = Field(default=None, description="known / persons.")
    declined_rate: Rate | None = Field(default=None, description="declined / (known + declined).")
    asked_rate: Rate | None = Field(default=None, description="asked / persons.")


class Equality(Part):
    """Measures of the equality items; null where not worked out."""

    ethnicity: Ethnicity | None = Field(default=None, description="Ethnicity, by either item.")


class Access(Part):
    """Measures of access to care; null where not worked out."""

    persons: Count | None = Field(default=None, description="Accepted persons, babies under six weeks left out.")
    without_practice: Count | None = Field(default=None, description="Persons who say that they have no GP practice.")
    without_practice_rate: Rate | None = Field(default=None, description="without_practice / persons.")


class Linkage(Part):
    """How well persons can be linked by NHS number; null where not worked out."""

    persons: Count | None = Field(default=None, description="Accepted persons.")
    with_number: Count | None = Field(default=None, description="With an NHS number that can be used.")
    status_01: Count | None = Field(default=None, description="With a number that is present and verified (01).")
    without_number: Count | None = Field(default=None, description="Without a number that can be used.")
    rate: Rate | None = Field(default=None, description="status_01 / persons.")


class NotPlaced(Part):
    """Persons who are not placed for one reason."""

    reason: str = Field(description="The reason, from a closed list.")
    meaning: str = Field(description="The reason in words.")
    persons: Count = Field(description="Persons who are not placed for it.")


class SubmittedDecile(Part):
    """Deciles that were sent, beside those that follow from postcode or small area."""

    compared: Count = Field(description="Accepted persons with both.")
    agree: Count = Field(description="The two are the same.")
    differ: Count = Field(description="They are not.")
    reversed: Count = Field(description="Of those that differ: the one sent is the other counted from the wrong end.")
    order_reversed: bool = Field(description="Whether most of them are: decile 1 is the most deprived.")


class Core20Figure(Part):
    """Where accepted persons live, by one index of deprivation. It describes areas, not persons."""

    index: str = Field(description="Year of the English index of deprivation.")
    areas: str = Field(description="Census year of the small areas that it is on.")
    persons: Count = Field(description="Accepted persons.")
    yes: Count = Field(description="In the most deprived fifth of England: decile 1 or 2.")
    no: Count = Field(description="Elsewhere in England.")
    institution: Count = Field(description="At the address of an institution: counted apart, and in no rate.")
    not_placed: Count = Field(description="Nobody can say; a result, not a gap.")
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
