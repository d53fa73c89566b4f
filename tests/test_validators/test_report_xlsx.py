"""The report as a workbook."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from python_calamine import CalamineWorkbook

from tests.test_validators.sample_report import (
    accepted_entries,
    clean_report,
    findings,
    full_report,
    mapped_finding,
    parts,
    sample_report,
    since,
)
from validators.finding import Accepted, ItemValue
from validators.report import Report
from validators.reports import REPORTS, Look, words
from validators.reports.sheet import Column, Listing
from validators.reports.xlsx import split
from validators.since import FindingChange
from validators.synthetic import generate
from validators.validate import validate

SHEETS = ["Summary", "Mend first", "By rule", "Records", "Rules run", "About"]
MOST_BYTES = 1_000_000


def book(report: Report, look: Look | None = None) -> Workbook:
    return load_workbook(BytesIO(REPORTS["xlsx"](report, look)))


def listed(report: Report, sheet: str, look: Look | None = None) -> list[dict[str, Any]]:
    """The rows of a sheet below its headings, by heading."""
    made = book(report, look)[sheet]
    head = int(made.freeze_panes[1:]) - 1 if made.freeze_panes else 0
    headings, *rows = list(made.iter_rows(min_row=head, values_only=True))
    return [dict(zip(headings, row, strict=True)) for row in rows]


def markup(written: bytes) -> str:
    """Everything that stands in the sheets, as it is written."""
    with ZipFile(BytesIO(written)) as packed:
        return "".join(packed.read(name).decode() for name in packed.namelist() if "worksheets/" in name)


def with_value(value: str) -> Report:
    """A report whose samples show the value."""
    first, *rest = findings()
    samples = tuple(
        sample.model_copy(
            update={
                "ids": (ItemValue(data_item="local_patient_id", value=value),),
                "values": (ItemValue(data_item="birth_date", value=value),),
            }
        )
        for sample in first.samples
    )
    return sample_report(findings=[first.model_copy(update={"samples": samples}), *rest], reveal="values")


def test_the_summary_stands_in_the_order_in_which_people_want_it() -> None:
    report = sample_report(since=since())
    first = [row[0] for row in book(report)["Summary"].iter_rows(values_only=True)]
    titles = [report.verdict_sentence, "Mend these first", "In figures", "PLUS answers", "Persons"]
    titles += ["How completely each item is filled", "What was not checked, and why"]
    titles.insert(-1, "What changed since the report of 2026-05-01")
    titles.insert(-1, "Findings and answers of either report")
    titles.insert(-1, "Data items that are known in a larger or smaller share of rows")
    assert sorted(titles, key=first.index) == titles
    place = first.index("Mend these first")
    told = [(f"{mend.title} ({mend.rule_id})", mend.reason) for mend in report.mend_first]
    assert first[place + 1 : place + 1 + 2 * len(told)] == [line for pair in told for line in pair]


def test_it_has_its_sheets_in_their_order() -> None:
    assert book(sample_report()).sheetnames == SHEETS
    assert book(clean_report()).sheetnames == SHEETS


def test_lists_have_filters_frozen_heads_and_widths() -> None:
    made = book(sample_report())
    for name in ("Mend first", "By rule", "Records", "Rules run"):
        sheet = made[name]
        head = int(sheet.freeze_panes[1:]) - 1
        first, last = sheet.auto_filter.ref.split(":")
        assert (first, re.sub("[A-Z]+", "", last)) == (f"A{head}", str(sheet.max_row)), name
        assert all(cell.font.b and cell.value for cell in sheet[head]), name
        widths = [sheet.column_dimensions[cell.column_letter].width for cell in sheet[head]]
        assert min(widths) >= 8, name
        assert max(widths) <= 85, name


def test_the_summary_keeps_the_verdict_in_sight_and_its_data_items_can_be_filtered() -> None:
    report = sample_report()
    sheet = book(report)["Summary"]
    assert sheet.freeze_panes == "A2"
    rows = list(sheet[sheet.auto_filter.ref])
    assert [cell.value for cell in rows[0]][:3] == ["Data item", "Table", "Rows"]
    assert len(rows) == 1 + len(report.data_items)
    assert [cell.value for cell in rows[0]][-1] == "Item score"


def test_the_words_of_the_provider_stand_before_the_figures_on_access() -> None:
    first = [row[0] for row in book(sample_report())["Summary"].iter_rows(values_only=True)]
    place = first.index(words.NARRATIVE)
    assert str(first[place + 1]).startswith("The booking screen")
    access = [at for at, text in enumerate(first) if str(text).startswith("Access to care: ")]
    assert place < access[0]
    assert all(str(text).startswith("Access") is False for text in first[:place] if text)
    long = sample_report().submission.model_copy(update={"narrative": "word " * 200})
    lines = [row[0] for row in book(sample_report(submission=long))["Summary"].iter_rows(values_only=True)]
    told = [line for line in lines if str(line).startswith("word")]
    assert (len(told), max(map(len, told)) <= 150) == (7, True)


def test_a_file_of_one_row_has_one_row() -> None:
    report = sample_report()
    files = tuple(f.model_copy(update={"rows": 1, "bytes": None, "sha256": None}) for f in report.submission.files)
    sent = report.submission.model_copy(update={"files": files})
    told = dict(row[:2] for row in book(sample_report(submission=sent))["About"].iter_rows(values_only=True) if row[0])
    assert {told[f"File {file.name}"] for file in files} == {"1 row"}


def test_the_same_report_gives_the_same_bytes() -> None:
    assert REPORTS["xlsx"](sample_report()) == REPORTS["xlsx"](sample_report())
    with ZipFile(BytesIO(REPORTS["xlsx"](sample_report()))) as packed:
        assert {entry.date_time[0] for entry in packed.infolist()} == {1980}


def test_by_rule_says_what_happened_and_how_to_mend_it_before_it_names_the_rule() -> None:
    rows = listed(sample_report(), "By rule")
    headings = list(rows[0])
    wanted = ["Severity", "What happened", "How to mend it", "Who can mend it", "Data item", "Rule"]
    assert sorted(wanted, key=headings.index) == wanted
    dates = next(row for row in rows if row["Cause"] == "day_first")
    assert (dates["Rows"], dates["Of"], dates["Share"]) == (2128, 4946, 0.430247)
    assert dates["Received"] == "day first: 99/99/9999; forms (9 for a digit): 99/99/9999 (2,090), 9/9/9999 (38)"
    hidden = next(row for row in rows if row["Rule"] == "PMD00319")
    assert (hidden["Rows"], hidden["Of"], hidden["Share"]) == ("–", "–", "–")


def test_records_stand_together_and_say_which_when_and_what_before_where() -> None:
    rows = listed(sample_report(reveal="keys"), "Records")
    headings = list(rows[0])
    wanted = ["Key", "local_patient_id", "Period", "What happened", "Data item", "Column", "File", "Row", "Rule"]
    assert sorted(wanted, key=headings.index) == wanted
    keys = [row["Key"] for row in rows]
    assert len(keys) == sum(len(finding.samples) for finding in findings())
    assert len(set(keys)) == sum(a != b for a, b in zip(keys, [None, *keys], strict=False)), "a record is torn apart"
    twice = [row for row in rows if keys.count(row["Key"]) == 2]
    assert {row["Rule"] for row in twice} == {"PMD00105", "PMD001.preferred_language.missing"}
    assert rows[0]["Severity"] == "Error"
    assert "Value" not in headings


def test_what_is_not_named_is_said_above_the_records() -> None:
    first = next(book(sample_report())["Records"].iter_rows(values_only=True))[0]
    assert isinstance(first, str)
    assert first.startswith("Named here: 19 of 6,374 rows with a finding")


def test_the_records_count_what_the_option_for_all_rows_writes(tmp_path: Path) -> None:
    """Neither a column, nor a rate, nor a row of the header, nor rows of a table in which some were refused."""
    generate(
        tmp_path / "sent",
        persons=400,
        seed=4,
        faults={"PMD001.birth_date.format": 0.2, "PMD00319": 0.02, "PMD00304": 0.1, "PMD90001": 1.0},
    )
    person = tmp_path / "sent" / "person.csv"
    person.write_text(person.read_text().replace("religion_group", "religon_group", 1))
    rows = tmp_path / "rows.csv"
    report = validate(tmp_path / "sent", today=date(2026, 5, 7), rows_to=rows)
    silent = {f.table for f in report.findings if f.samples} - {"person", "referral", "care_contact"}
    assert silent == {"plus_characteristic", "dataset", "header"}
    assert any(finding.counted == "columns" for finding in report.findings)
    first = str(next(book(report)["Records"].iter_rows(values_only=True))[0])
    written = len(rows.read_text().splitlines()) - 1
    assert re.match(f"Named here: [0-9]+ of {written:,} rows with a finding", first)
    (beside,) = re.findall(r"not written by it: ([0-9]+) \((.*)\)", first)
    assert int(beside[0]) == sum(len(f.samples) for f in report.findings if f.table in silent)
    assert set(beside[1].split(", ")) == {words.table_title(table) for table in silent}


def test_leading_zeros_stay_and_text_is_text() -> None:
    sheet = book(with_value("000123"))["Records"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "000123"]
    assert cells
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}


@pytest.mark.parametrize(
    "value",
    [
        "=1+1", '=HYPERLINK("https://example.org","x")', "+1", "-2+3", "@SUM(1,1)", "\t=1", "\r=1", "＝1",
        "=cmd|' /C calc'!A0", "#REF!", "#N/A", "TRUE", "1e5", "2026-04-01", "<f>1</f>",
    ],
)  # fmt: skip
def test_no_cell_becomes_a_formula_or_anything_but_text(value: str) -> None:
    written = REPORTS["xlsx"](with_value(value))
    assert "<f" not in markup(written)
    shown = value.strip()
    sheet = load_workbook(BytesIO(written))["Records"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == shown]
    assert len(cells) == 6
    assert {cell.data_type for cell in cells} == {"s"}
    if shown[0] in "=+-@＝":
        assert all(cell.quotePrefix for cell in cells), "a cell that is edited would become a formula"


def test_what_looks_like_an_escape_is_not_read_as_one() -> None:
    assert "_x005F_x003D_1" in markup(REPORTS["xlsx"](with_value("_x003D_1")))


def test_every_cell_is_text_or_a_number() -> None:
    for report in (sample_report(reveal="values"), clean_report(), full_report()):
        cells = chain.from_iterable(row for sheet in book(report) for row in sheet.iter_rows())
        assert {cell.data_type for cell in cells if cell.value is not None} == {"s", "n"}


def test_another_reader_reads_the_same() -> None:
    written = REPORTS["xlsx"](sample_report(reveal="values"))
    other = CalamineWorkbook.from_filelike(BytesIO(written))
    for name in SHEETS:
        ours = load_workbook(BytesIO(written))[name].iter_rows(values_only=True)
        told = [[cell for cell in row if cell is not None] for row in ours]
        theirs = [[cell for cell in row if cell != ""] for row in other.get_sheet_by_name(name).to_python()]
        assert theirs == told, name


def test_a_list_that_is_too_long_goes_on_on_the_next_sheet_and_says_so() -> None:
    rows = [(number,) for number in range(25)]
    sheet = Listing("Records", ("a note",), (Column("Row"),), rows)
    made = list(split(sheet, most=13))
    assert [part.name for part in made] == ["Records", "Records 2", "Records 3"]
    assert [part.notes[0] for part in made] == [
        "Continues on the sheet Records 2.",
        "Continues on the sheet Records 3.",
        "a note",
    ]
    assert list(chain.from_iterable(part.rows for part in made)) == rows
    assert max(len(part.rows) + len(part.notes) + 1 for part in made) <= 13
    assert [part.name for part in split(Listing("Records", (), (Column("Row"),), []))] == ["Records"]


def test_a_report_that_has_a_lot_to_say_stays_small() -> None:
    assert len(REPORTS["xlsx"](full_report(broken=400, causes=3))) <= MOST_BYTES


def test_rules_are_linked_where_their_page_is_known() -> None:
    rows = listed(sample_report(), "By rule", Look(site="https://plus.example"))
    linked = {row["Explained at"] for row in rows} - {None}
    assert linked == {"https://plus.example/v1/releases/1.0.0/pages/PMD001.birth_date.format.html"}
    assert "Explained at" not in listed(sample_report(), "By rule")[0]


def test_every_rule_is_listed_with_its_outcome() -> None:
    rows = listed(sample_report(), "Rules run")
    assert len(rows) == len(parts()["rules"])
    unchecked = next(row for row in rows if row["Rule"] == "PMD20103")
    assert (unchecked["Outcome"], unchecked["Reason"]) == ("Not assessed", "The table care_contact was not sent.")


def test_a_severity_of_which_nothing_was_judged_has_no_figure() -> None:
    rules = [rule for rule in parts()["rules"] if rule.severity != "info"]
    found = [finding for finding in findings() if finding.severity != "info"]
    rows = list(book(sample_report(rules=rules, findings=found))["Summary"].iter_rows(values_only=True))
    assert next(row for row in rows if row[0] == "Worth knowing")[1] == "?"


def test_what_changed_and_what_is_accepted_stands_in_the_summary_and_beside_the_finding() -> None:
    first = findings()[5]
    accepted = Accepted(reason="r", owner="o", until=date(2026, 12, 31))
    changed = FindingChange(
        fingerprint=first.fingerprint, rule_id=first.rule_id, title=first.title, severity="warning", change="worse",
        before_rows=500, now_rows=610,
    )  # fmt: skip
    report = sample_report(
        findings=[first.model_copy(update={"accepted": accepted})],
        since=since().model_copy(update={"findings": (changed,)}),
        accepted=accepted_entries(),
    )
    (row,) = listed(report, "By rule")
    assert (row["Accepted until"], row["Since last time"]) == ("2026-12-31", "Worse")
    told = [list(row[:4]) for row in book(report)["Summary"].iter_rows(values_only=True)]
    assert [first.title, "Worse", 500, 610] in told
    unjudged = since().model_copy(update={"findings": (changed.model_copy(update={"change": "not_judged"}),)})
    (row,) = listed(report.model_copy(update={"since": unjudged}), "By rule")
    assert row["Since last time"] == "Not judged"
    assert ["Gypsy, Roma or Traveller: yes", "More", 20, 22] in told
    assert ["Birth date", "Better", 0.5, 0.56] in told
    assert ["Status without a number", "Accepted until 31 December 2026.", None, None] in told


def test_rows_of_a_mapped_extract_are_named_in_its_own_files() -> None:
    report = sample_report(findings=[mapped_finding()])
    rows = listed(report, "Records")
    places = [(row["File"], row["Row"], row["In the extract"]) for row in rows]
    second = "birth_date: a constant of the mapping; person.death_date: not filled by the mapping; row 209 of the table"
    assert places == [
        ("patients.csv", 7, "column DOB; row 14 of the table"),
        ("carers.csv", 2, second),
        ("person.csv", 3011, None),
    ]
    (rule,) = listed(report, "By rule")
    assert rule["In your file"].startswith("birth_date: column DOB of patients.csv (read as a date by the mapping)")
    assert "In the extract" not in listed(sample_report(), "Records")[0]


def test_figures_by_group_stand_in_the_summary_with_their_parts() -> None:
    report = sample_report()
    rows = [list(row) for row in book(report)["Summary"].iter_rows(values_only=True)]
    measure = report.access.measures[0]
    split = measure.splits[0]
    first = split.groups[0]
    start = next(place for place, row in enumerate(rows) if row[0] == f"Access to care: {measure.title}")
    assert rows[start + 1][:6] == ["By", "Group", "Counted", "Of", "Persons", "Share"]
    assert rows[start + 2][:4] == ["Everybody", "All", measure.numerator, measure.denominator]
    assert rows[start + 3][:5] == [split.title, first.title, first.numerator, first.denominator, first.persons]
    assert any(str(row[0]).startswith("Known, by group: ") for row in rows)
    assert any(row[0] == "NHS number, by group" for row in rows)
