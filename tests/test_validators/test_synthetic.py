"""Synthetic submissions: without a fault they are clean, and each fault breaks its rule in the rows it says."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from schema import release as releases
from schema.dataset import load_dataset
from tests.test_validators import small_submissions
from tests.test_validators.small_submissions import context_of, opened
from validators.errors import InputError
from validators.synthetic import generate
from validators.synthetic.numbers import nhs_numbers, palindrome
from validators.synthetic.plan import NEVER_BROKEN

PERSONS = 300
RATE = 0.05
#: a draft too, so that its rules are broken before anybody has to keep them
NEWEST = load_dataset().version
RULES = {rule.id: rule for rule in load_dataset().rules}
#: rules that fail too where another one is broken, by the nature of the two
IMPLIED = {
    "PMD00310": {"PMD00309"},
    "PMD201.service_request_id.format": {"PMD201.referral.link"},
    "PMD00006": {"PMD00011"},
    "PMD000.dataset_version.format": {"PMD00002"},
}
IN_SUBMISSIONS = {"PMD00006", "PMD00012", "PMD001.table.missing", "PMD003.table.missing"}


def judged(folder: Path, purpose="check"):
    """Rule → its tally, for what stands in a folder."""
    with opened(folder) as sources:
        context = replace(context_of(sources, {"purpose": purpose}), releases=releases.dates())
        return {found.rule_id: found for found in small_submissions.judged("duckdb", sources, context).tally.rules}


def failing(outcomes, *severities):
    return {
        rule_id
        for rule_id, found in outcomes.items()
        if (found.failed or (found.failed is None and found.reason is None))
        and RULES[rule_id].severity in severities
        and not (RULES[rule_id].check.kind == "rate" and not over(rule_id, found))
    }


def over(rule_id, found):
    above = RULES[rule_id].check.above
    return above is not None and bool(found.assessed) and found.failed / found.assessed > above


@pytest.mark.parametrize("persons", [1, 300])
def test_without_a_fault_no_error_and_no_warning(tmp_path, persons):
    generate(tmp_path / "made", persons=persons, seed=persons)
    assert failing(judged(tmp_path / "made"), "error", "warning") == set()


#: rules on the whole file are broken alone; of the others, this many submissions break one each of every few
BATCHES = 14
REFERENCE = [rule_id for rule_id, rule in RULES.items() if rule.reference_data()]
ALONE = [i for i, r in RULES.items() if r.action == "file" or i in {"PMD00011", "PMD00013", "PMD90005", "PMD00308"}]
HEADER = [i for i, r in RULES.items() if r.table == "header" and i not in {*ALONE, *REFERENCE, *NEVER_BROKEN}]
ON_ROWS = [i for i in RULES if i not in {*ALONE, *HEADER, *NEVER_BROKEN, *REFERENCE}]


def batch_of(rule_id):
    """The rules that are broken in one submission: their rows are apart, so that each can be counted."""
    if rule_id in REFERENCE:
        return tuple(REFERENCE)
    if rule_id in ALONE:
        return (rule_id,)
    if rule_id in HEADER:
        kind = RULES[rule_id].check.kind == "missing"
        return tuple(i for i in HEADER if (RULES[i].check.kind == "missing") is kind)
    return tuple(ON_ROWS[ON_ROWS.index(rule_id) % BATCHES :: BATCHES])


@cache
def broken(batch, folder):
    made = generate(folder / batch[0], persons=PERSONS, faults=dict.fromkeys(batch, RATE), release=NEWEST)
    return made, judged(folder / batch[0], "submission" if set(batch) & IN_SUBMISSIONS else "check")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("synthetic")


@pytest.mark.parametrize("rule_id", sorted(RULES.keys() - NEVER_BROKEN.keys()))
def test_each_rule_is_broken_in_the_rows_that_are_said(folder, rule_id):
    rule = RULES[rule_id]
    made, outcomes = broken(batch_of(rule_id), folder)
    found = outcomes[rule_id]
    if rule.reference_data():
        assert found.reason is not None
        assert "reference data not loaded" in found.reason
        assert "reference data" in made["notes"][rule_id]
    elif rule_id == "PMD00319":
        assert found.reason is None
        assert found.failed is None
    elif rule.check.kind == "row_count":
        assert found.failed == 2
    else:
        assert found.failed == made["faults"][rule_id]
        assert (
            rule.table not in made["rows"]
            or rule.table == "header"
            or found.failed >= RATE * made["rows"][rule.table] - 1
        )


@pytest.mark.parametrize("batch", sorted({batch_of(rule_id) for rule_id in RULES.keys() - NEVER_BROKEN.keys()}))
def test_no_other_error_or_warning_comes_of_it(folder, batch):
    _, outcomes = broken(batch, folder)
    implied = set().union(*(IMPLIED.get(rule_id, set()) for rule_id in batch))
    assert failing(outcomes, "error", "warning") - set(batch) <= implied


@pytest.mark.parametrize("rule_id", sorted(NEVER_BROKEN))
def test_a_rule_that_nothing_breaks_says_why(tmp_path, rule_id):
    with pytest.raises(InputError, match="cannot be broken"):
        generate(tmp_path / "made", persons=PERSONS, faults={rule_id: RATE}, release=NEWEST)


def test_the_same_seed_gives_the_same_files(tmp_path):
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        generate(tmp_path / name, persons=50, seed=seed, faults={"PMD00111": 0.1})
    texts = {name: (tmp_path / name / "person.csv").read_bytes() for name in "abc"}
    assert texts["a"] == texts["b"] != texts["c"]


@pytest.mark.parametrize("form", ["parquet", "ndjson", "xlsx"])
def test_every_format_is_as_clean(tmp_path, form):
    generate(tmp_path / "made", persons=60, format=form)
    outcomes = judged(tmp_path / "made")
    assert outcomes["PMD00105"].assessed
    assert failing(outcomes, "error", "warning") == set()


def test_a_workbook_has_a_sheet_for_each_table(tmp_path):
    made = generate(tmp_path / "made", persons=20, format="xlsx")
    path = tmp_path / "made" / "submission.xlsx"
    assert list((tmp_path / "made").iterdir()) == [path]
    book = openpyxl.load_workbook(path, read_only=True)
    assert book.sheetnames == ["header", "person", "plus_characteristic", "referral", "care_contact"]
    assert {name: sum(1 for _ in book[name].values) - 1 for name in book.sheetnames} == made["rows"]
    assert set(made["files"].values()) == {path.name}
    assert failing(judged(path), "error", "warning") == set()


def test_a_table_that_is_left_out_has_no_sheet(tmp_path):
    generate(tmp_path / "made", persons=20, format="xlsx", faults={"PMD003.table.missing": 1})
    book = openpyxl.load_workbook(tmp_path / "made" / "submission.xlsx")
    assert "plus_characteristic" not in book.sheetnames


def test_numbers_are_from_ranges_that_are_never_issued():
    numbers = [number for number, _ in zip(nhs_numbers(5), range(1000), strict=False)]
    assert len(set(numbers)) == 1000
    assert all(number.startswith("999") for number in numbers)
    assert all(
        sum(int(d) * w for d, w in zip(n, (10, 9, 8, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11 == 0 for n in numbers
    )
    assert palindrome(3) == palindrome(3)[::-1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"faults": {"PMD99999": 0.1}}, "no rule"),
        ({"faults": {"PMD00111": 1.5}}, "from 0 to 1"),
        ({"format": "pdf"}, "no format"),
        ({"persons": 0}, "cannot be made"),
        ({"period": "2026-4"}, "YYYY-MM"),
        ({"period": "2020-04"}, "in force"),
        ({"provider": "rx1"}, "ODS code"),
    ],
)
def test_a_call_that_is_wrong_is_told_how_to_mend_it(tmp_path, given, said):
    with pytest.raises(InputError, match=said):
        generate(tmp_path / "made", **{"persons": 5, **given})


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(InputError, match="not empty"):
        generate(tmp_path, persons=5)
