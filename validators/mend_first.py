"""What to mend first: severity, times the share affected, times what is lost downstream."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import Field

from schema.rule import SEVERITIES
from validators.downstream import SHARE, WORDS, Rest, rests_on
from validators.figures import LEAST_SHOWN
from validators.finding import HIDDEN, Finding, GroupKind, Part, exact, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from validators.finding import Shown
    from validators.measured import DataItemMeasure, TableCount

MOST = 3

SEVERITY_WEIGHT = {"error": 4.0, "warning": 1.0, "info": 0.0}
#: what a consumer loses: all rows, a row and those below it, a row, an item, nothing
ACTION_WEIGHT = {"file": 1000.0, "group": 8.0, "record": 6.0, "field": 3.0, "none": 1.0}
#: causes by which an item is not there, so that it is lost although nobody leaves it out
NOT_THERE = frozenset({"missing", "blank"})
#: share that stands for a fault of the file that leaves nothing out: what it hides is counted under other rules too
OF_THE_FILE = 0.1
#: causes by which a whole column is lost: every row is then blank in an item
WHOLE_COLUMN = frozenset({"near_miss_column", "missing_mandatory", "missing_required"})
#: share that stands for a hidden one: the place in the list must not tell whether it is small or the whole
OF_HIDDEN = 0.1
#: the least share of what hides a group: that of the group, of which it takes more than half
OF_A_GROUP = 0.5
#: hidden groups that are named in the reason; the finding names all
NAMED = 3
#: findings of one rule that share its words and differ in their cause, the weightiest first
Ways = tuple[Finding, ...]
_GROUPS: dict[GroupKind, str] = {"ethnic": "an ethnic group", "plus": "a PLUS group"}


class MendFirst(Part):
    """One of the few rules to mend before the others, in whatever ways it was broken."""

    fingerprint: str = Field(description="The weightiest finding of the rule.")
    rule_id: str = Field(description="The rule.")
    title: str = Field(description="The defect in a few words.")
    reason: str = Field(description="Why it comes first.")


def mend_first(
    findings: Sequence[Finding],
    data_items: Sequence[DataItemMeasure] = (),
    tables: Sequence[TableCount] = (),
    titles: Mapping[tuple[str, str], str] | None = None,
) -> tuple[MendFirst, ...]:
    """At most three rules, the weightiest first. `data_items` and `tables` are those of the report.

    A rule that was broken in several ways is weighed and told once, with the sum of its findings.

    `titles`: labels of items that the report does not measure, as a slice measures none.

    What hides more than half of a group comes before all that does not, however few people they are.
    """
    scale = Scale(data_items, tables, titles or {})
    ranked = scale.in_order(finding for finding in findings if scale.weight(finding) > 0)
    return tuple(
        MendFirst(
            fingerprint=ways[0].fingerprint, rule_id=ways[0].rule_id, title=ways[0].title, reason=scale.reason(ways)
        )
        for ways in ranked[:MOST]
    )


@dataclass(frozen=True)
class Scale:
    """What findings are weighed against: the rows of each table, and what rests on each item.

    Only what the report itself shows is weighed, so that no place in the list tells what a copy hides.
    """

    data_items: Sequence[DataItemMeasure] = ()
    tables: Sequence[TableCount] = ()
    titles: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def in_order(self, findings: Iterable[Finding]) -> list[Ways]:
        """The rules that were broken, each with its findings: the one through which most is lost first.

        Every form lists findings in this order.
        """
        by_rule: defaultdict[tuple[str, str, str | None], list[Finding]] = defaultdict(list)
        for finding in findings:
            by_rule[finding.rule_id, finding.message, finding.fix].append(finding)
        return sorted((tuple(sorted(found, key=self._way)) for found in by_rule.values()), key=self._place)

    def _way(self, finding: Finding) -> tuple[float, int, str]:
        return -self.weight(finding), -(exact(finding.failed_rows) or 0), finding.fingerprint

    def _place(self, ways: Ways) -> tuple[bool, bool, float, int, float, str, str]:
        """What is not to be mended stands last, the severest and then the commonest of it first."""
        first, weight = ways[0], self._weight(ways)
        comes_first = any(finding.hides for finding in ways if _is_open(finding)) or first.action == "file"
        shares = sum(map(self._share, ways))
        severity = SEVERITIES.index(first.severity)
        return not weight, not comes_first, -weight, severity, -shares, first.rule_id, first.fingerprint

    def weight(self, finding: Finding) -> float:
        """How much is lost through a finding; 0 where there is nothing that anybody could mend, or it is accepted.

        A finding without a count weighs as if every row had it: its place in the list gives no share away.
        """
        return self._weight((finding,))

    def _weight(self, ways: Ways) -> float:
        """A row breaks a rule in one way alone, so that ways add up, to no more than if every row had the worst."""
        mendable = [finding for finding in ways if _is_open(finding)]
        if not mendable:
            return 0.0
        lost = [self._lost(finding) for finding in mendable]
        added = sum(each * self._share(finding) for each, finding in zip(lost, mendable, strict=True))
        least = OF_A_GROUP if any(finding.hides for finding in mendable) else 0.0
        return SEVERITY_WEIGHT[mendable[0].severity] * min(max(added, least * max(lost)), max(lost))

    def _lost(self, finding: Finding) -> float:
        rests = self._rests(finding)
        if finding.cause.kind in WHOLE_COLUMN:
            return ACTION_WEIGHT["field"] * max((SHARE[rest] for rest in rests), default=1.0)
        if finding.action not in ("field", "none") or not rests:
            return ACTION_WEIGHT[finding.action]
        gone = finding.action == "field" or finding.cause.kind in NOT_THERE
        return ACTION_WEIGHT["field" if gone else "none"] * SHARE[rests[0]]

    def _share(self, finding: Finding) -> float:
        if finding.action == "file" or finding.cause.kind in WHOLE_COLUMN:
            return 1.0
        if HIDDEN in (finding.failed_rows, self._whole(finding)):
            return OF_HIDDEN
        if of_the_file(finding) and finding.action == "none":
            return OF_THE_FILE
        failed, whole = exact(finding.failed_rows), exact(self._whole(finding))
        if failed is None or not whole:
            return 1.0
        return min(failed / whole, 1.0)

    def _whole(self, finding: Finding) -> Shown | None:
        """What the share is one of: all rows of the table, or the persons whom the rule counts."""
        if finding.counted != "rows":
            return finding.assessed_rows
        rows = self._rows.get(finding.table)
        return finding.assessed_rows if rows is None else rows

    def reason(self, ways: Ways) -> str:
        """Why a rule stands where it does: how many rows broke it in any way, and what is lost."""
        if ways[0].action == "file":
            return "The whole file is refused until this is mended."
        if total(finding.failed_rows for finding in ways) is None and not of_the_file(ways[0]):
            return RESTRICTED
        hides = next((finding for finding in ways if finding.hides), ways[0])
        return f"{self._affected(ways)}: {self._what_is_lost(ways)}.{hiding(hides)}"

    def _affected(self, ways: Ways) -> str:
        first = ways[0]
        in_ways = f", in {len(ways)} ways" if len(ways) > 1 else ""
        if of_the_file(first):
            return f"In the file itself{in_ways}"
        # figures of a copy are added up as it shows them: the sum of a hidden one is hidden
        failed, whole = exact(total(finding.failed_rows for finding in ways)), exact(self._whole(first))
        if failed is None:
            return f"Some {first.counted} (the number is not given, so that it points to nobody){in_ways}"
        of = f" of {whole:,}" if whole is not None else ""
        told = whole is not None and whole >= LEAST_SHOWN and failed / whole >= 0.001
        share = f" ({min(failed / whole, 1):.1%})" if whole and told else ""
        return f"{failed:,}{of} {first.counted}{share}{in_ways}"

    def _what_is_lost(self, ways: Ways) -> str:
        finding = ways[0]
        if finding.action == "group":
            return "they are left out, with the rows that name them"
        if finding.action == "record":
            return "they are left out"
        rests = self._rests(finding)
        if not rests:
            return "nothing is left out, but something is missing or doubtful"
        known = self._items.get(_of(finding, 0))
        title = known.title if known else self.titles.get(_of(finding, 0), finding.data_items[0])
        if finding.action == "field":
            return f"{title} is treated as missing{WORDS[rests[0]]}"
        not_there = {way.cause.kind in NOT_THERE for way in ways}
        state = "missing or doubtful" if len(not_there) > 1 else "missing" if not_there == {True} else "doubtful"
        return f"nothing is left out, but {title} is {state}{WORDS[rests[0]]}"

    def _rests(self, finding: Finding) -> list[Rest]:
        """What rests on each item of a finding; the first is the one that it is about."""
        places = [_of(finding, number) for number in range(len(finding.data_items))]
        known = (self._items.get(place) for place in places)
        return [rests_on(*place, item.mandation if item else None) for place, item in zip(places, known, strict=True)]

    @cached_property
    def _items(self) -> dict[tuple[str, str], DataItemMeasure]:
        return {(item.table, item.data_item): item for item in self.data_items}

    @cached_property
    def _rows(self) -> dict[str, Shown]:
        return {count.table: count.rows for count in self.tables if count.rows is not None}


#: why rows come early of which nothing is told
RESTRICTED = (
    "Among the first because these rows may not be sent without an approval that stands in the release: they are left "
    "out unread. How many they are is not told, so it is ranked as if they were all."
)


def hiding(finding: Finding) -> str:
    """That a group is hidden: which and how much in the owner's copy, without a name or number in any other."""
    kinds = [name for kind, name in _GROUPS.items() if kind in finding.hides]
    if not kinds:
        return ""
    told = [f"{hides.lost_rows:,} of {hides.rows:,} rows of {hides.title}" for hides in finding.hidden_rows]
    more = [f"and {len(told) - NAMED} more"] if len(told) > NAMED else []
    which = f" ({'; '.join([*told[:NAMED], *more])})" if told else ""
    return f" It comes first because it hides more than half of {' and of '.join(kinds)}{which}, however few they are."


def _of(finding: Finding, number: int) -> tuple[str, str]:
    """Table and name of an item of a finding: of another table it bears that one's name."""
    other, dot, item = finding.data_items[number].partition(".")
    return (other, item) if dot else (finding.table, finding.data_items[number])


def _is_open(finding: Finding) -> bool:
    """Whether somebody has to mend it still."""
    return finding.mend != "nobody" and finding.accepted is None


def of_the_file(finding: Finding) -> bool:
    """Whether it is about the file or its columns, and not about what stands in rows."""
    return ".file." in finding.rule_id or ".column." in finding.rule_id
