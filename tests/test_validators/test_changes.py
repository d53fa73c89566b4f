"""What changed since an earlier report, and which report may be compared."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from schema.release import load
from tests.test_validators.sample_report import findings, parts, sample_report
from validators.changes import OF_AN_EARLIER_RULE, changes
from validators.copies import compared, shareable
from validators.earlier import MOST_BYTES, check_comparable, read_report
from validators.errors import InputError
from validators.finding import Finding, rate_of, rate_on_persons
from validators.report import Report
from validators.reports import REPORTS


def with_failed(finding: Finding, failed: int) -> Finding:
    changed = {"failed_rows": failed, "rate": rate_of(failed, finding.assessed_rows), "samples": (), "more": failed}  # type: ignore[arg-type]
    return finding.model_copy(update=changed)


def turns(now: Report, before: Report) -> dict[str, str]:
    return {each.rule_id + "/" + each.fingerprint: each.change for each in changes(now, before).findings}


def test_each_finding_is_new_worse_the_same_better_or_mended() -> None:
    day_first, no_such_day, check_digit, repeated, restricted, ethnicity, language, rate, reason = findings()
    now = [with_failed(day_first, 3000), with_failed(check_digit, 10), repeated, restricted, ethnicity, rate]
    now.append(with_failed(reason, 40))
    before = [day_first, no_such_day, check_digit, restricted, ethnicity, language, rate, reason]
    found = turns(sample_report(findings=now), sample_report(findings=before))
    named = {finding.rule_id + "/" + finding.fingerprint: finding for finding in (*now, *before)}
    told = {(named[name].rule_id, named[name].cause.kind): turn for name, turn in found.items()}
    assert told == {
        ("PMD001.birth_date.format", "day_first"): "worse",
        ("PMD001.birth_date.format", "no_such_day"): "mended",
        ("PMD00105", "check_digit"): "better",
        ("PMD001.key.repeated", "rows_differ"): "new",
        ("PMD00319", "no_approval"): "same",
        ("PMD00116", "blank"): "same",
        ("PMD90001", "above"): "same",
        ("PMD00108", "status"): "more",
        ("PMD001.preferred_language.missing", "blank"): "mended",
    }


@pytest.mark.parametrize(
    ("assessed", "failed", "turn"),
    [
        (5001, 200, "same"),  # 4.0 % of as many: it reads alike
        (5001, 201, "worse"),
        (5100, 200, "better"),  # 3.9 %
        (5000, 200, "same"),
    ],
)
def test_what_reads_alike_is_the_same(assessed: int, failed: int, turn: str) -> None:
    first = with_failed(findings()[0].model_copy(update={"assessed_rows": 5000}), 200)
    second = with_failed(first.model_copy(update={"assessed_rows": assessed}), failed)
    (found,) = changes(sample_report(findings=[second]), sample_report(findings=[first])).findings
    assert found.change == turn


COUNTS = ("missing", "invalid", "not_known", "declined", "asked_unsure")


def item_turn(before: tuple[int, dict[str, int]], now: tuple[int, dict[str, int]], mandation: str = "R") -> str:
    """What became of an item, by its rows and how many of them say nothing."""

    def sent(rows: int, without: dict[str, int]) -> Report:
        valid = rows - sum(without.values())
        counts = {"rows": rows, "valid": valid, **dict.fromkeys(COUNTS, 0), **without}
        item = sample_report().data_items[0].model_copy(update=counts)
        rates = {"known_rate": rate_on_persons(valid, rows), "mandation": mandation}
        return sample_report(data_items=[item.model_copy(update=rates)])

    return changes(sent(*now), sent(*before)).data_items[0].change


def test_a_data_item_is_better_where_more_of_it_can_be_used() -> None:
    """As the table of data items shows it: what stands there and cannot be used is not known."""
    assert item_turn((4000, {"invalid": 1201, "missing": 46}), (4000, {"missing": 46})) == "better"
    assert item_turn((4000, {"missing": 46}), (4000, {"invalid": 1201, "missing": 46})) == "worse"
    assert item_turn((4000, {"not_known": 400}), (4000, {})) == "better"
    # of few rows no share is shown, and it is compared all the same
    assert item_turn((10, {"missing": 2}), (10, {"missing": 1})) == "better"
    assert item_turn((4000, {"missing": 400}), (4000, {}), "O") == "more"
    assert item_turn((4000, {}), (4000, {"missing": 400}), "O") == "fewer"


@pytest.mark.parametrize("mandation", ["R", "O"])
def test_shares_less_than_a_percentage_point_apart_are_the_same(mandation: str) -> None:
    assert item_turn((4000, {"missing": 48}), (4000, {"missing": 44}), mandation) == "same"
    assert item_turn((4000, {}), (4000, {"missing": 39}), mandation) == "same"
    assert item_turn((4000, {"missing": 80}), (4000, {"missing": 40}), mandation) != "same"


def test_more_refusals_make_no_item_worse_and_fewer_none_better() -> None:
    assert item_turn((4000, {}), (4000, {"declined": 400})) == "fewer"
    assert item_turn((4000, {"declined": 400}), (4000, {})) == "more"
    assert item_turn((4000, {"missing": 400}), (4000, {"declined": 400})) == "same"
    assert item_turn((4000, {"missing": 800}), (4000, {"declined": 400})) == "better"


def test_a_count_that_only_one_of_them_gives_is_no_better_or_worse() -> None:
    first = with_failed(findings()[0], 200)
    hidden = {"failed_rows": None, "assessed_rows": None, "rate": None, "more": None, "samples": ()}
    bare = first.model_copy(update=hidden | {"cause": first.cause.model_copy(update={"shapes": ()})})
    for now, before in ((first, bare), (bare, first)):
        (found,) = changes(sample_report(findings=[now]), sample_report(findings=[before])).findings
        assert found.change == "not_judged"


def test_nobody_mends_a_refusal() -> None:
    """Persons who declined, or who have no number for a reason, are fewer: that none is left is no better."""
    without = [finding for finding in findings() if finding.rule_id != "PMD00108"]
    found = turns(sample_report(findings=without), sample_report())
    assert {turn for name, turn in found.items() if name.startswith("PMD00108")} == {"fewer"}


def test_what_was_not_checked_is_neither_new_nor_mended() -> None:
    given = parts()
    unchecked = [
        rule.model_copy(update={"outcome": "not_assessed", "reason": "Not sent.", "assessed_rows": None})
        if rule.rule_id == "PMD00105"
        else rule
        for rule in given["rules"]
    ]
    without = [finding for finding in findings() if finding.rule_id != "PMD00105"]
    blind = sample_report(rules=unchecked, findings=without)
    (name,) = [name for name in turns(blind, sample_report()) if name.startswith("PMD00105")]
    assert turns(blind, sample_report())[name] == turns(sample_report(), blind)[name] == "not_judged"


def test_answers_are_more_or_fewer_and_never_better() -> None:
    now, before = sample_report(), sample_report()
    grown = before.plus[0].model_copy(update={"yes": 20, "declined": 149})
    found = changes(now, before.model_copy(update={"plus": (grown, *before.plus[1:])}))
    told = {(each.characteristic, each.answer): each.change for each in found.answers}
    assert told["HOMELESS", "yes"] == "more"
    assert told["HOMELESS", "declined"] == "fewer"
    assert set(told.values()) == {"more", "fewer", "same"}


def test_the_words_of_the_earlier_report_are_not_repeated() -> None:
    before = sample_report()
    stranger = findings()[0].model_copy(update={"fingerprint": "0" * 12, "rule_id": "PMD99999", "title": "Ann Example"})
    before = before.model_copy(update={"findings": (*before.findings, stranger)})
    assert "Ann Example" not in changes(sample_report(), before).model_dump_json()


MENDED = {
    ("PMD001.column.unknown", "person"): ("mended", "Columns that the data set does not have"),
    ("PMD000.narrative.misplaced", "header"): ("mended", "Narrative: what looks like an identifier of a person"),
    # no check of this software
    ("PMD001.column.Ann_Example", "person"): ("not_judged", OF_AN_EARLIER_RULE),
    ("PMD001.no_such_item.misplaced", "person"): ("not_judged", OF_AN_EARLIER_RULE),
    # a file that was not sent this time
    ("PMD003.column.unknown", "nowhere"): ("not_judged", "Columns that the data set does not have"),
}


@pytest.mark.parametrize("found", MENDED, ids=lambda found: found[0])
def test_a_check_of_the_software_that_finds_nothing_more_is_told_by_its_title(found: tuple[str, str]) -> None:
    """No report names such a check where it found nothing."""
    rule_id, table = found
    earlier = findings()[0].model_copy(
        update={"fingerprint": "0" * 12, "rule_id": rule_id, "table": table, "title": "Ann Example"}
    )
    now = sample_report(findings=[]).model_copy(update={"release_digest": load("1.0.0").info.digest})
    (told,) = changes(now, sample_report(findings=[earlier])).findings
    assert (told.change, told.title) == MENDED[found]


def test_a_shareable_copy_tells_changes_by_rounded_figures() -> None:
    kept, repeated = findings()[0], findings()[3]
    before = sample_report(findings=[with_failed(kept, 2129), with_failed(repeated, 2)])
    now = compared(sample_report(findings=[kept, repeated]), before)
    assert {each.change for each in now.since.findings} == {"better", "worse"}  # type: ignore[union-attr]
    copy = shareable(now, before)
    assert copy.since is not None
    told = {each.rule_id: (each.change, each.before_rows, each.now_rows) for each in copy.since.findings}
    assert told == {"PMD001.birth_date.format": ("same", 2130, 2130), "PMD001.key.repeated": ("*", "*", "*")}
    assert copy.since.hidden == ()
    assert shareable(now).since is None


def test_what_was_hidden_once_stays_hidden_until_it_has_changed() -> None:
    plus = sample_report().plus[0]
    few = plus.model_copy(update={"yes": 5, "no": 2160, "splits": ()})
    before = compared_report([few.model_copy(update={"unsure": 29, "no": 2161})])
    for yes, shown in ((9, "*"), (60, 60)):
        now = compared_report([few.model_copy(update={"yes": yes, "no": 2165 - yes})])
        copy = shareable(now, before)
        assert copy.plus[0].yes == shown
        assert {each.change for each in copy.since.answers if each.answer == "yes"} == {"*"}  # type: ignore[union-attr]
    chained = compared(compared_report([few.model_copy(update={"yes": 9, "no": 2156})]), before)
    assert shareable(chained).plus[0].yes == "*"


def compared_report(plus: list[Any]) -> Report:
    return sample_report(plus=plus, equality=None, linkage=None, access=None)


def test_only_an_earlier_report_of_the_same_provider_is_compared() -> None:
    now = sample_report()
    sent = now.submission

    def before(**changed: Any) -> Report:
        return now.model_copy(update={"submission": sent.model_copy(update=changed)})

    def later(**changed: Any) -> Report:
        return now.model_copy(update=changed)

    check_comparable(now, before())
    check_comparable(now, shareable(now))
    check_comparable(now, before(period_start=date(2026, 3, 1), period_end=date(2026, 3, 31)))
    for other, words in (
        (before(provider="RX2"), "is of RX2, and this file is of RX1"),
        (before(provider=None), "of no provider that is known"),
        (before(provider="John Smith\n"), "of no provider that is known"),
        (before(period_start=date(2026, 5, 1), period_end=date(2026, 5, 31)), "a later period, from 2026-05-01"),
        (before(period_end=date(2026, 3, 31)), "ends on 2026-03-31, before it begins on 2026-04-01"),
        (later(today=now.today + timedelta(days=1)), "of a later day, 2026-"),
        (later(created_at=datetime(9999, 12, 31)), "of a later day, 9999-12-31"),  # noqa: DTZ001 - of no time zone
        (later(copy_kind="shareable"), "holds counts that no shareable copy shows"),
    ):
        with pytest.raises(InputError, match=words):
            check_comparable(now, other)


def test_a_report_is_read_back_as_it_was(tmp_path: Path) -> None:
    for report in (sample_report(), shareable(sample_report())):
        file = tmp_path / "report.json"
        file.write_bytes(REPORTS["json"](report))
        assert read_report(file) == report


HOSTILE = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"1" * 5000,
    b'{"report_schema": "9.9"}',
    b"local_patient_id,nhs_number\nA1,9990000018\n",
]


@pytest.mark.parametrize("content", HOSTILE, ids=lambda content: ascii(content[:20]))
def test_what_is_no_report_is_refused_in_one_sentence(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"is no report of the form 1\.0\. Name a report") as refused:
        read_report(file)
    assert "999" not in str(refused.value)


@pytest.mark.parametrize("name", ["rule_id", "fingerprint"])
def test_a_report_with_words_for_the_ids_of_its_findings_is_refused(name: str, tmp_path: Path) -> None:
    """They would be repeated where the finding is gone."""
    content = json.loads(REPORTS["json"](sample_report()))
    content["findings"][0][name] = "Ann Example"
    file = tmp_path / "x.json"
    file.write_text(json.dumps(content))
    with pytest.raises(InputError, match="was not written by plusmds") as refused:
        read_report(file)
    assert "Ann" not in str(refused.value)


def test_a_report_that_is_too_large_or_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_report(tmp_path / "none.json")
    with pytest.raises(InputError, match="cannot be read"):
        read_report(tmp_path)
    file = tmp_path / "large.json"
    with file.open("wb") as large:
        large.truncate(MOST_BYTES + 1)
    with pytest.raises(InputError, match="larger than any report"):
        read_report(file)


@pytest.mark.parametrize("seed", range(40))
def test_a_doctored_report_is_refused_or_compared(seed: int, tmp_path: Path) -> None:
    draw = Random(seed)
    content = json.loads(REPORTS["json"](sample_report()))
    for _ in range(draw.randint(1, 4)):
        _doctor(content, draw)
    file = tmp_path / "x.json"
    file.write_text(json.dumps(content))
    now = sample_report()
    try:
        before = read_report(file)
        check_comparable(now, before)
    except InputError:
        return
    told = compared(now, before)
    assert "hostile" not in told.since.model_dump_json()  # type: ignore[union-attr]
    assert shareable(told, before).since is not None


def _doctor(content: Any, draw: Random) -> None:
    """Change one value somewhere."""
    while isinstance(content, dict | list) and content:
        key = draw.choice(list(content) if isinstance(content, dict) else range(len(content)))
        if not isinstance(content[key], dict | list) or draw.random() < 0.1:
            content[key] = draw.choice([0, 3, 10**18, -1, "*", "hostile", None, [], {}, True, 0.5])
            return
        content = content[key]
