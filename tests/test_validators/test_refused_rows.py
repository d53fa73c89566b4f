"""Rows of restricted characteristics: no copy and no figure tells how many there are, nor where they stand."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from service.cli import main
from tests.test_validators.small_persons import HEADER, answer, person
from tests.test_validators.small_submissions import TODAY, write_tables
from validators.copies import shareable
from validators.engines import ENGINES
from validators.reports import REPORTS
from validators.reports.words import NO_ROW_MEANS
from validators.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

    from validators.report import Report

every_engine = pytest.mark.parametrize("engine", ENGINES)
PERSONS = 40
#: rows that anybody may see, some of them at fault; far fewer than the refused ones
SEEN = [
    *(answer(number, "HOMELESS", "Y" if number % 2 else "N") for number in range(20)),
    *(answer(number, "CARER", "maybe") for number in range(12)),
    *(answer(number, "GRT", "Y", day="31/12/2025") for number in range(9)),
    *(answer(number, "LD", "N", source=None) for number in range(3)),
]
#: the code, and what people write for it: a code that is written in another way is no way round the refusal
SPELT = (
    *("SEXWORK", "sexwork", " SEXWORK ", "Sex work", "SEX_WORK", "Sex-Workers", "JUSTICE\u00a0", "youth justice"),
    *("Migrants", "MODERN-SLAVERY", "Contact with the justice system", "Asylum seeker"),
    *("SEXWOKR", "SEXW0RK", "MIGRNT", "JUSTCE", "MODSLAV", "Trafficked", "probationer"),
    *("\uff33\uff25\uff38\uff37\uff2f\uff32\uff2b", "\u0405EXWORK", "L-MIGRANT", "L-SEXWRK", "l-justice"),
)
#: what is no way of writing one: other codes, right or wrong, in whatever letters
OTHERS = (
    *("CARER", "carer", "carers", "CARER\u00a0", "HOMELES", "L-KEYWORKER", "L-VICTIM", "x", "", "sys", "PRISON", None),
)
MAPPING = """
[header]
dataset_version = "1.0.0"
provider_org_code = "RX1"
period_start = 2026-04-01
period_end = 2026-04-30
[[table]]
name = "person"
source = "person.csv"
[table.items]
local_patient_id_org = "local_patient_id_org"
local_patient_id = "local_patient_id"
[[table]]
name = "plus_characteristic"
source = "plus_characteristic.csv"
[table.items]
local_patient_id_org = "local_patient_id_org"
local_patient_id = "local_patient_id"
characteristic_code = "characteristic_code"
value = "value"
source = "source"
recorded_date = "recorded_date"
"""

UNPIVOTED = """
[header]
dataset_version = "1.0.0"
provider_org_code = "RX1"
period_start = 2026-04-01
period_end = 2026-04-30
local_extensions = "L-X1=Sex workers"
[[table]]
name = "person"
source = "patients.csv"
[table.items]
local_patient_id_org = "org"
local_patient_id = "id"
[[table]]
name = "plus_characteristic"
source = "patients.csv"
[table.items]
local_patient_id_org = "org"
local_patient_id = "id"
[[table.unpivot]]
characteristic = "HOMELESS"
column = "hl"
source = "1"
[[table.unpivot]]
characteristic = "CODE"
column = "sw"
source = "1"
"""


def _submission(folder: Path, refused: int, seed: int, *, ragged: bool = False) -> Path:
    """A submission with so many refused rows at random places; `ragged`: every row lacks its last value."""
    folder.mkdir()
    rows = [*SEEN, *(answer(n % PERSONS, SPELT[n % len(SPELT)], "Y") for n in range(refused))]
    random.Random(seed).shuffle(rows)
    persons = [person(number, ethnic_category="A") for number in range(PERSONS)]
    write_tables(folder, {"header": [HEADER], "person": persons, "plus_characteristic": rows})
    if ragged:
        path = folder / "plus_characteristic.csv"
        first, *lines = path.read_text().splitlines()
        path.write_text("\n".join([first, *(line.rpartition(",")[0] for line in lines)]) + "\n")
    return folder


@pytest.mark.parametrize("code", [*SPELT, *OTHERS])
def test_engines_refuse_the_same_codes(tmp_path: Path, code: str | None) -> None:
    write_tables(tmp_path, {"header": [HEADER], "person": [person(1)], "plus_characteristic": [answer(1, code, "Y")]})
    found = {engine: validate(tmp_path, engine=engine, today=TODAY) for engine in ENGINES}
    refused = {name: [f for f in report.findings if f.rule_id == "PMD00319"] for name, report in found.items()}
    assert {name: bool(findings) for name, findings in refused.items()} == dict.fromkeys(ENGINES, code in SPELT)


@every_engine
def test_a_local_code_for_a_restricted_characteristic_is_one(engine: str, tmp_path: Path) -> None:
    """Whether its code says so or its label: it is neither counted nor collected, and others are as before."""
    labels = "L-X1=Sex workers|L-MIGRANT=Newly arrived|L-HOARD=Hoarding"
    header = {**HEADER, "local_extensions": labels, "declared_plus": "L-X1|L-MIGRANT|L-HOARD"}
    rows = [answer(n, code, "Y") for n in range(30) for code in ("L-X1", "L-MIGRANT", "L-HOARD")]
    persons = [person(number) for number in range(30)]
    write_tables(tmp_path, {"header": [header], "person": persons, "plus_characteristic": rows})
    report = validate(tmp_path, engine=engine, today=TODAY)
    assert [f.failed_rows for f in report.findings if f.rule_id == "PMD00319"] == [None]
    assert {each.characteristic: each.yes for each in report.plus if each.characteristic.startswith("L-")} == {
        "L-HOARD": 30
    }
    assert next(table.rows for table in report.tables if table.table == "plus_characteristic") == 30


@pytest.mark.parametrize("code", ["SEXWORK", "Sex worker", "SEX-WORK", "L-X1", "L-SEXWORK"])
def test_a_mapping_counts_nothing_of_a_constant_that_may_be_restricted(code: str, tmp_path: Path) -> None:
    """However it is written, and also where the label of a local code says it."""
    told = {}
    for refused in (3, 12):
        folder = tmp_path / str(refused)
        folder.mkdir()
        lines = [f"RX1,P{n:03},{'Y' if n < refused else ''},{'Y' if n % 2 else ''}" for n in range(40)]
        (folder / "patients.csv").write_text("\n".join(["org,id,sw,hl", *lines]) + "\n")
        (tmp_path / "map.toml").write_text(UNPIVOTED.replace("CODE", code))
        report = validate(folder, mapping=tmp_path / "map.toml", today=TODAY)
        told[refused] = [note.lines for note in report.notes]
    assert told[3] == told[12]
    assert any("HOMELESS" in line and "20 rows" in line for lines in told[3] for line in lines)


def _figures(part: Any, path: str = "") -> Iterator[tuple[str, int]]:
    """Every whole number of a report, with where it stands."""
    if isinstance(part, dict):
        for name, inner in part.items():
            yield from _figures(inner, f"{path}.{name}")
    elif isinstance(part, list):
        for inner in part:
            yield from _figures(inner, path)
    elif isinstance(part, int) and not isinstance(part, bool):
        yield path, part


def _told(report: Report) -> dict[str, Any]:
    """The report without what names this run or the content of the files: ids, digests, sizes, keys of rows."""
    told = report.model_dump(mode="json")
    for name in ("report_id", "created_at"):
        del told[name]
    for file in told["submission"]["files"]:
        if file["table"] != "plus_characteristic" or "person" in file["name"]:
            del file["sha256"], file["bytes"]
    for finding in told["findings"]:
        for sample in finding["samples"]:
            sample["key"] = None
            sample.pop("ids", None)
    return told


def _mapped(folder: Path) -> dict[str, Any]:
    (folder.parent / "map.toml").write_text(MAPPING)
    return {"mapping": folder.parent / "map.toml"}


@every_engine
@pytest.mark.parametrize("ragged", [False, True])
@pytest.mark.parametrize("how", [lambda _: {}, lambda _: {"reveal": "keys"}, _mapped])
def test_a_report_reads_the_same_however_many_rows_are_refused(
    engine: str, ragged: bool, how: Callable[[Path], dict[str, Any]], tmp_path: Path
) -> None:
    """What is the same for one refused row and for 700, wherever they stand, tells nobody their number."""
    reports = []
    for refused, seed in ((1, 1), (59, 2), (700, 3)):
        sent = _submission(tmp_path / f"sent{refused}", refused, seed, ragged=ragged)
        reports.append(validate(sent, today=TODAY, engine=engine, **how(sent)))
    few, more, many = map(_told, reports)
    assert few == more == many
    assert any(f["samples"] for f in few["findings"] if f["table"] == "plus_characteristic")


@every_engine
def test_no_figure_of_any_copy_is_one_of_the_refused_rows(engine: str, tmp_path: Path) -> None:
    """Neither their number, nor that of all rows, nor the place of a row beyond the rows that are counted."""
    refused = random.Random(7).randint(600, 900)
    report = validate(_submission(tmp_path / "sent", refused, 4), today=TODAY, engine=engine)
    for copy in (report, shareable(report)):
        told = copy.model_dump(mode="json")
        for file in told["submission"]["files"]:
            if file["table"] != "plus_characteristic":
                del file["bytes"]
        figures = list(_figures(told))
        assert max(number for _, number in figures) <= len(SEEN) + PERSONS
        assert not [place for place, _ in figures if place.endswith((".row", ".line")) and "plus" in place]
    on_the_table = [f for f in report.findings if f.table == "plus_characteristic" and f.failed_rows]
    assert on_the_table
    assert {(s.row, s.line, s.source) for f in on_the_table for s in f.samples} == {(None, None, None)}
    assert all(s.key for f in on_the_table for s in f.samples)


def test_without_refused_rows_every_sample_has_its_row_and_line(tmp_path: Path) -> None:
    report = validate(_submission(tmp_path / "sent", 0, 5), today=TODAY)
    places = [(s.row, s.line) for f in report.findings if f.table == "plus_characteristic" for s in f.samples]
    assert places
    assert all(row is not None and line == row + 1 for row, line in places)


def test_the_other_tables_keep_their_rows(tmp_path: Path) -> None:
    report = validate(_submission(tmp_path / "sent", 9, 6), today=TODAY)
    places = [s.row for f in report.findings if f.table == "person" for s in f.samples]
    assert places
    assert None not in places


def _texts(form: str, written: bytes) -> str:
    if form != "xlsx":
        return written.decode()
    sheet = openpyxl.load_workbook(io.BytesIO(written), read_only=True)["Records"]
    return " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)


@pytest.mark.parametrize("form", ["text", "html", "xlsx"])
def test_each_form_for_people_says_why_no_row_is_named(form: str, tmp_path: Path) -> None:
    for refused in (0, 9):
        report = validate(_submission(tmp_path / f"sent{refused}", refused, 6), today=TODAY)
        said = " ".join(_texts(form, REPORTS[form](report)).split())
        assert (NO_ROW_MEANS in said) == bool(refused)


def test_the_file_of_failing_rows_leaves_the_table_out_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.csv"
    for refused, tables in ((0, {"person", "plus_characteristic"}), (9, {"person"})):
        sent = _submission(tmp_path / f"sent{refused}", refused, 8)
        main(["validate", str(sent), "--rows", str(rows), "--output", str(tmp_path / "report.json")])
        with rows.open(newline="") as file:
            assert {line["table"] for line in csv.DictReader(file)} == tables
        said = capsys.readouterr().err
        assert (f"--rows names no row of plus_characteristic. {NO_ROW_MEANS}\n" in said) == bool(refused)
