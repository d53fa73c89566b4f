"""Which rows are broken, and how: worked out before the first row is made, so that the counts are exact."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from validators.errors import InputError
from validators.synthetic.breaking import Case, breaker_of
from validators.synthetic.rows import Wishes
from validators.synthetic.shape import TABLES

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from schema.dataset import Dataset
    from schema.rule import Rule
    from validators.synthetic.breaking import Cells
    from validators.synthetic.shape import Cycle

#: rules that no submission can break, and why
NEVER_BROKEN = {
    "PMD90002": "its rate is shown and never judged",
    "PMD00010": "it follows from the dates of the release: it speaks wherever the period lies in the trial",
}
#: rows that fail together
_IN_PAIRS = ("repeated", "copied", "shared_value", "contradiction")
_ON_ADULTS = frozenset({"PMD00112", "PMD00137", "PMD00313", "PMD00314"})
#: the rate above which PMD90001 fails
_ABOVE = 0.1
NOTES = {
    "PMD00006": "asked only where the purpose is a submission",
    "PMD00012": "asked only where the purpose is a submission",
    "PMD00310": "PMD00309 fails on the same rows: a number that lost its last digits has lost its check digit",
    "PMD001.table.missing": "asked only where the purpose is a submission",
    "PMD003.table.missing": "asked only where the purpose is a submission",
    "PMD00319": "the report gives no count for this rule",
    "PMD90001": "judged from 50 persons on",
    "PMD201.service_request_id.format": "PMD201.referral.link may fail on the same rows: no referral has such a number",
}


@dataclass(slots=True)
class Fault:
    """One rule and the rows of its table that are to break it."""

    rule: Rule
    breaker: Callable[[Cells, Case], None]
    rows: int
    done: int = 0
    partner: Cells | None = None

    @property
    def in_pairs(self) -> bool:
        """Whether every second row goes with the one before it."""
        return self.rule.check.kind in _IN_PAIRS

    @property
    def moves_key(self) -> bool:
        """Whether a broken row can no longer be found under its own key."""
        kind, table = self.rule.check.kind, self.rule.table
        if kind in ("repeated", "copied"):
            return True
        keys = {"person": ("local_patient_id_org", "local_patient_id"), "referral": ("service_request_id",)}
        return kind in ("missing", "format") and self.rule.items[0] in keys.get(table, ())


@dataclass(slots=True)
class Plan:
    """Table → row (from 0) → the faults of that row. `childless`: persons whose other rows are left out."""

    rows: dict[str, dict[int, tuple[Fault, ...]]] = field(default_factory=lambda: {table: {} for table in TABLES})
    faults: list[Fault] = field(default_factory=list[Fault])
    header: list[str] = field(default_factory=list[str])
    #: rule → the table that is not written
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    childless: set[int] = field(default_factory=set[int])
    wishes: Wishes = field(default_factory=Wishes)
    notes: dict[str, str] = field(default_factory=dict[str, str])

    def counts(self) -> dict[str, int]:
        """Rule → rows broken."""
        return {fault.rule.id: fault.rows for fault in self.faults} | dict.fromkeys((*self.header, *self.left_out), 1)


def planned(dataset: Dataset, faults: Mapping[str, float], cycle: Cycle, persons: int, rng: random.Random) -> Plan:
    """The plan for these faults. InputError where a rule is not known or a rate is none."""
    known = {rule.id: rule for rule in dataset.rules}
    plan = Plan()
    for rule_id, rate in faults.items():
        _check(rule_id, rate, known)
    chosen = [known[rule_id] for rule_id, rate in faults.items() if rate > 0]
    for rule in sorted(chosen, key=_place):
        if rule.id in NOTES:
            plan.notes[rule.id] = NOTES[rule.id]
        if rule.reference_data():
            plan.notes[rule.id] = f"assessed only with reference data: {', '.join(sorted(rule.reference_data()))}"
        _add(plan, rule, faults[rule.id], dataset, cycle, persons, rng)
    return plan


def _check(rule_id: str, rate: float, known: Mapping[str, Rule]) -> None:
    if rule_id not in known:
        raise InputError(f"There is no rule {rule_id!r} in this release. `plusmds release show` lists its rules.")
    if not 0 <= rate <= 1:
        raise InputError(f"The rate of {rule_id} is {rate}. Give a share of the rows from 0 to 1, such as 0.05.")
    if rule_id in NEVER_BROKEN:
        raise InputError(f"{rule_id} cannot be broken on purpose: {NEVER_BROKEN[rule_id]}. Leave it out.")


def _place(rule: Rule) -> int:
    table = _table(rule)
    return TABLES.index(table) if table in TABLES else len(TABLES)


def _table(rule: Rule) -> str:
    return rule.table if rule.table != "dataset" else getattr(rule.check, "table", "header")


def _add(plan: Plan, rule: Rule, rate: float, dataset: Dataset, cycle: Cycle, persons: int, rng: random.Random) -> None:
    table = _table(rule)
    if table == "header":
        plan.header.append(rule.id)
        return
    if rule.check.kind == "table_missing":
        plan.left_out[rule.id] = table
        return
    breaker = breaker_of(rule, dataset)
    if breaker is None:
        raise InputError(f"{rule.id} cannot be broken in this release: its list holds no code that was retired.")
    total = cycle.rows(table, persons)
    fault = Fault(rule, breaker, _count(rule, rate, total))
    if fault.rows > total:
        raise InputError(f"{rule.id} takes {fault.rows} rows of {table}, and there are {total}. Ask for more persons.")
    plan.faults.append(fault)
    rows = _sampled(plan, fault, table, cycle, total, rng)
    for place, row in enumerate(rows):
        person = cycle.person_of(table, row)
        plan.rows[table][row] = (*plan.rows[table].get(row, ()), fault)
        _wish(plan, fault, person, table, first=fault.in_pairs and place % 2 == 0)


def _count(rule: Rule, rate: float, total: int) -> int:
    if rule.reference_data():
        return 1
    count = max(1, round(rate * total))
    if rule.check.kind == "rate":
        return min(total, max(count, int(total * _ABOVE) + 1))
    if rule.check.kind in _IN_PAIRS:
        even = count + count % 2
        return even if even <= total or total < 2 else even - 2
    return count


def _sampled(plan: Plan, fault: Fault, table: str, cycle: Cycle, total: int, rng: random.Random) -> list[int]:
    """Rows that nothing else breaks, as far as there are enough of them; in order."""
    taken = plan.rows[table]
    if not taken and not plan.childless:
        return sorted(rng.sample(range(total), fault.rows))
    there = [row for row in range(total) if table == "person" or cycle.person_of(table, row) not in plan.childless]
    free = [row for row in there if row not in taken]
    if len(free) < fault.rows:
        free += rng.sample([row for row in there if row in taken], min(len(there), fault.rows) - len(free))
        fault.rows = len(free)
        return sorted(free)
    return sorted(rng.sample(free, fault.rows))


def _wish(plan: Plan, fault: Fault, person: int, table: str, *, first: bool) -> None:
    rule, wishes = fault.rule, plan.wishes
    if rule.id in _ON_ADULTS:
        wishes.adult.add(person)
    if rule.id == "PMD00124":
        wishes.not_homeless.add(person)
    if table == "person" or rule.id == "PMD00323":
        wishes.named.add(person)
    if rule.id == "PMD00108":
        wishes.no_one_withheld = True
    if rule.id == "PMD90001":
        wishes.ethnicity_known = True
    if table == "person" and fault.moves_key and not first:
        plan.childless.add(person)


__all__ = ["NEVER_BROKEN", "NOTES", "Fault", "Plan", "planned"]
