"""A mapping: somebody's extract as our tables, nothing changed silently."""

from __future__ import annotations

import gzip
import zipfile
from typing import TYPE_CHECKING

import pytest

from schema import release
from validators.errors import InputError
from validators.mapping import MappedSubmission, open_mapped
from validators.mapping_values import SURROGATE_LENGTH, iso_date
from validators.source import shapes_of

if TYPE_CHECKING:
    from pathlib import Path

HEADER = """
[header]
dataset_version = "1.0.0"
provider_org_code = "RX1"
period_start = 2026-04-01
period_end = 2026-04-30
declared_plus = ["LD", "AUTISM"]
persons_withheld = 0
"""
EXTRACT = """\
Id,Born,Sex,Eth,Accommodation,Asked,Seen
a,01/02/1980,M, A ,12,2026-03-01T09:30:00Z,2026-04-03
b,1980-13-45,F,B,,,2026-05-01
"c
c",31/12/2001,U,Q,01,2026-03-02T10:00:00Z,2026-04-30
a,01/02/1980,M, A ,14,2026-03-09T09:30:00Z,not a day
"""
PERSON = """
[[table]]
name = "person"
[table.items]
local_patient_id = "Id"
birth_date = { column = "Born", format = "%d/%m/%Y" }
"""


@pytest.fixture(scope="module")
def shapes():
    return shapes_of(release.load("1.0.0").dataset)


@pytest.fixture
def mapped(tmp_path: Path, shapes):
    """The submission that a mapping makes of `EXTRACT`, or of the files given."""

    def make(mapping: str, header: str = HEADER, **files: str) -> MappedSubmission:
        folder = tmp_path / "extract"
        folder.mkdir(exist_ok=True)
        for name, content in (files or {"patients": EXTRACT}).items():
            (folder / f"{name}.csv").write_text(content, encoding="utf-8", newline="")
        (tmp_path / "map.toml").write_text(header + mapping, encoding="utf-8")
        path = folder if files else folder / "patients.csv"
        return open_mapped(path, tmp_path / "map.toml", shapes, workdir=tmp_path)

    return make


def records(submission: MappedSubmission, table: str, *items: str):
    return [(row, line, *(record[i] for i in items)) for row, line, record in submission.sources[table].records()]


def note(submission: MappedSubmission, table: str) -> str:
    return "\n".join(dict(submission.notes)[f"Mapping of {table}"])


def test_rows_and_lines_are_those_of_the_file(mapped):
    submission = mapped(PERSON)
    assert [r[:2] for r in records(submission, "person")] == [(1, 2), (2, 3), (3, 4), (4, 6)]
    source = submission.sources["person"]
    assert source.fetch([3])[3][0] == 4
    assert source.fetch([3])[3][1]["local_patient_id"] == "c\nc"
    assert source.explicit_rows
    assert source.census().records == 4


def test_dates_are_read_and_others_pass(mapped):
    submission = mapped(PERSON)
    assert [r[2] for r in records(submission, "person", "birth_date")] == [
        "1980-02-01", "1980-13-45", "2001-12-31", "1980-02-01",
    ]  # fmt: skip
    assert "3 read as dd/mm/yyyy; 1 not of the form dd/mm/yyyy, unchanged" in note(submission, "person")


def test_codes_are_recoded_and_others_pass(mapped):
    submission = mapped(PERSON + 'stated_gender = { column = "Sex", recode = { M = "1", F = "2" } }\n')
    assert [r[2] for r in records(submission, "person", "stated_gender")] == ["1", "2", "U", "1"]
    text = note(submission, "person")
    assert "stated_gender is column Sex: 4 values; 3 recoded (M → 1, F → 2); 1 of codes that the mapping" in text


def test_recoding_to_nothing_makes_a_blank(mapped):
    submission = mapped(PERSON + 'stated_gender = { column = "Sex", recode = { U = "" } }\n')
    assert [r[2] for r in records(submission, "person", "stated_gender")] == ["M", "F", None, "M"]
    assert "1 recoded (U → blank)" in note(submission, "person")


def test_recoded_date_is_final(mapped):
    mapping = PERSON.replace('"%d/%m/%Y"', '"%d/%m/%Y", recode = { "01/02/1980" = "" }')
    assert [r[2] for r in records(mapped(mapping), "person", "birth_date")] == [None, "1980-13-45", "2001-12-31", None]


def test_strip_part_pad(mapped):
    submission = mapped(
        PERSON
        + 'ethnic_category = { column = "Eth", strip = true }\n'
        + 'ethnic_category_recorded_date = { column = "Asked", part = "date" }\n'
        + 'nhs_number_status = { column = "Accommodation", pad = 3 }\n'
    )
    found = records(submission, "person", "ethnic_category", "ethnic_category_recorded_date", "nhs_number_status")
    assert found[0][2:] == ("A", "2026-03-01", "012")
    assert found[1][2:] == ("B", None, None)
    text = note(submission, "person")
    assert "2 without the spaces around them" in text
    assert "3 cut to the date" in text
    assert "3 filled up with zeros to 3 digits" in text


def test_surrogate_ids_agree_between_tables_and_hide_the_id(mapped):
    mapping = """
[[table]]
name = "person"
[table.items]
local_patient_id = { column = "Id", surrogate = true }
[[table]]
name = "referral"
[table.items]
local_patient_id = { column = "Id", surrogate = true }
service_request_id = "Id"
"""
    first = mapped(mapping)
    persons = [r[2] for r in records(first, "person", "local_patient_id")]
    assert persons == [r[2] for r in records(first, "referral", "local_patient_id")]
    assert len(set(persons)) == 3
    assert {len(p) for p in persons} == {SURROGATE_LENGTH}
    keyed = mapped('surrogate_key = "other"\n' + HEADER + mapping, header="")
    assert persons != [r[2] for r in records(keyed, "person", "local_patient_id")]


def test_only_rows_of_the_period_and_what_is_no_day(mapped):
    submission = mapped(PERSON.replace("[table.items]", 'period = "Seen"\n[table.items]'))
    assert [r[0] for r in records(submission, "person")] == [1, 3, 4]
    assert "1 record left out: Seen lies outside the reporting period" in note(submission, "person")


def test_period_in_another_form(mapped):
    mapping = PERSON.replace("[table.items]", 'period = "Born"\nperiod_format = "%d/%m/%Y"\n[table.items]')
    assert [r[0] for r in records(mapped(mapping), "person")] == [2]


def test_distinct_rows(mapped):
    submission = mapped(PERSON.replace("[table.items]", "distinct = true\n[table.items]"))
    assert [r[0] for r in records(submission, "person")] == [1, 2, 3]
    assert "1 record left out: a row with the same values was there already" in note(submission, "person")


def test_distinct_by_some_items(mapped):
    mapping = PERSON.replace("[table.items]", 'distinct = ["local_patient_id"]\n[table.items]')
    submission = mapped(mapping + 'postcode = "Accommodation"\n')
    assert [r[0] for r in records(submission, "person")] == [1, 2, 3]
    assert "a row with the same local_patient_id was there already" in note(submission, "person")


def test_where_takes_some_records(mapped):
    submission = mapped(PERSON.replace("[table.items]", 'where = { Sex = ["M"] }\n[table.items]'))
    assert [r[0] for r in records(submission, "person")] == [1, 4]
    assert "2 records left out: Sex did not hold what the mapping asks for" in note(submission, "person")


UNPIVOT = """
[[table]]
name = "plus_characteristic"
source = "patients.csv"
[table.items]
local_patient_id = "Id"
[[table.unpivot]]
characteristic = "HOMELESS"
column = "Accommodation"
recode = { "12" = "Y", "14" = "Y" }
source = "3"
recorded_date = { column = "Asked", part = "date" }
national_item = "accommodation_type"
[[table.unpivot]]
characteristic = "CARER"
from = "carers.csv"
value = "Y"
recorded_date = "Since"
items = { local_patient_id = "Person" }
"""


def test_unpivot_columns_and_files_become_rows(mapped):
    carers = "Person,Since\na,2020-01-01\nz,\n"
    submission = mapped(UNPIVOT, patients=EXTRACT, carers=carers, other="x,y\n1,2\n")
    about = ("local_patient_id", "characteristic_code", "value", "source")
    items = (*about, "recorded_date", "national_item", "national_code")
    assert records(submission, "plus_characteristic", *items) == [
        (1, 2, "a", "HOMELESS", "Y", "3", "2026-03-01", "accommodation_type", "12"),
        (2, 4, "c\nc", "HOMELESS", "01", "3", "2026-03-02", "accommodation_type", "01"),
        (3, 6, "a", "HOMELESS", "Y", "3", "2026-03-09", "accommodation_type", "14"),
        (4, 2, "a", "CARER", "Y", None, "2020-01-01", None, None),
        (5, 3, "z", "CARER", "Y", None, None, None, None),
    ]
    text = note(submission, "plus_characteristic")
    assert "HOMELESS from column Accommodation of patients.csv: 4 records made 3 rows (rows 1 to 3)" in text
    assert "1 record left out: Accommodation is blank, which answers nothing" in text
    assert "CARER of carers.csv: 2 records made 2 rows (rows 4 to 5)" in text
    assert "Not used of patients.csv: Born, Sex, Eth, Seen" in text
    assert [name for name, _ in submission.ignored] == ["other.csv"]
    source = submission.sources["plus_characteristic"]
    assert source.name == "patients.csv + carers.csv"
    assert len(source.sha256) == 64
    assert source.fetch([4])[4][0] == 2


@pytest.mark.parametrize("code", ["JUSTICE", " justice "])
def test_a_restricted_characteristic_is_counted_nowhere(mapped, code):
    """Nor is any count given from which one could be worked out."""
    mapping = UNPIVOT.replace('"CARER"', f'"{code}"') + '[[table.unpivot]]\ncharacteristic = "LD"\ncolumn = "Asked"\n'
    submission = mapped(mapping, patients=EXTRACT, carers="Person,Since\na,2020-01-01\nz,\n")
    lines = dict(submission.notes)["Mapping of plus_characteristic"]
    (about,) = (line for line in lines if code in line)
    assert about == (
        f"{code} of carers.csv: the characteristic is restricted, and nothing of it is counted. "
        "local_patient_id is column Person, recorded_date is column Since"
    )
    assert "HOMELESS from column Accommodation of patients.csv: 4 records made 3 rows" in lines
    assert not [line for line in lines if "(row" in line]


def test_what_a_condition_leaves_out_is_not_counted_beside_a_restricted_characteristic(mapped):
    """The records of a file that are not of one characteristic may all be of the restricted one."""
    mapping = (
        '[[table]]\nname = "plus_characteristic"\nsource = "long.csv"\n[table.items]\nlocal_patient_id = "Person"\n'
    )
    for code in ("LD", "JUSTICE"):
        mapping += f'[[table.unpivot]]\ncharacteristic = "{code}"\nvalue = "Y"\nwhere = {{ Code = ["{code}"] }}\n'
    submission = mapped(mapping, long="Person,Code\na,JUSTICE\nb,LD\nc,JUSTICE\n")
    lines = dict(submission.notes)["Mapping of plus_characteristic"]
    assert lines[0] == "LD of long.csv: 1 row made"
    assert not [line for line in lines if "3" in line or "2" in line]
    alone = mapped(
        mapping.partition('[[table.unpivot]]\ncharacteristic = "JUSTICE"')[0], long="Person,Code\na,CARER\nb,LD\n"
    )
    assert "1 record left out: Code did not hold what the mapping asks for" in note(alone, "plus_characteristic")


def test_characteristics_out_of_a_column_are_not_counted(mapped):
    """Among them may be restricted ones: with the count of the table the number of refused rows could be worked out."""
    mapping = (
        '[[table]]\nname = "plus_characteristic"\nsource = "carers.csv"\n[table.items]\n'
        'local_patient_id = "Person"\ncharacteristic_code = "Code"\nvalue = { constant = "Y" }\n'
    )
    submission = mapped(mapping, patients=EXTRACT, carers="Person,Code\na,JUSTICE\nb,CARER\n")
    lines = dict(submission.notes)["Mapping of plus_characteristic"]
    assert lines[0].startswith("carers.csv: there may be characteristics that are restricted, and nothing of it")
    assert not [line for line in lines if any(character.isdigit() for character in line)]


def test_header_of_constants(mapped):
    submission = mapped(PERSON)
    assert not submission.single
    row, line, header = next(submission.sources["header"].records())
    assert (row, line) == (1, None)
    assert header["period_start"] == "2026-04-01"
    assert header["declared_plus"] == "LD|AUTISM"
    assert header["persons_withheld"] == "0"


def test_without_a_header_it_is_a_table_alone(mapped):
    submission = mapped(PERSON, header="")
    assert submission.single
    assert "header" not in submission.sources


def test_faults_of_the_file_are_kept(mapped):
    ragged = EXTRACT + "d,01/01/2000\n"
    source = mapped(PERSON.replace("[table.items]", 'source = "patients.csv"\n[table.items]'), patients=ragged).sources[
        "person"
    ]
    checks = {fault.check for fault in source.faults}
    assert "file.short_lines" in checks
    assert "column.missing" in checks
    assert {fault.table for fault in source.faults} == {"person"}


def test_no_value_of_the_data_in_the_notes(mapped):
    submission = mapped(PERSON + 'postcode = "Eth"\n')
    text = "\n".join(line for _, lines in submission.notes for line in lines)
    assert "1980" not in text
    assert "2001" not in text


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ("[[table]", "is no TOML"),
        ("", "there is no [[table]]"),
        ('[[table]]\nname = "persn"', "there is no table 'persn'. Is person meant?"),
        ("[[table]]\n", "table 1: name: it is missing"),
        (PERSON + PERSON, "person is mapped twice"),
        (PERSON + 'birthdate = "Born"\n', "there is no item 'birthdate'. Is birth_date meant?"),
        (PERSON.replace('"Born"', '"Bron"'), "items.birth_date: there is no column 'Bron' in patients.csv. Is Born"),
        (PERSON.replace("%d/%m/%Y", "%d/%m"), "birth_date.format: '%d/%m' does not say year, month and day"),
        (PERSON.replace("%d/%m/%Y", "dd/mm/yyyy"), "Expected such as"),
        (PERSON.replace("format", "formt"), "there is no key 'formt'. Is format meant?"),
        (PERSON + 'postcode = { column = "Eth", constant = "x" }\n', "either column or constant"),
        (PERSON + 'postcode = { constant = "x", strip = true }\n', "a constant stands alone"),
        (PERSON + 'postcode = { column = "Eth", recode = { "" = "Z" } }\n', "postcode.recode: a blank stays blank"),
        (PERSON + "postcode = { constant = 1.5 }\n", "expected a text, a whole number or a date"),
        (PERSON + "postcode = 7\n", "expected keys with values"),
        (PERSON + 'postcode = { column = "Eth", part = "day" }\n', "'day' is not known"),
        (PERSON + 'postcode = { column = "Eth", pad = -1 }\n', "person.items.postcode.pad"),
        (PERSON + 'postcode = { column = "Eth", surrogate = "yes" }\n', "expected true or false"),
        (PERSON.replace("[table.items]", "where = { Sex = [1] }\n[table.items]"), "codes are texts"),
        (PERSON.replace("[table.items]", 'distinct = ["nhs_number"]\n[table.items]'), "no mapped item 'nhs_number'"),
        (PERSON + "[[table.unpivot]]\n", "only rows of plus_characteristic"),
        ('[[table]]\nname = "plus_characteristic"\nunpivot = [{ characteristic = "LD" }]', "either column (with the"),
        ('[[table]]\nname = "plus_characteristic"\nunpivot = 1', "[[table.unpivot]]"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_and_key(mapped, mapping, words):
    with pytest.raises(InputError) as caught:
        mapped(mapping)
    assert "map.toml" in str(caught.value)
    assert words in str(caught.value)
    assert str(caught.value)[-1] in ".?"
    assert str(caught.value)[-2:] not in ("?.", "..")


def test_unknown_header_item(mapped):
    with pytest.raises(InputError, match="there is no item 'provider'"):
        mapped(PERSON, header='[header]\nprovider = "RX1"\n')


def test_period_needs_a_header(mapped):
    with pytest.raises(InputError, match="need period_start and period_end"):
        mapped(PERSON.replace("[table.items]", 'period = "Seen"\n[table.items]'), header="")


def test_period_needs_days(mapped):
    with pytest.raises(InputError, match="written YYYY-MM-DD"):
        mapped(
            PERSON.replace("[table.items]", 'period = "Seen"\n[table.items]'),
            header=HEADER.replace("2026-04-30", '"x"'),
        )


def test_unknown_file(mapped):
    with pytest.raises(InputError, match=r"source: there is no file 'people\.csv' in extract\. There is patients"):
        mapped(PERSON.replace("[table.items]", 'source = "people.csv"\n[table.items]'), patients=EXTRACT)


def test_file_outside_the_folder(mapped):
    with pytest.raises(InputError, match="there is no file"):
        mapped(PERSON.replace("[table.items]", 'source = "../map.toml"\n[table.items]'), patients=EXTRACT)


def test_folder_needs_the_name_of_a_file(mapped):
    with pytest.raises(InputError, match="expected the name of the one to read"):
        mapped(PERSON, patients=EXTRACT)


@pytest.mark.parametrize(
    ("value", "formats", "expected"),
    [
        ("1/4/2026", ("%d/%m/%Y",), "2026-04-01"),
        ("20260401", ("%d/%m/%Y", "%Y%m%d"), "2026-04-01"),
        ("01-Apr-2026", ("%d-%b-%Y",), "2026-04-01"),
        ("01/04/2026 09:30", ("%d/%m/%Y %H:%M",), "2026-04-01T09:30:00"),
        ("31/02/2026", ("%d/%m/%Y",), None),
    ],
)
def test_iso_date(value, formats, expected):
    assert iso_date(value, formats) == expected


def test_a_zip_and_a_packed_file(tmp_path, shapes):
    (tmp_path / "map.toml").write_text(PERSON.replace("[table.items]", 'source = "patients.csv.gz"\n[table.items]'))
    with zipfile.ZipFile(tmp_path / "extract.zip", "w") as archive:
        archive.writestr("out/patients.csv.gz", gzip.compress(EXTRACT.encode()))
        archive.writestr("out/other.csv", "a,b\n")
    with open_mapped(tmp_path / "extract.zip", tmp_path / "map.toml", shapes, workdir=tmp_path) as submission:
        assert [r[:2] for r in records(submission, "person")] == [(1, 2), (2, 3), (3, 4), (4, 6)]
        assert [name for name, _ in submission.ignored] == ["other.csv"]
        assert submission.sources["person"].name == "patients.csv.gz"
