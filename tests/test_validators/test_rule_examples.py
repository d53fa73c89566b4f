"""Every example of every rule, on every engine: the rows that the rule finds are those that the example marks."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from schema.check import Condition, DeclaredNotRecorded, Rate, TableMissing
from schema.dataset import load_dataset
from schema.example import Case, Row, rule_table, written_cases
from schema.expression import parse
from schema.publish.examples import cases_of
from tests.test_validators.small_submissions import context_of, opened, run_case, write_tables
from validators.engines import ENGINES
from validators.header import header_scope
from validators.reading import Scope, evaluate
from validators.reference import rows as reference_rows
from validators.reference.row_checks import read_values
from validators.reference.rows import ROW_STAGES, TableRules, own_item

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schema.rule import Rule
    from tests.test_validators.small_submissions import Outcome
    from validators.context import Context
    from validators.source import Source

DATASET = load_dataset()
EXAMPLES = [(rule, case) for rule in DATASET.rules for case in cases_of(rule, DATASET)]
IDS = [f"{rule.id}-{number}" for rule in DATASET.rules for number, _ in enumerate(cases_of(rule, DATASET), start=1)]
#: rules that find nothing in one row: their examples say whether there is a finding
WHOLE = (Rate, DeclaredNotRecorded, TableMissing)


@dataclass
class Batch:
    """Examples of rules that read one row alone, put together: what one row holds changes nothing for another."""

    case: Case
    rows: list[Row] = field(default_factory=list)
    first: dict[int, int] = field(default_factory=dict)

    def add(self, case: Case) -> None:
        """Put the rows of an example behind those that are there."""
        self.first[id(case)] = len(self.rows)
        self.rows.extend(case.tables[case.table])

    @functools.cached_property
    def whole(self) -> Case:
        """All of it as one submission."""
        header, table = self.case.tables["header"], self.case.table
        return replace(self.case, tables={"header": header, table: self.rows})


def in_batch(rule: Rule) -> bool:
    """Whether a rule reads one row alone."""
    return rule.stage in ROW_STAGES and rule.table != "header"


@functools.cache
def batches() -> dict[int, Batch]:
    """The batch of each example of a rule that reads one row alone, by identity of the example."""
    made: dict[str, Batch] = {}
    found: dict[int, Batch] = {}
    for rule, case in EXAMPLES:
        if in_batch(rule):
            same = json.dumps([case.table, case.tables["header"], dict(case.context), case.reference])
            found[id(case)] = made.setdefault(same, Batch(case))
            found[id(case)].add(case)
    return found


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What an engine makes of a submission, each run once."""
    outcomes: dict[tuple[str, int], Outcome] = {}

    def outcome(engine: str, case: Case) -> Outcome:
        if (engine, id(case)) not in outcomes:
            outcomes[engine, id(case)] = run_case(engine, case, tmp_path_factory.mktemp("example"))
        return outcomes[engine, id(case)]

    return outcome


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("rule", "case"), EXAMPLES, ids=IDS)
def test_an_engine_finds_the_rows_that_an_example_marks(engine: str, rule: Rule, case: Case, ran: Any) -> None:
    if in_batch(rule):
        batch = batches()[id(case)]
        found = found_in_batch(ran(engine, batch.whole), rule, case, batch)
    else:
        found = found_by(rule, ran(engine, only_needed(rule, case)))
    assert found == expected(rule, case), f"{engine}, {rule.id}, {case.description}"


def found_in_batch(outcome: Outcome, rule: Rule, case: Case, batch: Batch) -> list[int]:
    """The rows of one example that a rule found."""
    rows = listed(rule, outcome)
    first = batch.first[id(case)]
    return [row - first for row in rows if 0 < row - first <= len(case.tables[case.table])]


def found_by(rule: Rule, outcome: Outcome) -> Any:
    """The rows that a rule found, or whether it found anything where it does not say in which rows."""
    tally = outcome.rule(rule.id)
    if isinstance(rule.check, Rate):
        share = tally.failed / tally.assessed if tally.failed and tally.assessed else 0
        return rule.check.above is not None and share > rule.check.above
    if isinstance(rule.check, WHOLE) or refuses(rule):
        return bool(tally.causes)
    if rule.table == "header":
        return [row for cause in tally.causes for row in cause.sample_rows]
    return listed(rule, outcome)


def listed(rule: Rule, outcome: Outcome) -> list[int]:
    """The rows that an engine lists for a rule: as many as it counts."""
    rows = outcome.failing(rule.table, rule.id)
    assert len(rows) == (outcome.rule(rule.id).failed or 0)
    return rows


def expected(rule: Rule, case: Case) -> Any:
    """What the example says of it."""
    return case.finding if isinstance(rule.check, WHOLE) or refuses(rule) else list(case.expected)


def refuses(rule: Rule) -> bool:
    """Whether the rule refuses rows unread, so that nobody lists them."""
    return rule.stage == "structure"


def only_needed(rule: Rule, case: Case) -> Case:
    """The example without the tables that the rule does not read: an engine takes its time for each."""
    needed = {"header", rule_table(rule), *rule.tables_read()}
    tables = {name: rows for name, rows in case.tables.items() if name in needed}
    return _KEPT.setdefault(id(case), replace(case, tables=tables))


_KEPT: dict[int, Case] = {}

PREDICATES = [
    (rule, case)
    for rule in DATASET.rules
    if rule.predicate and isinstance(rule.check, Condition)
    for case in written_cases(rule, DATASET)
]


@pytest.mark.parametrize(("rule", "case"), PREDICATES, ids=[f"{r.id}: {c.description}" for r, c in PREDICATES])
def test_what_must_hold_is_the_negation_of_the_predicate(rule: Rule, case: Case, tmp_path: Any) -> None:
    """A predicate selects bad rows; `when` and `require` say what must hold. Null is a finding in neither."""
    check = rule.check
    assert isinstance(check, Condition)
    write_tables(tmp_path, case.tables)
    with opened(tmp_path) as sources:
        context = context_of(sources, case.context, case.reference)
        for row, scope in scopes(rule, sources, context):
            asked = check.when is None or evaluate(check.when.tree, scope) is True
            broken = asked and evaluate(check.require.tree, scope) is False
            predicate = evaluate(parse(rule.predicate).tree, scope)
            assert (predicate is True) == broken, f"{rule.id}, {case.description}, row {row}"


def scopes(rule: Rule, sources: Mapping[str, Source], context: Context) -> Iterator[tuple[int, Scope]]:
    """What the conditions of a rule read on each row of an example, with the persons that its links lead to."""
    if rule.table == "header":
        yield 1, header_scope(context)
        return
    rules = TableRules(DATASET.tables[rule.table], context)
    persons = {row.person: row for row in rows_of("person", sources, context)}
    for row in rows_of(rule.table, sources, context):
        person = persons.get(row.person)
        scope = rules.scope(row, {("person", n): value for n, value in person.typed.items()} if person else {})
        yield row.number, scope.reading(own) if (own := own_item(rule)) else scope


def rows_of(table: str, sources: Mapping[str, Source], context: Context) -> list[reference_rows.Row]:
    """The rows of a table with their typed values, those of restricted characteristics among them."""
    rules = TableRules(DATASET.tables[table], context)
    rows = [reference_rows.Row(number, record) for number, _, record in sources[table].records()]
    for row in rows:
        read_values(row, rules)
    return rows


@pytest.mark.parametrize("rule", [rule for rule in DATASET.rules if not rule.derived], ids=lambda rule: rule.id)
def test_a_written_rule_has_examples_with_and_without_a_finding(rule: Rule) -> None:
    marked = {case.finding for case in written_cases(rule, DATASET)}
    never_fails = isinstance(rule.check, Rate) and rule.check.above is None
    assert marked == {True, False} or never_fails, (
        f"{rule.id}: add a row that fails, or one that passes, to its examples"
    )
