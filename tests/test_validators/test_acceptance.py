"""Accepted findings: the file that names them, and what becomes of each entry."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.test_validators.sample_report import sample_report
from validators.acceptance import Entry, accept, read_accepted
from validators.copies import shareable
from validators.errors import InputError
from validators.reports import REPORTS

TODAY = sample_report().today
LATER = date(2026, 12, 31)


def entry_of(rule_id: str, until: date = LATER) -> Entry:
    finding = next(finding for finding in sample_report().findings if finding.rule_id == rule_id)
    return Entry(finding.fingerprint, "The old system cannot", "Ann Example", until)


def entries() -> list[Entry]:
    return [
        entry_of("PMD001.preferred_language.missing"),
        entry_of("PMD00116", TODAY - timedelta(days=1)),
        entry_of("PMD00105"),
        Entry("0" * 12, "Mended long ago", "Ann Example", LATER),
    ]


def test_what_becomes_of_each_entry() -> None:
    report = accept(sample_report(), entries())
    assert [(entry.state, entry.rule_id) for entry in report.accepted] == [
        ("used", "PMD001.preferred_language.missing"),
        ("expired", "PMD00116"),
        ("refused", "PMD00105"),
        ("unused", None),
    ]
    assert [finding.rule_id for finding in report.findings if finding.accepted] == ["PMD001.preferred_language.missing"]
    assert (report.counts.warning, report.counts.accepted, report.counts.accepted_warnings) == (3, 1, 1)
    assert "PMD001.preferred_language.missing" in [first.rule_id for first in sample_report().mend_first]
    assert "PMD001.preferred_language.missing" not in [first.rule_id for first in report.mend_first]


def test_an_entry_holds_on_its_last_day() -> None:
    last = entry_of("PMD00116", TODAY)
    assert accept(sample_report(), [last]).accepted[0].state == "used"


def test_a_shareable_copy_does_not_say_who_accepts_and_why() -> None:
    report = accept(sample_report(), entries())
    text = REPORTS["text"](report).decode()
    assert "Until 31 December 2026 by Ann Example: The old system cannot" in " ".join(text.split())
    for form in ("json", "text", "html", "csv", "sarif"):
        assert b"Ann Example" not in REPORTS[form](shareable(report)), form
    assert b"31 December 2026" in REPORTS["text"](shareable(report))


def test_entries_are_written_and_read(tmp_path: Path) -> None:
    hostile = Entry("0123456789ab", 'a "quoted" \\ reason\nof two lines', "Łódź \x01", LATER)
    file = tmp_path / "accepted.toml"
    file.write_text("".join(entry.toml() for entry in (hostile, *entries())), "utf-8")
    assert read_accepted(file) == (hostile, *entries())
    assert tomllib.loads(hostile.toml())["accepted"][0]["reason"] == hostile.reason


ENTRY = '[[accepted]]\nfingerprint = "0123456789ab"\nreason = "r"\nowner = "o"\nuntil = 2026-12-31\n'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("=", "is not TOML in UTF-8. An entry is"),
        ("\udcff", "is not TOML in UTF-8"),
        ("x = 1", "holds something else than"),
        ("accepted = 3", "holds something else than"),
        ("accepted = [3]", "Entry 1 of .* has no fingerprint, no reason, no owner, no until"),
        (ENTRY + "more = 1", "Entry 1 of .* has a key that no entry has"),
        (ENTRY.replace("0123456789ab", "9990000018"), "Entry 1 of .* has no fingerprint of 12 characters"),
        (ENTRY.replace('"r"', '" "'), "no text of 1 to 500 characters in reason"),
        (ENTRY.replace('"o"', f'"{"x" * 501}"'), "no text of 1 to 500 characters in owner"),
        (ENTRY.replace("2026-12-31", '"2026-12-31"'), "has no day in until"),
        (ENTRY.replace("2026-12-31", "2026-12-31T00:00:00"), "has no day in until"),
        (ENTRY.replace("until", "untill"), "has no until"),
        (ENTRY + ENTRY, "Entries 1 and 2 of .* name the same fingerprint"),
        ("a = " + "[" * 3000, "is not TOML in UTF-8"),
    ],
)
def test_a_file_that_is_none_is_refused(content: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "accepted.toml"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=words) as refused:
        read_accepted(file)
    assert "999" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_accepted(tmp_path / "none.toml")
