"""What is mended first: by severity, by the share of the whole table, and by what rests on the item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schema.dataset import load_dataset
from schema.rule import SEVERITIES
from tests.test_validators.sample_report import sample_report
from tests.test_validators.small_submissions import TODAY, context_of
from validators.access import ITEMS
from validators.copies import shareable
from validators.downstream import SHARE, rests_on
from validators.finding import HIDDEN, Accepted, Cause, Finding, finding_of
from validators.groups import FACTS, LINKAGE_ITEMS
from validators.item_measures import item_measures
from validators.measured import TableCount
from validators.mend_first import Scale, mend_first
from validators.reports import REPORTS, story, words
from validators.synthetic import generate
from validators.tally import ItemTally
from validators.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

DATASET = load_dataset()
TABLES = (
    TableCount(table="person", rows=1000, rejected_rows=0),
    TableCount(table="plus_characteristic", rows=4000, rejected_rows=0),
)


def _found(rule_id: str, failed: int, assessed: int, kind: str = "other_form") -> Finding:
    return finding_of(DATASET.rule(rule_id), Cause(kind=kind, received="what came"), assessed=assessed, failed=failed)


def _weight(finding: Finding) -> float:
    return Scale(_items(), TABLES).weight(finding)


def _items() -> Any:
    context = context_of({})
    tallies = [ItemTally(t.name, item.name, 0, 0, 0, 0) for t in DATASET.tables.values() for item in t.items]
    return tuple(item_measures(tallies, context))


def test_an_item_that_only_supports_another_weighs_less_than_one_that_groups_rest_on() -> None:
    """The same severity, action and share: what differs is what is lost downstream."""
    birth = _found("PMD001.birth_date.format", 500, 1000)
    for rule_id in ("PMD00304", "PMD003.recorded_date.format"):
        assert _weight(_found(rule_id, 2000, 4000)) < _weight(birth) / 2


def test_what_is_not_there_is_lost_as_much_as_what_is_left_out() -> None:
    missing, doubtful = (_found("PMD001.birth_date.missing", 500, 1000, kind) for kind in ("missing", "other"))
    assert _weight(missing) > _weight(doubtful) > 0


def test_the_share_is_one_of_the_table_and_not_of_the_rows_that_a_rule_assesses() -> None:
    """All of the few rows that a rule looks at are few of the table."""
    few = _found("PMD001.death_date.format", 10, 10)
    many = _found("PMD001.death_date.format", 300, 1000)
    assert _weight(few) < _weight(many)
    (first, second) = mend_first([few, many.model_copy(update={"fingerprint": "x", "rule_id": "x"})], _items(), TABLES)
    assert first.reason.startswith("300 of 1,000 rows (30.0%)")
    assert second.reason.startswith("10 of 1,000 rows (1.0%)")


def test_a_share_of_few_rows_is_no_percentage() -> None:
    tables = (TableCount(table="person", rows=19, rejected_rows=0),)
    (first,) = mend_first([_found("PMD001.birth_date.format", 9, 19)], _items(), tables)
    assert first.reason.startswith("9 of 19 rows: ")
    rounded_up = (TableCount(table="person", rows=20, rejected_rows=0),)
    (first,) = mend_first([_found("PMD001.birth_date.format", 10, 20)], _items(), rounded_up)
    assert first.reason.startswith("10 of 20 rows: "), "20 can stand for 18"


def test_every_item_has_something_that_rests_on_it() -> None:
    found = {
        (table.name, item.name): rests_on(table.name, item.name, item.mandation)
        for table in DATASET.tables.values()
        for item in table.items
    }
    assert set(found.values()) == set(SHARE)
    named = [("person", item) for fact in FACTS for item in fact.items] + [("person", item) for item in LINKAGE_ITEMS]
    named += [(table, item) for table, items in ITEMS.items() for item in items]
    assert not set(named) - found.keys()
    assert {found[place] for place in named} == {"split", "measure", "row"}
    for item in ("source", "recorded_date", "snomed_code"):
        assert found["plus_characteristic", item] in ("support", "optional")
    assert found["plus_characteristic", "value"] == "row"


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sent")
    generate(folder, persons=300, seed=3, faults={"PMD001.birth_date.format": 0.3, "PMD00304": 0.3})
    return folder


def test_each_form_for_people_shows_what_was_received(sent: Path) -> None:
    report = validate(sent, today=TODAY)
    (finding,) = [f for f in report.findings if f.fingerprint == report.mend_first[0].fingerprint]
    assert finding.cause.received
    told = REPORTS["text"](report).decode().lower().partition("mend these first")[2].partition("in figures")[0]
    assert f"received: {finding.cause.received}" in " ".join(told.split())
    page = REPORTS["html"](report).decode().partition('<ol class="first">')[2].partition("</ol>")[0]
    ways = [way for first in story.mended_first(report) for way in first.rule.findings if words.received(way)]
    assert page.count("<strong>Received:</strong>") == len(ways) >= len(report.mend_first)


def _in_two_ways(first: int, second: int) -> list[Finding]:
    rule_id = "PMD001.birth_date.format"
    return [_found(rule_id, failed, 1000, kind) for failed, kind in ((first, "day_first"), (second, "ambiguous_order"))]


def test_a_rule_that_was_broken_in_two_ways_takes_one_place_with_the_sum() -> None:
    ways = _in_two_ways(180, 240)
    other = _found("PMD001.ethnic_category.code", 300, 1000)
    first, second = mend_first([other, *ways], _items(), TABLES)
    assert first.fingerprint == ways[1].fingerprint
    assert first.reason.startswith("420 of 1,000 rows (42.0%), in 2 ways: ")
    assert second.rule_id == other.rule_id
    assert not mend_first(ways, _items(), TABLES)[1:]


def test_no_more_is_lost_in_several_ways_than_if_every_row_were() -> None:
    every = _in_two_ways(400, 600)
    more = [way.model_copy(update={"failed_rows": 1000}) for way in every]
    other = _found("PMD001.ethnic_category.code", 1000, 1000)
    for ways in (every, more):
        assert [first.rule_id for first in mend_first([other, *ways], _items(), TABLES)] == [
            "PMD001.birth_date.format",
            "PMD001.ethnic_category.code",
        ]


def test_a_way_that_is_accepted_is_not_added() -> None:
    ways = [way.model_copy(update={"severity": "warning"}) for way in _in_two_ways(180, 240)]
    accepted = Accepted(reason="Until the move", owner="Data quality", until=TODAY)
    (first,) = mend_first([ways[0], ways[1].model_copy(update={"accepted": accepted})], _items(), TABLES)
    assert first.reason.startswith("180 of 1,000 rows (18.0%): ")


def test_the_sum_of_a_hidden_number_is_hidden() -> None:
    """The rule's own number is hidden in the copy then: with the sum, the small one could be had by subtraction."""
    report = sample_report(findings=_in_two_ways(300, 3))
    assert report.mend_first[0].reason.startswith("303 of ")
    copy = shareable(report)
    assert HIDDEN in [finding.failed_rows for finding in copy.findings]
    (first,) = copy.mend_first
    assert first.reason.startswith("Some rows (the number is not given, so that it points to nobody), in 2 ways: ")
    assert "30" not in first.reason


@pytest.mark.parametrize("form", ["github", "csv", "sarif"])
def test_a_list_of_findings_begins_with_what_is_mended_first(sent: Path, form: str) -> None:
    report = validate(sent, today=TODAY)
    told = REPORTS[form](report).decode().partition('"results"' if form == "sarif" else "::error")[2 * (form != "csv")]
    listed = sorted((finding.fingerprint for finding in report.findings), key=told.index)
    first = [finding.fingerprint for first in story.mended_first(report) for finding in first.rule.findings]
    assert len(first) >= 2
    assert listed[: len(first)] == first


def test_each_section_of_a_page_is_in_the_order_of_what_is_lost() -> None:
    report = sample_report()
    ranked = [finding.rule_id for finding in story.in_order(report)]
    for severity in SEVERITIES:
        section = [rule.first.rule_id for rule in story.broken_rules(report, severity)]
        assert section == [rule_id for rule_id in dict.fromkeys(ranked) if rule_id in section]
    assert ranked != [finding.rule_id for finding in report.findings]


def test_every_form_for_people_says_who_can_mend_it(sent: Path) -> None:
    report = validate(sent, today=TODAY)
    who = {words.WHO[first.rule.first.mend] for first in story.mended_first(report) if first.rule.first.mend}
    assert who
    told = " ".join(
        REPORTS["text"](report).decode().partition("MEND THESE FIRST")[2].partition("IN FIGURES")[0].split()
    )
    page = REPORTS["html"](report).decode().partition('<ol class="first">')[2].partition("</ol>")[0]
    for mender in who:
        assert f"Who can mend it: {mender}" in told
        assert f"<strong>Who can mend it:</strong> {words.sentence(mender)}" in page
