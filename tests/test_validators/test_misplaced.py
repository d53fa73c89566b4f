"""Identifiers in the wrong place: which forms are told, when they mean something, and that no value is repeated."""

from __future__ import annotations

import datetime
import gzip
import json
from typing import TYPE_CHECKING

import duckdb
import openpyxl
import pytest

from schema.dataset import load_dataset
from service.cli import main
from tests.test_validators.drawn_submissions import TEMPLATES
from tests.test_validators.small_submissions import context_of, opened, write_tables
from tests.test_validators.small_submissions import judged as outcome_of
from validators.engines import ENGINES
from validators.misplaced import Form, Kind, form_of, judged, kinds_within, looked_at
from validators.reports import REPORTS
from validators.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

    from validators.report import Report

TODAY = datetime.date(2026, 5, 7)


@pytest.mark.parametrize(
    ("value", "own_number", "form"),
    [
        ("someone@example.org", None, "email"),
        ("id: a.b+c@x.example", None, "email"),
        ("someone@example", None, "word"),
        ("9990000018", "9990000018", "own_number"),
        ("999 000 0018", "9990000018", "own_number"),
        ("9990000018", "999-000-0018", "own_number"),
        ("9990000019", "9990000019", "own_number"),
        ("9990000018", None, "number"),
        ("999-000-0018", None, "number"),
        ("9990000018", "9990000026", "number"),
        ("999 000 0018", "999-000-0026", "number"),
        ("9990000019", "9990000026", "ten_digits"),
        ("9999999999", "9990000026", "ten_digits"),
        ("9990000019", None, "ten_digits"),
        ("9999999999", None, "ten_digits"),
        ("99900000180", None, "plain"),
        ("٩٩٩٠٠٠٠٠١٨", None, "plain"),
        ("AA1 1AA", None, "postcode"),
        ("zz9a 9zz", None, "postcode"),
        ("AA11AA", None, "word"),
        ("AA1 1AA\n", None, "word"),
        ("07700 900123", None, "telephone"),
        ("+44 1632-960001", None, "telephone"),
        ("00000000001", None, "plain"),
        ("0770090", None, "plain"),
        ("P0000001", None, "word"),
        ("7", None, "plain"),
        ("É1", None, "plain"),
    ],
)
def test_each_form_is_told(value: str, own_number: str | None, form: Form) -> None:
    assert form_of(value, own_number) == form


@pytest.mark.parametrize(
    ("counts", "kinds"),
    [
        ({"word": 5000}, {}),
        ({"word": 5000, "postcode": 1, "email": 1}, {"email": ("email",), "postcode": ("postcode",)}),
        # a trust whose ids are numbers of ten digits: one in eleven is right by chance
        ({"ten_digits": 10_000, "number": 1000}, {}),
        ({"ten_digits": 10_000, "number": 1000, "own_number": 2}, {"nhs_number": ("own_number",)}),
        # a trust whose ids are NHS numbers
        ({"own_number": 900, "number": 100}, {"nhs_number": ("own_number", "number")}),
        ({"plain": 900, "number": 2, "ten_digits": 1}, {"nhs_number": ("own_number", "number")}),
        ({"plain": 900, "number": 1, "ten_digits": 1}, {}),
        ({"telephone": 5, "plain": 6}, {"telephone": ("telephone",)}),
        ({"telephone": 6, "plain": 6}, {}),
        ({"word": 1, "plain": 100}, {"letters": ("word",)}),
        ({"word": 1, "plain": 99}, {}),
        ({"word": 1, "plain": 98}, {}),
        ({}, {}),
    ],
)
def test_what_forms_mean_follows_from_how_many_there_are(
    counts: dict[Form, int], kinds: dict[Kind, tuple[Form, ...]]
) -> None:
    assert judged(counts) == kinds


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Ethnicity is asked since 14 April 2026 in 12 of 14 clinics; 99.5 % are known.", []),
        ("Ring 0113 496 0000 or +44 7700 900123.", ["telephone"]),
        ("Write to someone@example.org", ["email"]),
        ("The record 999 000 0018 was merged", ["nhs_number"]),
        ("The record 999 000 0019 was merged", []),
        ("Sent to AA1 1AA.", ["postcode"]),
        ("Reference X9990000018Y", []),
    ],
)
def test_texts_of_the_header_are_searched(text: str, kinds: list[Kind]) -> None:
    assert list(kinds_within(text)) == kinds


def test_what_is_looked_at_follows_from_the_definition() -> None:
    tables = load_dataset().tables
    assert {name: [item.name for item in looked_at(table)] for name, table in tables.items()} == {
        "header": ["system_supplier", "system_product", "system_version", "narrative"],
        "person": ["local_patient_id"],
        "plus_characteristic": [],
        "referral": ["service_request_id"],
        "care_contact": ["care_contact_id", "team_local_id", "ward_code"],
    }


PLANTED = ("9990000018", "999 000 0026", "AA1 1AA", "someone@example.org", "07700900123", "Example")
RAW = ("9990000018", "9990000026", "AA1 1AA", "someone@example.org", "07700900123", "Example")


def _persons() -> list[dict[str, str | None]]:
    plain = [{**TEMPLATES["person"], "local_patient_id": str(number)} for number in range(1000, 1700)]
    planted = [{**TEMPLATES["person"], "local_patient_id": value, "postcode": "BB2 2BB"} for value in PLANTED]
    return [*plain[:300], *planted, *plain[300:]]


@pytest.mark.parametrize("engine", ENGINES)
def test_engines_count_them_and_list_their_rows(engine: str, tmp_path: Path) -> None:
    write_tables(tmp_path, {"person": _persons()})
    with opened(tmp_path) as sources:
        found = outcome_of(engine, sources, context_of(sources))
    (tally,) = found.tally.misplaced
    assert (tally.table, tally.item, tally.assessed) == ("person", "local_patient_id", 706)
    assert [(cause.kind, cause.count, cause.sample_rows) for cause in tally.causes] == [
        ("email", 1, (304,)),
        ("nhs_number", 2, (301, 302)),
        ("postcode", 1, (303,)),
        ("telephone", 1, (305,)),
        ("letters", 1, (306,)),
    ]
    assert found.failing("person", "PMD001.local_patient_id.misplaced") == [301, 302, 303, 304, 305, 306]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_number_of_another_person_is_told_among_ids_of_another_form(engine: str, tmp_path: Path) -> None:
    """Among ids of ten digits it is not: by chance one of eleven of them has the right check digit."""
    own = {"nhs_number": "9990000026", "nhs_number_status": "01"}
    planted = {**TEMPLATES["person"], **own, "local_patient_id": "9990000018"}
    lettered = [{**TEMPLATES["person"], **own, "local_patient_id": f"P{n}"} for n in range(40)]
    numbered = [{**TEMPLATES["person"], **own, "local_patient_id": str(4_000_000_000 + n)} for n in range(40)]
    for others, rows in ((lettered, (21,)), (numbered, ())):
        write_tables(tmp_path, {"person": [*others[:20], planted, *others[20:]]})
        with opened(tmp_path) as sources:
            (tally,) = outcome_of(engine, sources, context_of(sources)).tally.misplaced
        found = {cause.kind: cause.sample_rows for cause in tally.causes}
        assert found.get("nhs_number", ()) == rows


def test_a_text_of_the_header_that_holds_several_is_one_row(tmp_path: Path) -> None:
    header = {"dataset_version": "1.0.0", "narrative": "Ask someone@example.org or 07700 900123"}
    write_tables(tmp_path, {"person": _persons(), "header": [header]})
    report = validate(tmp_path, today=TODAY)
    (finding,) = [found for found in report.findings if found.rule_id == "PMD000.narrative.misplaced"]
    assert (finding.failed_rows, finding.assessed_rows) == (1, 1)
    assert finding.cause.received == "an e-mail address; a telephone number"
    (rule,) = [rule for rule in report.rules if rule.rule_id == "PMD000.narrative.misplaced"]
    assert (rule.failed_rows, rule.assessed_rows) == (1, 1)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("planted")
    header = {"dataset_version": "1.0.0", "provider_org_code": "RX1", "narrative": "Ask someone@example.org"}
    write_tables(folder, {"person": _persons(), "header": [header]})
    return validate(folder, today=TODAY, reveal="values")


def test_a_finding_never_repeats_the_value(report: Report) -> None:
    """Not in the copy of the owner either, who asked for values."""
    found = [finding for finding in report.findings if finding.rule_id.endswith(".misplaced")]
    assert sum(finding.table == "person" for finding in found) == 5
    said = "".join(finding.model_dump_json() for finding in found)
    assert not [value for value in RAW if value in said]
    assert {finding.severity for finding in found} == {"warning"}
    assert {finding.action for finding in found} == {"none"}


def test_a_narrative_that_holds_one_is_not_printed(report: Report) -> None:
    (finding,) = [found for found in report.findings if found.rule_id == "PMD000.narrative.misplaced"]
    assert finding.cause.kind == "email"
    assert "not printed" in finding.message
    assert report.submission.narrative is None
    for form in REPORTS:
        assert b"Ask someone" not in REPORTS[form](report)


def test_a_column_that_says_who_people_are_is_told(tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text("local_patient_id,Surname,first name,shoe_size\n1,Example,Jo,9\n")
    report = validate(tmp_path, today=TODAY)
    (finding,) = [found for found in report.findings if found.rule_id == "PMD001.column.identifying"]
    assert (finding.severity, finding.failed_rows) == ("warning", 2)
    assert finding.cause.received == "Surname, first name"
    assert "Example" not in report.model_dump_json()


#: a table with a filled column of names, one that is empty in every row, and one that is no item
NAMED = [
    {"local_patient_id": "1", "surname": "", "first_name": None, "shoe_size": "9"},
    {"local_patient_id": "2", "surname": "  ", "first_name": "Jo", "shoe_size": None},
    {"local_patient_id": "3", "surname": None, "first_name": None, "shoe_size": None},
]


def _write_named(folder: Path, form: str, rows: list[dict[str, str | None]]) -> None:
    path = folder / f"person.{form}"
    columns = list(NAMED[0])
    if form in ("json", "ndjson"):
        texts = [json.dumps(row) for row in rows]
        path.write_text("\n".join(texts) if form == "ndjson" else f"[{','.join(texts)}]")
    elif form == "parquet":
        values = ", ".join(
            "(" + ", ".join("NULL" if v is None else f"'{v}'" for v in row.values()) + ")" for row in rows
        )
        names = ", ".join(columns)
        duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) AS t({names})) TO '{path}' (FORMAT parquet)")
    elif form == "xlsx":
        book = openpyxl.Workbook()
        book.active.title = "person"
        for line in [columns, *([row[column] for column in columns] for row in rows)]:
            book.active.append(line)
        book.save(path)
    else:
        lines = [",".join(row[column] or "" for column in columns) for row in rows]
        encoding = "utf-16" if form == "csv.gz" else "utf-8"
        content = ("\n".join([",".join(columns), *lines]) + "\n").encode(encoding)
        path.write_bytes(gzip.compress(content) if form == "csv.gz" else content)


@pytest.mark.parametrize("form", ["csv", "csv.gz", "ndjson", "json", "xlsx", "parquet"])
def test_a_column_of_names_that_is_empty_in_every_row_says_nothing_of_anybody(form: str, tmp_path: Path) -> None:
    """It is one that the data set does not have, like any other."""
    for filled in (True, False):
        folder = tmp_path / str(filled)
        folder.mkdir()
        _write_named(folder, form, NAMED if filled else [NAMED[0], NAMED[2]])
        found = {f.rule_id: f.cause.received for f in validate(folder, today=TODAY).findings}
        assert found.get("PMD001.column.identifying") == ("first_name" if filled else None)
        unknown = {"surname", "shoe_size"} | (set() if filled else {"first_name"})
        assert set((found["PMD001.column.unknown"] or "").split(", ")) == unknown


def test_a_report_with_one_can_be_cut_by_place(tmp_path: Path) -> None:
    """The release has no such rule: a slice by place leaves it out, and the whole report tells it."""
    sent = tmp_path / "sent"
    sent.mkdir()
    contact = {**TEMPLATES["care_contact"], "care_contact_id": "AA1 1AA", "site_code": "RX101", "contact_date": "x"}
    write_tables(sent, {"person": _persons(), "care_contact": [contact]})
    assert main(["validate", str(sent), "--slice", "site", "--output", str(tmp_path / "cut")]) in (0, 1)
