"""What an engine hands over: exact counts, a few sample rows, and no values. The report is made from it alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

#: sample rows that are kept for each cause
SAMPLES = 5
#: shapes of received values that are named for each cause
SHAPES = 3


def sample_rank(row: int) -> int:
    """The place of a row among the samples: the smallest are taken, which spreads them over the file."""
    return (row * 2654435761) % 2**32


def spread(rows: Iterable[int]) -> tuple[int, ...]:
    """The sample rows out of `rows`, in file order."""
    return tuple(sorted(sorted(set(rows), key=sample_rank)[:SAMPLES]))


class HiddenGroup(NamedTuple):
    """A group of people of which a rule hides more than half: the rows that go, of all that say the group."""

    group: str
    lost: int
    rows: int


@dataclass(frozen=True, slots=True)
class CauseTally:
    """One way in which a rule was broken: rows, commonest shapes of what was received, sample rows (from 1).

    `hides`: groups of people of which the rule hides more than half, this cause among others (validators.hidden).
    `differing`: items in which rows of one key differ, each with how many keys there are of which they do.
    """

    kind: str
    count: int
    shapes: tuple[tuple[str, int], ...] = ()
    sample_rows: tuple[int, ...] = ()
    hides: tuple[HiddenGroup, ...] = ()
    differing: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleTally:
    """The result of one rule. `reason` says why it was not assessed; its counts are then None."""

    rule_id: str
    assessed: int | None = None
    failed: int | None = None
    causes: tuple[CauseTally, ...] = ()
    reason: str | None = None


def with_differing(result: RuleTally, differing: tuple[tuple[str, int], ...]) -> RuleTally:
    """The result with the items in which rows of one key differ: a rule on keys has one cause."""
    return replace(result, causes=tuple(replace(cause, differing=differing) for cause in result.causes))


@dataclass(frozen=True, slots=True)
class TableTally:
    """Rows of a table: received (rows of refused restricted characteristics are in no count), and rejected."""

    table: str
    rows: int
    rejected_rows: int

    @property
    def accepted_rows(self) -> int:
        """Rows that a consumer keeps; copies of a row still count each."""
        return self.rows - self.rejected_rows


@dataclass(frozen=True, slots=True)
class ItemTally:
    """One data item over accepted rows, copies counted once. The six counts below `rows` add up to it."""

    table: str
    item: str
    rows: int
    missing: int
    invalid: int
    valid: int
    not_known: int = 0
    declined: int = 0
    asked_unsure: int = 0


@dataclass(frozen=True, slots=True)
class PlusTally:
    """One characteristic over eligible persons: the six answers add up to `eligible`."""

    characteristic: str
    eligible: int
    yes: int
    no: int
    unsure: int
    declined: int
    not_known: int
    not_recorded: int
    asked: int | None
    declined_asked: int | None
    declined_after_answer: int


@dataclass(frozen=True, slots=True)
class SplitTally:
    """What is recorded of one fact or characteristic (`subject`) in one group of persons.

    The six counts after `eligible` add up to it. `asked` is None where it is not recorded who was asked. `by` is
    "all" where the group is everybody.
    """

    subject: str
    by: str
    group: str
    eligible: int
    known: int
    declined: int
    unsure: int
    not_known: int
    missing: int
    invalid: int
    asked: int | None = None
    declined_asked: int | None = None


@dataclass(frozen=True, slots=True)
class EqualityTally:
    """Ethnicity by either item, over accepted persons; `asked`: known or declined, with source 1 or 2.

    `sources`: persons with a known or declined ethnicity by the code of its source, None where there is none that can
    be used. `conflicting`: persons whose NHS number stands on another person's row with another known category of the
    same list; `conflicting_numbers`: how many such numbers there are.
    """

    persons: int
    known: int
    declined: int
    not_known: int
    missing: int
    invalid: int
    asked: int
    any_other: int
    local_second_character: int
    conflicting: int = 0
    conflicting_numbers: int = 0
    sources: tuple[tuple[str | None, int], ...] = ()


@dataclass(frozen=True, slots=True)
class LinkedTally:
    """NHS numbers in one group: of a kind of group, or of the answers to a characteristic (`by` is then its code)."""

    by: str
    group: str
    persons: int
    with_number: int
    status_01: int


def by_name(groups: Iterable[LinkedTally]) -> tuple[LinkedTally, ...]:
    """Groups in an order that no engine decides."""
    return tuple(sorted(groups, key=lambda linked: (linked.by, linked.group)))


@dataclass(frozen=True, slots=True)
class LinkageTally:
    """NHS numbers over accepted persons, as they stand after every rule took away what it takes away."""

    persons: int
    with_number: int
    status_01: int
    birth_dates: int = 0
    born_1_january: int = 0
    groups: tuple[LinkedTally, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessTally:
    """One measure of access in one group: rows counted, of how many, and the persons that either rests on.

    `by` and `group` as in LinkedTally. Where the measure is a share of all groups' rows, `persons` are those whose
    rows are counted.
    """

    measure: str
    by: str
    group: str
    numerator: int
    denominator: int
    persons: int
    persons_counted: int


@dataclass(frozen=True, slots=True)
class Core20Tally:
    """Core20 by one index over accepted persons: how many of each outcome, in the order of core20.OUTCOMES.

    `compared`: persons with a decile of the index sent, and one derived from postcode or area; of these, those for whom
    the two agree, and those for whom the one sent is the other counted from the wrong end.
    """

    index: str
    persons: int
    outcomes: tuple[int, ...]
    compared: int = 0
    agree: int = 0
    reversed: int = 0


@dataclass(frozen=True, slots=True)
class MisplacedTally:
    """One item of the provider's own texts: the values that it has, and those that look like an identifier."""

    table: str
    item: str
    assessed: int
    causes: tuple[CauseTally, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Everything that an engine found out about a submission."""

    tables: tuple[TableTally, ...]
    rules: tuple[RuleTally, ...]
    items: tuple[ItemTally, ...] = ()
    plus: tuple[PlusTally, ...] = ()
    equality: EqualityTally | None = None
    linkage: LinkageTally | None = None
    accepted_persons: int | None = None
    splits: tuple[SplitTally, ...] = ()
    access: tuple[AccessTally, ...] = ()
    core20: tuple[Core20Tally, ...] = ()
    misplaced: tuple[MisplacedTally, ...] = ()


@dataclass(slots=True)
class Tallied:
    """A cause while it is counted row by row: exact counts, the best samples so far, shapes as they come."""

    count: int = 0
    shapes: dict[str, int] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)

    def add(self, row: int, shape: str | None) -> None:
        """Count one row."""
        self.count += 1
        if shape is not None:
            self.shapes[shape] = self.shapes.get(shape, 0) + 1
        self.rows.append(row)
        if len(self.rows) > 64 * SAMPLES:
            self.rows = list(spread(self.rows))

    def tally(self, kind: str) -> CauseTally:
        """The finished count."""
        return CauseTally(kind, self.count, top_shapes(self.shapes.items()), spread(self.rows))


def most_first(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Names with their counts, the highest first; ties in the order of the names."""
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def top_shapes(shapes: Collection[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """The commonest shapes; ties in the order of their text."""
    return tuple(sorted(shapes, key=lambda pair: (-pair[1], pair[0]))[:SHAPES])
