"""What the outcomes of rules have to do with rows that go, values that cannot be used, and blanks.

Rules are published: whoever reads a copy knows what each of them takes away, and which rows it judges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from schema.check import Coded, Copied, Format, Link, Missing, Rate, Repeated, Retired
from validators.copies.cells import Path, Total, limited
from validators.copies.release_rules import rules_of
from validators.copies.untold import line_of, tells_few
from validators.groups import FACTS
from validators.misplaced import THRESHOLDS, is_misplaced
from validators.rounding import is_small

if TYPE_CHECKING:
    from schema.check import Check
    from schema.rule import Rule
    from validators.report import Report, RuleOutcome

Figures = Mapping[Path, int]
_REFUSING = ("record", "group", "file")
#: stages whose rules read one row alone, all rows of the table each
_ALONE = ("value", "record")
#: what an item that is not blank can hold
_HELD = ("invalid", "valid", "not_known", "declined", "asked_unsure")
_ETHNICITY = next(fact.items for fact in FACTS if fact.name == "ethnicity")


def rule_totals(report: Report, given: Figures) -> Iterator[Total]:
    """Sums and limits that follow from what the rules of the release are."""
    known = rules_of(report)
    for table in report.tables:
        of_table = _Table(table.table, [rule for rule in known.values() if rule.table == table.table], given)
        yield from of_table.totals()
    for measure in report.data_items:
        rules = [rule for rule in known.values() if rule.table == measure.table]
        yield from _Item(measure.table, measure.data_item, rules, given).totals()
    for outcome in report.rules:
        yield from _rate(outcome, known.get(outcome.rule_id), given)
    yield from _misplaced(report)


def _failed(rule: Rule) -> Path:
    return "rules", rule.id, "failed_rows"


def _assessed(rule: Rule) -> Path:
    return "rules", rule.id, "assessed_rows"


@dataclass(frozen=True)
class _Table:
    """The rows of a table that go: rows that go alone, then those of one key, then those without their person."""

    table: str
    rules: Sequence[Rule]
    given: Figures

    def totals(self) -> Iterator[Total]:
        yield from self._rejected()
        yield from self._left_standing()

    @cached_property
    def _alone(self) -> list[Path]:
        rules = (rule for rule in self.rules if rule.action in _REFUSING and rule.stage in _ALONE)
        return [path for path in map(_failed, rules) if path in self.given]

    @cached_property
    def _links(self) -> list[Rule]:
        return [rule for rule in self.rules if isinstance(rule.check, Link) and rule.action in _REFUSING]

    @cached_property
    def _linked(self) -> list[Path]:
        return [path for path in map(_failed, self._links) if path in self.given]

    def _key(self, kind: type[Check]) -> Rule | None:
        found = (rule for rule in self.rules if isinstance(rule.check, kind))
        return next((rule for rule in found if _failed(rule) in self.given), None)

    @property
    def _goes_with_others(self) -> bool:
        """Whether a row can go because the row that it belongs to goes: how many do is said nowhere."""
        targets = {rule.check.table for rule in self._links if isinstance(rule.check, Link)}
        return any(self.given.get(("tables", target, "rejected_rows")) for target in targets)

    def _rejected(self) -> Iterator[Total]:
        """A row that goes alone, or for its key, or for want of its person, is no row of the other two kinds."""
        rejected = ("tables", self.table, "rejected_rows")
        repeated = self._key(Repeated)
        below = [*([_failed(repeated)] if repeated else []), *self._linked]
        yield from (limited((rejected,), (*alone, *below)) for alone in [[path] for path in self._alone] or [[]])
        if not self._goes_with_others and (self._alone or below):
            yield limited((*self._alone, *below), (rejected,))

    def _left_standing(self) -> Iterator[Total]:
        """Rules on keys judge the rows that are left by then."""
        rows, rejected = ("tables", self.table, "rows"), ("tables", self.table, "rejected_rows")
        repeated, copied = self._key(Repeated), self._key(Copied)
        first = repeated or copied
        if first is None:
            return
        yield from (limited((rows,), (_assessed(first), path)) for path in self._alone)
        yield limited((*self._alone, _assessed(first)), (rows,))
        if repeated and copied:
            yield Total((_assessed(repeated),), (_failed(repeated), _assessed(copied)))
        if copied and self._goes_with_others:
            yield limited((rejected, _assessed(copied)), (rows, *self._linked))
        elif copied:
            yield Total((rows, *self._linked), (rejected, _assessed(copied)))


@dataclass(frozen=True)
class _Item:
    """What the rules on an item have to do with what it holds. Rules judge all rows; an item counts those that stay."""

    table: str
    item: str
    rules: Sequence[Rule]
    given: Figures

    def totals(self) -> Iterator[Total]:
        yield from self._unusable()
        for rule in self.rules:
            yield from self._held(rule)
        yield from self._blanks()
        yield from self._readable()

    def _at(self, outcome: str) -> Path:
        return "data_items", f"{self.table}/{self.item}", outcome

    def _unusable(self) -> Iterator[Total]:
        """What cannot be used breaks a rule that takes it away, and what breaks one and stays cannot be used."""
        breaking = [_failed(rule) for rule in self.rules if _spoils(rule) == self.item and _failed(rule) in self.given]
        if breaking:
            yield limited(breaking, (self._at("invalid"),))
        for path in breaking:
            yield limited((self._at("invalid"), *self._sent), (path, *self._kept))

    def _held(self, rule: Rule) -> Iterator[Total]:
        """Rules on forms and lists judge what is there; others, rows on which some item is blank."""
        check = rule.check
        if isinstance(check, Format | Coded | Retired) and check.item == self.item:
            yield from self._judged(_assessed(rule), _HELD)
        if isinstance(check, Missing) and check.when and _bare(check.when.text) == f"{self.item} IS NULL":
            yield from self._judged(_assessed(rule), ("missing",))
        if isinstance(check, Missing) and check.item == self.item and check.when is None:
            yield from self._judged(_failed(rule), ("missing",))
        elif isinstance(check, Missing) and check.item == self.item:
            yield limited((self._at("missing"), *self._sent), (_failed(rule), *self._kept))

    def _judged(self, counted: Path, outcomes: Sequence[str]) -> Iterator[Total]:
        """A count over all rows, beside outcomes of the rows that stay."""
        held = tuple(self._at(outcome) for outcome in outcomes)
        if self.given.get(self._sent[0]) == self.given.get(self._kept[0]):
            yield Total((counted,), held)
            return
        yield limited((counted,), held)
        yield limited((*held, *self._sent), (counted, *self._kept))

    def _blanks(self) -> Iterator[Total]:
        """Two rules on an item can part its blanks: those with a reason, and those without."""
        broke = [_failed(rule) for rule in self.rules if rule.item == self.item and self.given.get(_failed(rule))]
        for pair in combinations(broke, 2):
            if sum(self.given[path] for path in pair) == self.given.get(self._at("missing")):
                yield Total((self._at("missing"),), pair)

    def _readable(self) -> Iterator[Total]:
        """A rule can judge what can be read: that is what is there without what breaks a form, or what is valid."""
        formed = [rule for rule in self.rules if isinstance(rule.check, Format | Coded) and rule.item == self.item]
        for rule in (rule for rule in self.rules if self.item in rule.items and rule not in formed):
            judged = self.given.get(_assessed(rule))
            if judged and judged == self.given.get(self._at("valid")):
                yield Total((_assessed(rule),), (self._at("valid"),))
            for form in formed:
                parts = _failed(form), _assessed(rule)
                if judged and sum(self.given.get(path, 0) for path in parts) == self.given.get(_assessed(form)):
                    yield Total((_assessed(form),), parts)

    @property
    def _sent(self) -> tuple[Path]:
        return (("tables", self.table, "rows"),)

    @property
    def _kept(self) -> tuple[Path]:
        return (self._at("rows"),)


def _spoils(rule: Rule) -> str | None:
    """The item of which a rule says that what was sent cannot be used."""
    if rule.malforms and rule.replaces:
        return rule.replaces[0]
    takes = rule.action == "field" or isinstance(rule.check, Coded)
    return rule.item if rule.malforms or (rule.stage in _ALONE and takes) else None


def _bare(condition: str) -> str:
    return condition.removeprefix("(").removesuffix(")")


def _rate(outcome: RuleOutcome, rule: Rule | None, given: Figures) -> Iterator[Total]:
    """A rate counts persons as their measures do, and is above its line or is not."""
    yield from _line(outcome, given)
    if rule is None or not isinstance(rule.check, Rate) or rule.check.population is not None:
        return
    text = rule.check.numerator.text
    named = next((item for item in outcome.data_items if text == f"declined({item.partition('.')[2]})"), None)
    if named is not None:
        yield Total((_failed(rule),), (("data_items", named.replace(".", "/"), "declined"),))
    if text == " AND ".join(f"NOT answered({item})" for item in _ETHNICITY):
        unknown = ("not_known", "missing", "invalid")
        yield Total((_failed(rule),), tuple(("equality", "ethnicity", name) for name in unknown))


def _line(outcome: RuleOutcome, given: Figures) -> Iterator[Total]:
    """What an outcome says of the figures; nothing where the copy does not tell it."""
    line = line_of(outcome)
    failed, assessed = ("rules", outcome.rule_id, "failed_rows"), ("rules", outcome.rule_id, "assessed_rows")
    if line is None or (is_small(given.get(failed, 0)) and tells_few(outcome)):
        return
    above, at_line = (failed,) * line[1], (assessed,) * line[0]
    yield limited(above, at_line, least=1) if outcome.outcome == "failed" else limited(at_line, above)


def _misplaced(report: Report) -> Iterator[Total]:
    """Some kinds of identifier are told only where few values have its form."""
    for finding in report.findings:
        times = THRESHOLDS.get(finding.cause.kind) if is_misplaced(finding.rule_id) else None
        if times is not None:
            at = ("findings", finding.fingerprint)
            yield limited(((*at, "assessed_rows"),), ((*at, "failed_rows"),) * times, least=1)
