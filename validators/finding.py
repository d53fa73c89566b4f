"""A finding: one rule broken in one way, with its exact count and a few sample rows.

A finding holds no patient data. It names rule, rows and cause; the trust's own identifiers and the values stand in a
sample only where the owner of the file asked for them (`reveal`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schema.rule import Action, Mend, Severity
from validators.figures import FEWEST_PERSONS, Ratio, Sum

Reveal = Literal["none", "keys", "values"]
#: groups: the PLUS groups that the header declares
Counted = Literal["rows", "persons", "columns", "groups"]
Filled = Literal["column", "constant", "nothing"]
Step = Literal["stripped", "recoded", "dated", "cut", "padded", "surrogate"]
#: a kind of group of people: by ethnicity, or by a PLUS characteristic
GroupKind = Literal["ethnic", "plus"]

Count = Annotated[int, Field(ge=0)]
Rate = Annotated[float, Field(ge=0, le=1)]

#: stands in a shareable copy for a count that is not given
HIDDEN = "*"
Hidden = Literal["*"]
#: a count of rows or persons: exact in the owner's copy; rounded, or hidden, in a shareable one
Shown = Count | Hidden

FINGERPRINT_LENGTH = 12
DECIMALS = 6


class Part(BaseModel):
    """A frozen, closed piece of the report; in its JSON every key is always present.

    named_by: fields that tell it from its neighbours. sums, ratios: what its figures have to do with one another.
    categories: figures that say something of persons, so that one that holds all of its group may not be told.
    rests_on: figures that count rows, each with the figure that counts the persons of these rows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)

    named_by: ClassVar[tuple[str, ...]] = ()
    sums: ClassVar[tuple[Sum, ...]] = ()
    ratios: ClassVar[Mapping[str, Ratio]] = {}
    categories: ClassVar[frozenset[str]] = frozenset()
    rests_on: ClassVar[Mapping[str, str]] = {}


class ItemValue(Part):
    """The content of one data item of one sample row, as it was received."""

    data_item: str = Field(description="Name of the data item.")
    value: str | None = Field(description="What was received; null where nothing was.")


class SourceColumn(Part):
    """What a mapping fills one data item with."""

    data_item: str | None = Field(description="Name of the data item; null where the column at fault fills none.")
    filled_with: Filled = Field(
        description="column: one of the extract. constant: a text of the mapping, the same on every row. "
        "nothing: the mapping does not fill the item."
    )
    file: str | None = Field(description="File of the extract; null where no column fills the item.")
    column: str | None = Field(description="Name of the column in that file; null where no column fills the item.")
    steps: tuple[Step, ...] = Field(default=(), description="What the mapping does to its values, in this order.")


class SourceRow(Part):
    """The record of an extract of which a mapping made a row."""

    file: str = Field(description="File of the extract.")
    row: Count = Field(description="Data row of that file, counted from 1.")
    columns: tuple[SourceColumn, ...] = Field(
        description="What fills the items of the finding in this row; other rows may be filled from other columns."
    )


class Sample(Part):
    """One row that has the finding."""

    row: Count | None = Field(
        description="Data row of the table's file, counted from 1; rejected rows count. Null, with `line` and "
        "`source`, on a table in which rows of restricted characteristics were refused: row numbers count those too."
    )
    line: Count | None = Field(default=None, description="Line of the text file on which the row starts, if it is one.")
    key: str | None = Field(
        default=None,
        description="Keyed hash of the record: findings on one record share it, and it does not say who it is.",
    )
    source: SourceRow | None = Field(
        default=None,
        description="Record of the extract that a mapping made the row of, where `row` is not that of the one file "
        "that the table comes from: several columns or files became rows of one table. Null otherwise.",
    )
    ids: tuple[ItemValue, ...] | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="The provider's own identifiers of the row. Present only where the owner asked to reveal keys.",
    )
    values: tuple[ItemValue, ...] | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="The values at fault. Present only where the owner asked to reveal values.",
    )


class Shape(Part):
    """A form in which values were received, and how often: digits are 9, letters are A, so no value can be read."""

    named_by: ClassVar = ("shape",)

    shape: str = Field(description="The form, for example 99/99/9999.")
    rows: Shown = Field(description="Rows whose value has this form.")


class Differing(Part):
    """An item in which rows of one key differ."""

    named_by: ClassVar = ("data_item",)

    data_item: str = Field(description="Name of the data item.")
    keys: Count | None = Field(description="Keys whose rows differ in it, exact; null in a shareable copy.")


class Cause(Part):
    """The way in which the rule was broken."""

    kind: str = Field(description="Name of the cause, from the closed list of its check.")
    received: str | None = Field(default=None, description="What was received, in words or as a form; never a value.")
    expected: str | None = Field(default=None, description="What was expected instead.")
    suggestion: str | None = Field(default=None, description="What would mend this cause, where that is known.")
    shapes: tuple[Shape, ...] = Field(default=(), description="The commonest forms received, most frequent first.")
    differing: tuple[Differing, ...] = Field(
        default=(),
        description="Of rows that share a key: the items in which they differ, those of most keys first; by name in a "
        "shareable copy.",
    )


class Accepted(Part):
    """What the owner of the data says of a warning that they accept for now; in a shareable copy the day alone."""

    reason: str | None = Field(description="Why it is accepted.")
    owner: str | None = Field(description="Who answers for it.")
    until: date = Field(description="The last day on which it is accepted.")


class HiddenRows(Part):
    """A group of people of which a rule hides more than half."""

    named_by: ClassVar = ("title",)

    title: str = Field(description="The group by name.")
    lost_rows: Count = Field(description="Rows of the group that go by the rule, in whatever way it was broken.")
    rows: Count = Field(description="All rows that say the group.")


class Finding(Part):
    """One rule broken in one way."""

    named_by: ClassVar = ("fingerprint",)
    sums: ClassVar = (
        Sum(("assessed_rows",), ("failed_rows",), rest=True),
        Sum(("failed_rows",), ("cause.shapes.*.rows",), rest=True),
    )
    ratios: ClassVar = {"rate": Ratio(("failed_rows",), ("assessed_rows",))}

    fingerprint: str = Field(description="Hash of rule, cause and items; the same in every report, made from no data.")
    rule_id: str = Field(description="Identifier of the rule.")
    title: str = Field(description="The defect in a few words.")
    severity: Severity = Field(
        description="error: does not conform; warning: conforms, questionable; info: worth knowing."
    )
    action: Action = Field(description="What a consumer of the data leaves out because of it.")
    table: str = Field(description="Table that the rule speaks of; `dataset` where it speaks of all of them.")
    data_items: tuple[str, ...] = Field(
        description="Items that the rule reads; the first is the one that `field` takes away."
    )
    source_columns: tuple[SourceColumn, ...] = Field(
        default=(), description="What a mapping fills these items with, each in turn; empty without a mapping."
    )
    message: str = Field(description="What happened, in one sentence.")
    why: str | None = Field(default=None, description="Why it matters.")
    fix: str | None = Field(default=None, description="How to mend it.")
    mend: Mend | None = Field(default=None, description="Who can usually mend it.")
    rule_link: str | None = Field(default=None, description="Where the rule is explained: a path of the service.")
    cause: Cause = Field(description="The way in which the rule was broken.")
    counted: Counted = Field(default="rows", description="What the counts of this finding count.")
    assessed_rows: Shown | None = Field(description="Rows on which the rule gave a verdict.")
    failed_rows: Shown | None = Field(
        description="Rows that have this finding, exact; null where no count may be given in any copy."
    )
    rate: Rate | None = Field(description="failed_rows / assessed_rows.")
    threshold: Rate | None = Field(default=None, description="Rate above which a rate rule fails.")
    hides: tuple[GroupKind, ...] = Field(
        default=(), description="Kinds of group of which it hides more than half of one: it is to be mended first."
    )
    hidden_groups: tuple[str, ...] = Field(default=(), description="These groups by name; none in a shareable copy.")
    hidden_rows: tuple[HiddenRows, ...] = Field(
        default=(), description="How much of each of these groups is hidden; none in a shareable copy."
    )
    samples: tuple[Sample, ...] = Field(default=(), description="A few of the rows, spread over the file.")
    more: Shown | None = Field(description="Rows that are not among the samples; null with the count.")
    accepted: Accepted | None = Field(default=None, description="Whether the owner of the data accepts it for now.")

    @model_validator(mode="after")
    def _a_hidden_count_stays_hidden(self) -> Self:
        told = (self.assessed_rows, self.rate, self.more, *self.samples, *self.cause.shapes)
        if self.failed_rows is None and any(part is not None for part in told):
            raise ValueError(f"{self.rule_id}: a finding without a count holds no other figure and no sample")
        return self


def fingerprint(rule_id: str, cause_kind: str, data_items: tuple[str, ...]) -> str:
    """Name a finding by rule, cause and items, the same in every submission."""
    named = "\x1f".join((rule_id, cause_kind, *data_items))
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:FINGERPRINT_LENGTH]


def exact(count: Shown | None) -> int | None:
    """The figure; None where there is none or where it is hidden."""
    return None if count == HIDDEN else count


def total(counts: Iterable[Shown | None]) -> Shown | None:
    """The sum; None where one of the counts is not given, hidden where one of them is."""
    given = list(counts)
    if None in given:
        return None
    figures = [figure for figure in map(exact, given) if figure is not None]
    return sum(figures) if len(figures) == len(given) else HIDDEN


def rate_of(part: int | None, whole: int | None) -> float | None:
    """The share, rounded so that every engine writes the same digits; None where there is nothing to share."""
    return round(part / whole, DECIMALS) if part is not None and whole else None


def rate_on_persons(part: int | None, whole: int | None) -> float | None:
    """A share of persons, or of rows that persons have; None on fewer than 20, in every copy."""
    return rate_of(part, whole) if whole is not None and whole >= FEWEST_PERSONS else None


def sample_of(
    row: int | None,
    line: int | None = None,
    key: str | None = None,
    *,
    ids: dict[str, str | None] | None = None,
    values: dict[str, str | None] | None = None,
    reveal: Reveal = "none",
    source: SourceRow | None = None,
) -> Sample:
    """A sample that holds no more than `reveal` allows."""
    return Sample(
        row=row,
        line=line,
        key=key,
        source=source,
        ids=_item_values(ids) if reveal != "none" else None,
        values=_item_values(values) if reveal == "values" else None,
    )


def _item_values(content: dict[str, str | None] | None) -> tuple[ItemValue, ...] | None:
    if content is None:
        return None
    return tuple(ItemValue(data_item=name, value=value) for name, value in content.items())


class RuleText(Protocol):
    """What a finding says of its rule; `schema.rule.Rule` is one."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def action(self) -> Action: ...
    @property
    def table(self) -> str: ...
    @property
    def items(self) -> tuple[str, ...]: ...
    @property
    def message(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def fix(self) -> str: ...
    @property
    def mend(self) -> Mend: ...


def items_of(rule: RuleText) -> tuple[str, ...]:
    """The items that a rule reads; none where it reads whole rows."""
    return tuple(item for item in rule.items if item != "*")


def finding_of(
    rule: RuleText,
    cause: Cause,
    *,
    assessed: int | None,
    failed: int | None,
    samples: tuple[Sample, ...] = (),
    message: str | None = None,
    data_items: tuple[str, ...] | None = None,
    rule_link: str | None = None,
    counted: Counted = "rows",
    threshold: float | None = None,
    source_columns: tuple[SourceColumn, ...] = (),
    hides: tuple[GroupKind, ...] = (),
    hidden_rows: tuple[HiddenRows, ...] = (),
) -> Finding:
    """The finding of one cause of one rule, with what follows from the rest: fingerprint, rate, rows not shown.

    Where `failed` is None (a restricted characteristic) every other figure and every sample is dropped too.
    `message` and `data_items` stand in where the rule's own have to name what was found, for example a column.
    """
    if failed is None:
        assessed, samples, cause = None, (), cause.model_copy(update={"shapes": (), "differing": ()})
    items = data_items if data_items is not None else items_of(rule)
    return Finding(
        fingerprint=fingerprint(rule.id, cause.kind, items),
        rule_id=rule.id,
        title=rule.title,
        severity=rule.severity,
        action=rule.action,
        table=rule.table,
        data_items=items,
        source_columns=source_columns,
        message=message or rule.message,
        why=rule.why or None,
        fix=rule.fix or None,
        mend=rule.mend,
        rule_link=rule_link,
        cause=cause,
        counted=counted,
        assessed_rows=assessed,
        failed_rows=failed,
        rate=(rate_on_persons if counted == "persons" else rate_of)(failed, assessed),
        threshold=threshold,
        hides=hides,
        hidden_groups=tuple(hidden.title for hidden in hidden_rows),
        hidden_rows=hidden_rows,
        samples=samples,
        more=None if failed is None else max(failed - len(samples), 0),
    )
