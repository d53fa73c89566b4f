"""The mappings in examples/ on the data that they are for, where these are present."""

from __future__ import annotations

import datetime
import os
import runpy
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from service.cli import main
from validators.finding import SourceColumn
from validators.report import Report
from validators.validate import validate

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
DATA = Path(os.environ.get("PLUSMDS_SHARED_DATA") or ROOT.parent / "shared" / "data")
TODAY = datetime.date(2026, 5, 20)

pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason="the data of others are not here: ../shared/data"),
    pytest.mark.may_skip("../shared/data is not part of the project"),
]


class Example(NamedTuple):
    mapping: Path
    path: Path


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Example]:
    flat = tmp_path_factory.mktemp("pds") / "patients.csv"
    flatten = runpy.run_path(str(EXAMPLES / "pds_fhir" / "flatten.py"))["flatten"]
    assert flatten(DATA / "fhir" / "pds_karate_mocks", flat) == 103
    hes = DATA / "patient_level" / "hes_artificial" / "artificial_hes_op_0304_truncated.csv"
    return {
        "hes_outpatient": Example(EXAMPLES / "hes_outpatient.toml", hes),
        "synthea": Example(EXAMPLES / "synthea.toml", DATA / "patient_level" / "synthea"),
        "pds_fhir": Example(EXAMPLES / "pds_fhir" / "pds_fhir.toml", flat),
    }


@pytest.fixture(scope="module")
def reports(examples: dict[str, Example], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """By command line, as a reader of the examples would."""
    folder = tmp_path_factory.mktemp("reports")
    for name, (mapping, path) in examples.items():
        options = ["--map", str(mapping), "--today", TODAY.isoformat(), "--format", "json"]
        assert main(["validate", str(path), *options, "--output", str(folder / f"{name}.json")]) == 1
    return {name: Report.model_validate_json((folder / f"{name}.json").read_bytes()) for name in examples}


def rows(report: Report) -> dict[str, int | None]:
    return {table.table: table.rows for table in report.tables if table.rows is not None}


def failed(report: Report) -> dict[str, int | None]:
    return {f"{finding.rule_id} {finding.cause.kind}": finding.failed_rows for finding in report.findings}


def filled(item: str, file: str, column: str, *steps: Any) -> SourceColumn:
    return SourceColumn(data_item=item, filled_with="column", file=file, column=column, steps=steps)


def test_every_finding_on_an_item_says_what_fills_it(reports):
    """Of the tables that the mapping names; a fault of a file names none of our items."""
    for report in reports.values():
        named = [finding for finding in report.findings if finding.data_items]
        assert named
        for finding in named:
            assert {column.data_item for column in finding.source_columns} == set(finding.data_items)


def test_every_mapping_is_tried(examples):
    assert sorted(example.mapping for example in examples.values()) == sorted(EXAMPLES.rglob("*.toml"))


def test_hes_outpatient(reports):
    report = reports["hes_outpatient"]
    assert report.verdict == "rejected"
    assert {"person": 114, "referral": 114, "care_contact": 114}.items() <= rows(report).items()
    found = failed(report)
    assert found["PMD00002 not_in_force"] == 1
    assert found["PMD001.key.repeated repeated"] == 55
    assert found["PMD10103 blank"] == 18
    assert found["PMD10105 code_of_another_list"] == 23
    finding = next(f for f in report.findings if f.rule_id == "PMD10103")
    file = "artificial_hes_op_0304_truncated.csv"
    assert finding.source_columns == (filled("referral_received_date", file, "REQDATE", "recoded"),)
    sample = finding.samples[0]
    assert sample.row is not None
    assert sample.line == sample.row + 1
    assert sample.source is None


def test_synthea(reports):
    report = reports["synthea"]
    assert {"person": 27, "plus_characteristic": 4, "care_contact": 13}.items() <= rows(report).items()
    found = failed(report)
    assert found["PMD00309 check_digit"] == 4
    finding = next(f for f in report.findings if f.rule_id == "PMD00309")
    assert finding.source_columns == (filled("snomed_code", "conditions.csv", "CODE"),)
    assert [sample.source and sample.source.file for sample in finding.samples] == ["conditions.csv"] * 4
    assert [sample.line for sample in finding.samples] == [
        sample.source and sample.source.row + 1 for sample in finding.samples
    ]
    assert [sample.row for sample in finding.samples] == [1, 2, 3, 4]
    assert found["PMD00120 other_form"] == 15
    assert found["PMD001.ethnic_category.code not_in_list"] == 27
    assert "observations.csv" in {ignored.name for ignored in report.ignored_files}


def test_pds_fhir(reports):
    report = reports["pds_fhir"]
    assert report.verdict == "accepted_with_findings"
    assert {"person": 58, "plus_characteristic": 2}.items() <= rows(report).items()
    found = failed(report)
    assert found["PMD00105 check_digit"] == 1
    assert found["PMD00106 placeholder"] == 2
    assert found["PMD00135 no_space"] == 3
    assert found["PMD00305 blank"] == 2


def test_both_engines_agree(examples, reports):
    for name, example in examples.items():
        other = validate(example.path, mapping=example.mapping, today=TODAY, engine="reference")
        assert failed(other) == failed(reports[name])
        assert [f.samples for f in other.findings] == [f.samples for f in reports[name].findings]


def test_the_notes_say_what_was_done(reports):
    notes = {note.title: note.lines for note in reports["hes_outpatient"].notes}
    assert "1,000 records of artificial_hes_op_0304_truncated.csv made 114 rows" in notes["Mapping of person"][0]
    assert any("82 recoded (X → 99)" in line for line in notes["Mapping of person"])
