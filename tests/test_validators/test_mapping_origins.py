"""Findings on a mapped extract name the columns and rows of its own files."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.test_validators.test_mapping import EXTRACT, HEADER
from tests.test_validators.test_report_hostile import hiding
from validators.finding import SourceColumn
from validators.reports import REPORTS, sources
from validators.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from validators.finding import Finding
    from validators.report import Report

    Check = Callable[..., Report]

PERSON = """
[[table]]
name = "person"
source = "patients.csv"
[table.items]
local_patient_id = { column = "Id", surrogate = true }
local_patient_id_org = { constant = "RX1" }
birth_date = { column = "Born", strip = true, format = "%d/%m/%Y" }
stated_gender = { column = "Sex", recode = { M = "1", F = "2" } }
ethnic_category = { column = "Eth", strip = true }
"""
UNPIVOT = """
[[table]]
name = "plus_characteristic"
source = "patients.csv"
[table.items]
local_patient_id = "Id"
local_patient_id_org = { constant = "RX1" }
[[table.unpivot]]
characteristic = "HOMELESS"
column = "Accommodation"
recode = { "12" = "Y" }
source = "3"
[[table.unpivot]]
characteristic = "CARER"
from = "carers.csv"
column = "Cares"
items = { local_patient_id = "Person" }
[[table.unpivot]]
characteristic = "LD"
from = "carers.csv"
value = "Q"
where = { Cares = ["never"] }
items = { local_patient_id = "Person" }
"""
VALUE = "column Accommodation of patients.csv (recoded by the mapping) or column Cares of carers.csv"
CARERS = "Person,Cares\na,\nb,perhaps\nc,Y\nd,maybe\n"


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """The report on an extract, read by a mapping."""

    def checked(mapping: str, header: str = HEADER, engine: str = "duckdb", **files: str) -> Report:
        folder = tmp_path / "extract"
        folder.mkdir(exist_ok=True)
        for name, content in ({"patients": EXTRACT} | files).items():
            (folder / f"{name}.csv").write_text(content, encoding="utf-8", newline="")
        (tmp_path / "map.toml").write_text(header + mapping, encoding="utf-8")
        return validate(folder, mapping=tmp_path / "map.toml", today=datetime.date(2026, 5, 20), engine=engine)

    return checked


def found(report: Report, rule: str, kind: str | None = None) -> Finding:
    return next(f for f in report.findings if f.rule_id == rule and kind in (None, f.cause.kind))


def told(finding: Finding) -> str:
    return sources.columns([finding])


def column(item: str | None, name: str, *steps: str, file: str = "patients.csv") -> SourceColumn:
    return SourceColumn(data_item=item, filled_with="column", file=file, column=name, steps=steps)  # type: ignore[arg-type]


def constant(item: str) -> SourceColumn:
    return SourceColumn(data_item=item, filled_with="constant", file=None, column=None)


def test_a_finding_names_the_column_and_what_was_done_to_it(check: Check) -> None:
    finding = found(check(PERSON), "PMD001.birth_date.format")
    assert finding.source_columns == (column("birth_date", "Born", "stripped", "dated"),)
    assert told(finding) == "column Born of patients.csv (stripped of spaces, read as a date by the mapping)"
    assert [(s.row, s.line, s.source) for s in finding.samples] == [(2, 3, None)]


def test_a_recoded_column_a_constant_and_an_item_that_nothing_fills(check: Check) -> None:
    report = check(PERSON.replace('constant = "RX1"', 'constant = "rx1"'))
    assert told(found(report, "PMD001.stated_gender.code")) == "column Sex of patients.csv (recoded by the mapping)"
    finding = found(report, "PMD001.local_patient_id_org.format")
    assert finding.source_columns == (constant("local_patient_id_org"),)
    assert told(finding) == "a constant of the mapping"
    finding = found(report, "PMD001.nhs_number.missing")
    assert [f.filled_with for f in finding.source_columns] == ["nothing"]
    assert told(finding) == "not filled by the mapping"


def test_every_item_of_a_finding_is_named_in_turn(check: Check) -> None:
    finding = found(check(PERSON), "PMD001.key.copied")
    assert [f.data_item for f in finding.source_columns] == list(finding.data_items)
    assert told(finding) == (
        "local_patient_id_org: a constant of the mapping; "
        "local_patient_id: column Id of patients.csv (turned into another id by the mapping)"
    )


def test_a_header_of_constants(check: Check) -> None:
    report = check(PERSON, header=HEADER.replace("2026-04-30", "2026-04-29"))
    finding = next(f for f in report.findings if f.table == "header" and "period_end" in f.data_items)
    assert constant("period_end") in finding.source_columns


def test_columns_that_are_not_there_are_those_that_the_mapping_does_not_fill(check: Check) -> None:
    finding = found(check(PERSON), "PMD001.column.missing", "missing_required")
    assert "nhs_number" in finding.data_items
    assert {f.filled_with for f in finding.source_columns} == {"nothing"}


def test_without_a_mapping_there_are_none(tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text("local_patient_id,birth_date\nA1,31/12/1980\n", encoding="utf-8")
    report = validate(tmp_path / "person.csv", period="2026-04", provider="RX1", today=datetime.date(2026, 5, 20))
    written = json.loads(REPORTS["json"](report))
    assert {json.dumps(finding["source_columns"]) for finding in written["findings"]} == {"[]"}
    assert {sample["source"] for finding in written["findings"] for sample in finding["samples"]} == {None}
    assert "Your file" not in REPORTS["text"](report).decode()
    assert "In your file" not in REPORTS["html"](report).decode()


# Several columns and files, one table


@pytest.fixture
def unpivoted(check: Check) -> Report:
    return check(PERSON + UNPIVOT, carers=CARERS)


def test_every_column_that_made_rows_is_named(unpivoted: Report) -> None:
    finding = found(unpivoted, "PMD00303")
    carers = column("value", "Cares", file="carers.csv")
    assert finding.source_columns == (column("value", "Accommodation", "recoded"), carers)
    assert told(finding) == VALUE


def test_a_finding_on_the_whole_data_set_names_the_columns_of_its_tables(unpivoted: Report) -> None:
    assert told(found(unpivoted, "PMD90005")) == (
        "header.declared_plus, plus_characteristic.characteristic_code: a constant of the mapping; "
        f"plus_characteristic.value: {VALUE}"
    )


def test_a_sample_names_the_row_of_its_own_file_and_its_own_column(unpivoted: Report) -> None:
    """Rows 1 to 3 are of patients.csv (records 1, 3, 4), rows 4 to 6 of carers.csv (records 2 to 4)."""
    samples = found(unpivoted, "PMD00303").samples
    assert [(s.row, s.line, s.source and (s.source.file, s.source.row)) for s in samples] == [
        (2, 4, ("patients.csv", 3)), (3, 6, ("patients.csv", 4)), (4, 3, ("carers.csv", 2)), (6, 5, ("carers.csv", 4)),
    ]  # fmt: skip
    assert [s.source and s.source.columns for s in samples] == [
        (column("value", "Accommodation", "recoded"),), (column("value", "Accommodation", "recoded"),),
        (column("value", "Cares", file="carers.csv"),), (column("value", "Cares", file="carers.csv"),),
    ]  # fmt: skip


def test_a_sample_tells_a_constant_from_what_nothing_fills(unpivoted: Report) -> None:
    """The pass over patients.csv says the source of every answer; that over carers.csv says none."""
    finding = found(unpivoted, "PMD00304")
    assert {s.source and s.source.columns[0].filled_with for s in finding.samples} == {"nothing"}
    assert told(finding) == "a constant of the mapping or not filled by the mapping"


def test_both_engines_name_the_same(check: Check, unpivoted: Report) -> None:
    other = check(PERSON + UNPIVOT, engine="reference", carers=CARERS)
    assert other.findings == unpivoted.findings


def test_fingerprints_do_not_depend_on_the_mapping(check: Check) -> None:
    report = check(PERSON)
    other = check(PERSON.replace('"Born"', '"Geboren"'), patients=EXTRACT.replace("Born", "Geboren"))
    assert [f.fingerprint for f in report.findings] == [f.fingerprint for f in other.findings]
    assert [f.source_columns for f in report.findings] != [f.source_columns for f in other.findings]


def test_forms_for_people_name_the_file_of_each_sample(unpivoted: Report) -> None:
    text = " ".join(REPORTS["text"](unpivoted).decode().split())
    assert f"Your file {VALUE}" in text
    assert "row 3 of patients.csv (line 4, column Accommodation, row 2 of the table)" in text
    assert "row 2 of carers.csv (line 3, column Cares, row 4 of the table)" in text
    page = REPORTS["html"](unpivoted).decode()
    assert "<strong>In your file:</strong> column Accommodation of patients.csv" in page
    assert "row 3 of patients.csv (line 4, column Accommodation, row 2 of the table, key " in page


def test_many_rows_find_their_own(check: Check) -> None:
    """More than fits in one part of the scan file."""
    lines = ["Person,Cares", *(f"p{n},{'' if n % 3 else f'x{n}'}" for n in range(1, 60_001))]
    report = check(PERSON + UNPIVOT, carers="\n".join(lines) + "\n")
    samples = [s for s in found(report, "PMD00303").samples if s.source and s.source.file == "carers.csv"]
    assert len(samples) > 2
    rows = [3 * ((sample.row or 0) - 3) for sample in samples]  # three rows are of patients.csv
    assert [(s.line, s.source and s.source.row) for s in samples] == [(row + 1, row) for row in rows]


# Faults of the files


def test_a_fault_of_one_of_several_files_names_it(check: Check) -> None:
    report = check(PERSON + UNPIVOT, carers=CARERS + "e,Y,what\n")
    finding = found(report, "PMD003.file.long_lines")
    assert [(s.row, s.line, s.source and (s.source.file, s.source.row)) for s in finding.samples] == [
        (5, 6, ("carers.csv", 5))
    ]
    assert "row 5 of carers.csv (line 6)" in " ".join(REPORTS["text"](report).decode().split())


def test_a_fault_of_columns_names_what_they_fill_in_every_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Id", "Nhs", "Shoes", "Cares"], ["a", "#N/A", "#DIV/0!", "Y"], ["b", "9990000026", "#N/A", "#N/A"]):
        sheet.append(row)
    book.save(tmp_path / "patients.xlsx")
    mapping = """
[[table]]
name = "person"
items = { local_patient_id = "Id", nhs_number = "Nhs" }
[[table]]
name = "plus_characteristic"
items = { local_patient_id = "Id" }
unpivot = [{ characteristic = "CARER", column = "Cares" }]
"""
    (tmp_path / "map.toml").write_text(HEADER + mapping, encoding="utf-8")
    report = validate(tmp_path / "patients.xlsx", mapping=tmp_path / "map.toml", today=datetime.date(2026, 5, 20))
    finding = found(report, "PMD001.column.spreadsheet", "error_cell")
    number, shoes, cares = (f"column {name} of patients.xlsx" for name in ("Nhs", "Shoes", "Cares"))
    assert told(finding) == (
        f"nhs_number: {number}; {shoes}, which fills no data item; plus_characteristic.value: {cares}"
    )
    assert finding.data_items == ()


# Hostile names


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("<script>alert(1)</script>", id="script"),
        pytest.param('"><img src=x onerror=alert(1)>', id="attribute"),
        pytest.param("{{ 7 * 7 }}", id="template"),
        pytest.param("\x1b[31mred", id="escape"),
        pytest.param("a\u202eb\u2066", id="direction"),
        pytest.param("x" * 5000, id="long"),
    ],
)
def test_hostile_names_of_columns_are_harmless_in_every_form(check: Check, name: str) -> None:
    quoted = json.dumps(name)
    mapping = PERSON.replace('"Born"', quoted).replace("patients.csv", "<b>.csv")
    cell = '"' + name.replace('"', '""') + '"'
    report = check(mapping, **{"<b>": EXTRACT.replace("Born", cell)})
    assert found(report, "PMD001.birth_date.format").source_columns[0].column == name
    for form in ("json", "text", "html"):
        assert not hiding(REPORTS[form](report).decode()), form
    page = REPORTS["html"](report).decode()
    assert name.startswith("{{") or name not in page
    assert "<b>" not in page
    assert json.loads(REPORTS["json"](report))["findings"][0].keys() >= {"source_columns"}
