"""Files of reference data as they come: packed, in archives, in workbooks, cut off, or something else altogether."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from tests.test_validators.reference_files import IMD_2025, imd_rows, loaded, workbook, written
from validators.errors import InputError


def test_packed_files_are_read(tmp_path: Path) -> None:
    plain = written(tmp_path / "imd.csv", imd_rows(30, IMD_2025))
    packed = tmp_path / "imd.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    first, second = (loaded(tmp_path / "store", "imd", path)[0] for path in (plain, packed))
    assert first.stored_sha256 == second.stored_sha256
    assert first.received_sha256 != second.received_sha256


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def test_the_table_of_an_archive_is_read_beside_its_notes(tmp_path: Path) -> None:
    """As the ONS publishes its directory: whole, in parts, and with lists of names."""
    table = written(tmp_path / "imd.csv", imd_rows(300, IMD_2025)).read_bytes()
    small = table[: len(table) // 3]
    members = {
        "Data/WHOLE_UK.csv": table,
        "Data/multi_csv/A.csv": small,
        "Documents/names.csv": small,
        "x.pdf": table * 2,
    }
    (manifest,) = loaded(tmp_path / "store", "imd", archive(tmp_path / "imd.zip", members))
    assert (manifest.rows, manifest.source) == (300, "imd.zip")
    (book,) = loaded(
        tmp_path / "store",
        "imd",
        archive(tmp_path / "x.zip", {"File_1.xlsx": workbook(tmp_path / "x", imd_rows(300, IMD_2025)).read_bytes()}),
    )
    assert book.stored_sha256 == manifest.stored_sha256


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({}, "without a table in it"),
        ({"notes.pdf": b"%PDF"}, "without a table in it"),
        ({"a.csv": b"a,b\n1,2\n", "b.csv": b"a,b\n1,2\n"}, "several tables: a.csv, b.csv"),
        ({"a.csv": b"PK\x05\x06" + bytes(18)}, "an archive that holds an archive"),
        ({"a.csv": gzip.compress(b"a,b")}, "packed more than once"),
        ({"a.csv": bytes(100 << 20)}, "unpacks to more than 100 times its size"),
        ({"../../a.csv": b"a,b\n1,2\n"}, "no layout that is known: a, b"),
    ],
)
def test_an_archive_of_something_else_is_refused(members: dict[str, bytes], words: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match=words):
        loaded(tmp_path / "in" / "store", "imd", archive(tmp_path / "in" / "x.zip", members))
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_workbook_that_is_cut_off_is_told(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "x.xlsx", imd_rows(30, IMD_2025))
    whole.write_bytes(whole.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"x\.xlsx: it begins as a zip archive or a workbook, and is cut off"):
        loaded(tmp_path / "store", "imd", whole)


def test_a_sheet_may_have_any_name(tmp_path: Path) -> None:
    assert loaded(tmp_path / "store", "imd", workbook(tmp_path / "x", imd_rows(30, IMD_2025), sheet="Tabelle 1"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.7", "a PDF document"),
        (b"PK\x03\x04garbage", "begins as a zip archive or a workbook, and is cut off or damaged"),
        (b"<!DOCTYPE html><html>\n<p>a,b</p></html>", r"this is a web page \(HTML\), where a table was expected"),
        (b"PAR1" * 10, "a Parquet file, where a table was expected. Fetch it again, as CSV"),
        (b'{"E54000008": "a", "E54000008": "b"}', "E54000008 stands in it more than once"),
        (b'[{"code": "a"}, {"name": "b"}]', "its objects have not all the same names"),
        (gzip.compress(gzip.compress(b"a,b", mtime=0), mtime=0), "packed more than once"),
        (b'{"a": ', "not JSON from its beginning to its end"),
        (b'[{"a": 1}, 2]', "expected one object of codes and names"),
        (b"[" * 100_000, "not JSON|one object"),
        (b"\x1f\x8b\x08\x00broken", "cannot be unpacked"),
        (b"\x00\x01\x02\x03" * 100, "binary data, where a table was expected"),
    ],
)
def test_hostile_files_give_one_message(content: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(InputError, match=words):
        loaded(tmp_path / "store", "imd", file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"imd\.csv: there is no such file"):
        loaded(tmp_path / "store", "imd", tmp_path / "imd.csv")
    with pytest.raises(InputError, match="There is no kind 'x'"):
        loaded(tmp_path / "store", "x", tmp_path / "imd.csv")
    with pytest.raises(InputError, match="A version is at most 40"):
        loaded(tmp_path / "store", "imd", written(tmp_path / "imd.csv", imd_rows(30, IMD_2025)), "../x")
