"""Every engine says what plain Python says: the same counts, samples, shapes and rows, on submissions of any kind."""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from schema.check import CHECKS, Rate
from tests.test_validators.drawn_submissions import (
    DATASET,
    DRAWN,
    HEADERS,
    REFERENCE,
    TEMPLATES,
    Submission,
    context_with,
)
from tests.test_validators.small_submissions import Outcome, judged, opened
from validators.dictionary_encoding import encoded, states
from validators.engines import ENGINES, duckdb, duckdb_across, duckdb_rows
from validators.header import header_checks
from validators.lost_zeros import LOST, LOST_THERE
from validators.reference.run import CHECKS as REFERENCE_CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from schema.check import Check
    from schema.rule import Rule
    from validators.tally import RuleTally

#: in continuous integration every run draws the same. What differs is made small here: Hypothesis would take minutes
SETTINGS = settings(
    deadline=None,
    derandomize=os.environ.get("PLUSMDS_CI", "0") not in ("", "0"),
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    print_blob=True,
)
#: an engine takes a second for one
EXAMPLES = 20
USUAL = {"TELLING": encoded.TELLING, "DISTINCT": encoded.DISTINCT, "BLOCK": encoded.BLOCK, "MOST": states.MOST}
OTHERS = [name for name in ENGINES if name != "reference"]
#: kinds that are judged beside the engines
BESIDE = {"table_missing"}


def outcomes(submission: Submission, engines: Iterable[str]) -> dict[str, Outcome]:
    """What each engine makes of a submission."""
    with tempfile.TemporaryDirectory() as folder:
        submission.write(Path(folder))
        with opened(Path(folder)) as sources:
            return {engine: judged(engine, sources, submission.context) for engine in engines}


#: how many rows in doubt are read again alone: none, some, all
SHARES = st.sampled_from((0.0, 0.3, 1.0))
#: how files are encoded, where they are: as usual, every column as text, some columns as text, in tiny blocks
ENCODINGS = st.sampled_from(
    (
        {},
        {"TELLING": 0, "DISTINCT": -1.0},
        {"MOST": 4},
        {"TELLING": 0, "DISTINCT": -1.0, "MOST": 3},
        {"BLOCK": 4000},
    )
)


@pytest.mark.parametrize("engine", OTHERS)
def test_an_engine_agrees_with_plain_python(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    @settings(SETTINGS, max_examples=EXAMPLES)
    @given(DRAWN, SHARES, st.booleans(), ENCODINGS)
    def agrees(submission: Submission, few: float, large: bool, encoding: dict[str, float]) -> None:
        for name, usual in USUAL.items():
            monkeypatch.setattr(states if name == "MOST" else encoded, name, encoding.get(name, usual))
        monkeypatch.setattr(duckdb_rows, "FEW", few)
        monkeypatch.setattr(duckdb, "KEPT", () if large else duckdb.KEPT)
        monkeypatch.setattr(duckdb_across, "ROWS_AT_ONCE", 7 if large else 1 << 30)
        differences = differing(submission, engine)
        if differences:
            small = smaller(submission, engine)
            lines = "\n".join(differing(small, engine).values())
            pytest.fail(f"{engine} differs from plain Python:\n{lines}\non\n{small!r}", pytrace=False)

    agrees()


def differing(submission: Submission, engine: str) -> dict[str, str]:
    """What an engine says otherwise than plain Python: place → what differs."""
    found = outcomes(submission, (engine, "reference"))
    return dict(compared(found["reference"], found[engine]))


def smaller(submission: Submission, engine: str) -> Submission:
    """The submission with as few rows as still show one of the differences: parts are taken out while that can be."""
    place = next(iter(differing(submission, engine)))
    for size in (64, 16, 4, 1):
        for candidate in _without(submission, size):
            rows = sum(len(found) for found in candidate.tables.values())
            if rows < sum(len(found) for found in submission.tables.values()) and place in differing(candidate, engine):
                return smaller(candidate, engine)
    return submission


def _without(submission: Submission, size: int) -> Iterator[Submission]:
    for name, rows in submission.tables.items():
        for start in range(0, len(rows), size):
            kept = [*rows[:start], *rows[start + size :]]
            yield replace(submission, tables={**submission.tables, name: kept})


def compared(expected: Outcome, found: Outcome) -> Iterator[tuple[str, str]]:
    """What differs: its place, and one line on it."""
    parts = {
        "tables": "table",
        "rules": "rule_id",
        "items": ("table", "item"),
        "plus": "characteristic",
        "splits": ("subject", "by", "group"),
        "access": ("measure", "by", "group"),
        "core20": "index",
        "misplaced": ("table", "item"),
    }
    for part, key in parts.items():
        yield from _compared(part, _by(getattr(expected.tally, part), key), _by(getattr(found.tally, part), key))
    for part in ("equality", "linkage", "accepted_persons"):
        yield from _compared(part, {"": getattr(expected.tally, part)}, {"": getattr(found.tally, part)})
    names = {*expected.rows, *found.rows}
    listed = [{name: outcome.rows.get(name, []) for name in names} for outcome in (expected, found)]
    yield from _compared("rows", *listed)


def _by(results: Iterable[Any], key: str | tuple[str, ...]) -> dict[Any, Any]:
    names = (key,) if isinstance(key, str) else key
    made: dict[Any, Any] = {}
    for result in results:
        place = tuple(getattr(result, name) for name in names)
        assert place not in made, f"{place} stands there twice"
        made[place] = result
    return made


def _compared(part: str, expected: Mapping[Any, Any], found: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    for place in sorted({*expected, *found}):
        want, have = expected.get(place), found.get(place)
        if want != have:
            yield f"{part} {place}", f"  {part} {place}: {_changes(want, have)}"


def _changes(want: Any, have: Any) -> str:
    if not hasattr(want, "__dataclass_fields__") or type(want) is not type(have):
        return f"expected {want}, found {have}"
    expected, found = asdict(want), asdict(have)
    return "; ".join(f"{n} expected {expected[n]}, found {found[n]}" for n in expected if expected[n] != found[n])


#: what begins as a code does, and is none
STRANGE = ("{0}{0}", "{0} x", "É")


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("table", TEMPLATES)
def test_a_strange_code_is_seen_where_nothing_else_is_wrong(engine: str, table: str) -> None:
    """Where no other rule casts doubt on a row, the value alone has to, also of an item without a rule on its list."""
    for item in DATASET.tables[table].items:
        code_list = (item.data_type.element or item.data_type).code_list
        for strange in STRANGE if code_list else ():
            value = strange.format(DATASET.code_lists[code_list].codes[-1].code)
            submission = _one_row(table, {item.name: value})
            differences = differing(submission, engine)
            assert not differences, f"{item.name} as {value!r}: {' '.join(differences.values())}"


def _one_row(table: str, changed: Mapping[str, str]) -> Submission:
    """A file of one row in which nothing is wrong but what is changed."""
    header = {name: values[0] for name, values in HEADERS.items()}
    run = context_with(header, header_rows=1, tables_sent=frozenset({table, "header"}))
    columns = {table: tuple(dict.fromkeys([*TEMPLATES[table], *changed]))}
    return Submission({table: [{**TEMPLATES[table], **changed}]}, columns, run)


def test_every_kind_of_check_is_drawn() -> None:
    """A kind that no drawn row breaks is one on which engines could differ unseen."""
    broken: set[str] = set()
    links_by_cause: set[str] = set()

    @settings(SETTINGS, max_examples=250, derandomize=True, database=None)
    @given(DRAWN)
    def collect(submission: Submission) -> None:
        tally = outcomes(submission, ("reference",))["reference"].tally
        failed = [(_rule(result.rule_id).check.kind, result) for result in tally.rules if result.failed]
        broken.update(kind for kind, _ in failed)
        links_by_cause.update(cause.kind for kind, result in failed if kind == "link" for cause in result.causes)

    collect()
    never = CHECKS.keys() - broken - BESIDE
    assert not never, f"drawn_submissions.py draws nothing that breaks a rule of the kind {', '.join(sorted(never))}"
    assert links_by_cause == {LOST, LOST_THERE, "link"}, "drawn_submissions.py draws no ids that lost their zeros"


def _rule(rule_id: str) -> Rule:
    return DATASET.rule(rule_id)


def test_every_kind_of_check_is_known_to_plain_python() -> None:
    missing = CHECKS.keys() - REFERENCE_CHECKS.keys() - header_checks() - BESIDE
    assert not missing, f"validators/reference has no function for the check {', '.join(sorted(missing))}"


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_has_a_result_for_every_rule(engine: str) -> None:
    """On a file with all tables and reference data each rule is judged, whatever its kind."""
    tables = {name: [row] for name, row in TEMPLATES.items()}
    columns = {name: DATASET.tables[name].item_names for name in tables}
    header = {name: values[0] for name, values in HEADERS.items()}
    run = context_with(header, header_rows=1, tables_sent=frozenset({*tables, "header"}), reference=REFERENCE)
    results = outcomes(Submission(tables, columns, run), (engine,))[engine].tally.rules
    judged_rules = {result.rule_id for result in results if result.reason is None or isinstance(_check(result), Rate)}
    other_purpose = {r.rule_id for r in results if (r.reason or "").startswith("not asked in a")}
    missing = {rule.check.kind: rule.id for rule in DATASET.rules if rule.id not in judged_rules | other_purpose}
    assert not missing, f"{engine} has no result for {missing}: has it a function for every kind of check?"
    assert {rule.check.kind for rule in DATASET.rules} == CHECKS.keys()


def _check(result: RuleTally) -> Check:
    return _rule(result.rule_id).check
