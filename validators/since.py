"""What changed since an earlier report of the same provider: findings by fingerprint, items, counts of answers.

A count of answers is more or fewer, never better or worse. In a shareable copy a change is one of rounded figures, and
one that rests on a hidden figure is hidden itself.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from schema.rule import Severity
from validators.finding import Counted, Hidden, Part, Rate, Shown

FindingTurn = Literal["new", "worse", "same", "better", "mended", "more", "fewer", "not_judged"]
ItemTurn = Literal["worse", "same", "better", "more", "fewer"]
AnswerTurn = Literal["more", "same", "fewer"]
Answer = Literal["yes", "no", "unsure", "declined"]


class FindingChange(Part):
    """What became of one finding since the earlier report."""

    named_by: ClassVar = ("fingerprint",)

    fingerprint: str = Field(description="The finding.")
    rule_id: str = Field(description="Its rule.")
    title: str = Field(description="The defect in a few words.")
    severity: Severity = Field(description="How much it matters.")
    change: FindingTurn | Hidden = Field(
        description="mended: the earlier report had it and this one does not. more, fewer: of what is worth knowing, "
        "and neither good nor bad, even where none is left. not_judged: one of the two did not check its rule, or "
        "gives no count, so that nobody knows. *: not told, since a count that it rests on is not given in a copy; a "
        "finding that is new looks there like one that is not."
    )
    counted: Counted = Field(default="rows", description="What the counts count.")
    before_rows: Shown | None = Field(default=None, description="Rows that had it; null where no count was given.")
    now_rows: Shown | None = Field(default=None, description="Rows that have it; null where no count is given.")
    before_rate: Rate | None = Field(default=None, description="Their share of the rows assessed, before.")
    now_rate: Rate | None = Field(default=None, description="Their share of the rows assessed, now.")


class ItemChange(Part):
    """How the share of rows that say something of one data item changed."""

    table: str = Field(description="Table of the item.")
    data_item: str = Field(description="Name of the item.")
    title: str = Field(description="Its label.")
    before_rate: Rate | None = Field(description="Share of rows that was known before: known_rate.")
    now_rate: Rate | None = Field(description="Share of rows that is known now: known_rate.")
    change: ItemTurn | Hidden = Field(
        description="better: a larger share is known; what cannot be used is not known. same: less than a percentage "
        "point apart, or in copies no more than 7 rows. more, fewer: of an optional item, or where the share that was "
        "answered, refusals among them, did not change the same way."
    )


class AnswerChange(Part):
    """How often one answer for a characteristic was given. More or fewer is neither better nor worse."""

    named_by: ClassVar = ("characteristic", "answer")

    characteristic: str = Field(description="Code of the characteristic.")
    title: str = Field(description="Its label.")
    answer: Answer = Field(description="The answer.")
    before: Shown | None = Field(description="Persons who gave it before.")
    now: Shown | None = Field(description="Persons who give it now.")
    change: AnswerTurn | Hidden = Field(description="Whether more or fewer persons gave it.")


class Since(Part):
    """The changes since one earlier report."""

    report_id: str = Field(description="Identifier of the earlier report.")
    created_at: datetime = Field(description="When it was made.")
    release: str = Field(description="Release that it was checked against.")
    period_start: date | None = Field(description="First day of its reporting period.")
    period_end: date | None = Field(description="Last day of its reporting period.")
    same_period: bool = Field(description="Whether it is about the same reporting period as this one.")
    findings: tuple[FindingChange, ...] = Field(
        default=(),
        description="Every finding of either report; in a shareable copy none that only the earlier one has, and of "
        "which that gives no count.",
    )
    data_items: tuple[ItemChange, ...] = Field(default=(), description="Every data item that both reports counted.")
    answers: tuple[AnswerChange, ...] = Field(default=(), description="Every answer that both reports counted.")
    hidden: tuple[str, ...] = Field(
        default=(),
        description="Paths of the figures that every shareable copy of this report hides, the earlier one considered; "
        "none in a shareable copy.",
    )
    kept: dict[str, int] = Field(
        default={},
        description="Paths of the figures that every shareable copy of this report shows as the copy of the earlier "
        "one shows them, not being far enough from it, each with what is shown; none in a shareable copy.",
    )
