"""A submission as a folder, a zip archive or one file: what is found, what is refused, what is left behind."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import socket
import stat
import warnings
import zipfile
from contextlib import chdir, contextmanager
from typing import TYPE_CHECKING

import openpyxl
import pytest
import zstandard

from tests.test_validators.reading_support import agrees, csv_file, kinds, lines, values, whole
from validators.errors import InputError
from validators.limits import Limits
from validators.source import TableShape
from validators.structure import fault_findings
from validators.submission import Submission, open_submission

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ITEMS = ("a", "b", "c")
SHAPES = {
    "header": TableShape("header", "000", ITEMS),
    "person": TableShape("person", "001", ITEMS),
    "referral": TableShape("referral", "101", ITEMS),
}
CONTENT = lines(["1,2,3", "4,5,6"])
ROWS = [("1", "2", "3"), ("4", "5", "6")]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@contextmanager
def opened(path: Path, table: str | None = None, limits: Limits | None = None) -> Iterator[Submission]:
    workdir = path.parent / "work"
    workdir.mkdir(exist_ok=True)
    with open_submission(path, SHAPES, table=table, workdir=workdir, limits=limits) as submission:
        yield submission
    assert list(workdir.iterdir()) == []


def archive(folder: Path, members: dict[str, bytes], name: str = "submission.zip") -> Path:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as out:
        for member, content in members.items():
            out.writestr(member, content)
    return folder / name


def read_whole(path: Path, table: str | None, limits: Limits | None) -> None:
    with opened(path, table, limits) as submission:
        for source in submission.sources.values():
            agrees(whole(source))


def refused(path: Path, match: str, table: str | None = None, limits: Limits | None = None) -> None:
    """Opening or reading it ends in one error that says so, and leaves nothing behind."""
    with pytest.raises(InputError, match=match):
        read_whole(path, table, limits)
    assert list((path.parent / "work").iterdir()) == []


def test_a_folder(inbox: Path) -> None:
    csv_file(inbox, b"a,b,c\nx,y,z\n", "HEADER.CSV")
    csv_file(inbox, CONTENT, "Person.csv")
    csv_file(inbox, b"", "persons.csv")
    csv_file(inbox, b"", "referral.docx")
    csv_file(inbox, b"", ".DS_Store")
    (inbox / "old").mkdir()
    with opened(inbox) as submission:
        assert list(submission.sources) == ["header", "person"]
        assert submission.header == {"a": "x", "b": "y", "c": "z"}
        assert not submission.single
        assert values(agrees(submission.sources["person"])) == ROWS
        assert dict(submission.ignored) == {
            "old/": "It is a folder.",
            "persons.csv": "It is not named after a table. If it is that table, name it person.csv.",
            "referral.docx": "Its ending says no format that is read. "
            "Send CSV, Parquet, NDJSON, JSON or an Excel workbook (.xlsx).",
        }


@pytest.mark.parametrize("root", ["", "april/", "a/b/", "a\\b\\"])
def test_a_zip_archive(root: str, inbox: Path) -> None:
    members = {f"{root}person.csv": CONTENT, f"{root}referral.csv": CONTENT, "__MACOSX/x/._person.csv": b"x"}
    with opened(archive(inbox, members)) as submission:
        assert sorted(submission.sources) == ["person", "referral"]
        source = submission.sources["person"]
        assert (source.name, source.bytes) == ("person.csv", len(CONTENT))
        assert source.sha256 == hashlib.sha256(CONTENT).hexdigest()
        assert values(agrees(source)) == ROWS
        assert submission.ignored == ()


@pytest.mark.parametrize("name", ["person.csv.gz", "person.csv.zst", "PERSON.CSV.GZ"])
def test_packed_files(name: str, inbox: Path) -> None:
    packed = gzip.compress(CONTENT, mtime=0) if "gz" in name.lower() else zstandard.compress(CONTENT)
    with opened(csv_file(inbox, packed, name)) as submission:
        source = submission.sources["person"]
        assert submission.single
        assert (source.name, source.bytes) == (name, len(packed))
        assert source.sha256 == hashlib.sha256(packed).hexdigest()
        assert values(agrees(source)) == ROWS
        assert source.faults == ()


def test_zstandard_with_frames_that_hold_nothing(inbox: Path) -> None:
    nothing = b"\x50\x2a\x4d\x18\x04\0\0\0abcd"
    frames = [nothing + zstandard.compress(part) for part in (CONTENT[:8], CONTENT[8:])]
    with opened(csv_file(inbox, b"".join(frames) + nothing, "person.csv.zst")) as submission:
        source = submission.sources["person"]
        assert values(agrees(whole(source))) == ROWS
        assert source.faults == ()


def test_packed_files_in_an_archive_in_parts(inbox: Path) -> None:
    packed = gzip.compress(CONTENT[:9], mtime=0) + gzip.compress(CONTENT[9:], mtime=0)
    with opened(archive(inbox, {"person.csv.gz": packed})) as submission:
        assert values(agrees(submission.sources["person"])) == ROWS


def test_a_single_file_is_the_table_that_is_said(inbox: Path) -> None:
    path = csv_file(inbox, CONTENT, "extract april.csv")
    with opened(path, "referral") as submission:
        assert list(submission.sources) == ["referral"]
        assert submission.single
    refused(path, "which table it holds cannot be told")
    refused(path, "no table nobody", "nobody")


def test_a_workbook_with_a_sheet_a_table(inbox: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    for name in ("Person", "header"):
        sheet = book.create_sheet(name)
        for row in [list(ITEMS), *map(list, ROWS)]:
            sheet.append(row)
    book.save(inbox / "submission.xlsx")
    for path in (inbox / "submission.xlsx", inbox):
        with opened(path) as submission:
            assert list(submission.sources) == ["person", "header"]
            assert values(agrees(submission.sources["person"])) == ROWS
            assert submission.sources["person"].sha256 == submission.sources["header"].sha256
            assert kinds(submission.sources["person"]) == ["unread_sheets"]
            (found,) = fault_findings({"person": "PMD001"}, submission.sources["person"].faults, {})
            assert (found.table, found.message) == (
                "dataset",
                "The workbook holds sheets that are not named after a table: Notes",
            )


@pytest.mark.parametrize("name", ["referals.csv", "Referrals.CSV", "referral_table.csv.gz"])
def test_a_file_nearly_named_after_a_table_that_was_not_sent_is_a_finding(inbox: Path, name: str) -> None:
    csv_file(inbox, b"a\nx\n", "person.csv")
    csv_file(inbox, b"a\nx\n", name)
    with opened(inbox) as submission:
        (found,) = fault_findings({"referral": "PMD101"}, submission.faults, {})
    assert (found.rule_id, found.severity, found.table) == ("PMD101.file.misnamed", "error", "referral")
    ending = ".csv.gz" if name.endswith(".gz") else ".csv"
    assert found.cause.suggestion == f"Name it referral{ending}. It was not read, and nothing in it was checked."


@pytest.mark.parametrize("name", ["notes.csv", "persons.csv", "referals.docx", "referals"])
def test_other_files_are_none(inbox: Path, name: str) -> None:
    csv_file(inbox, b"a\nx\n", "person.csv")
    csv_file(inbox, b"a\nx\n", name)
    with opened(inbox) as submission:
        assert submission.faults == ()
        assert [ignored for ignored, _ in submission.ignored] == [name]


def test_a_sheet_nearly_named_after_a_table_is_a_finding(inbox: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("person", "Referals", "Notes"):
        book.create_sheet(name).append(list(ITEMS))
    book.save(inbox / "submission.xlsx")
    with opened(inbox) as submission:
        assert kinds(submission.sources["person"])[0] == "misnamed_sheet"


def test_a_json_document_with_every_table(inbox: Path) -> None:
    content = b'{"header": {"a": "x"}, "person": [{"a": "1"}, {"a": "2"}], "other": [1], "referral": []}'
    with opened(csv_file(inbox, content, "submission.json")) as submission:
        assert list(submission.sources) == ["header", "person", "referral"]
        assert submission.header == {"a": "x", "b": None, "c": None}
        assert [record["a"] for _, _, record in agrees(submission.sources["person"])] == ["1", "2"]


def test_formats_may_be_mixed(inbox: Path) -> None:
    csv_file(inbox, b'{"a": "x"}', "header.json")
    csv_file(inbox, gzip.compress(b'{"a": "1"}\n'), "person.ndjson.gz")
    csv_file(inbox, CONTENT, "referral.csv")
    with opened(inbox) as submission:
        assert {name: source.format for name, source in submission.sources.items()} == {
            "header": "json", "person": "ndjson", "referral": "csv",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("person.csv", b'{"a": "1", "b": "2", "c": "3"}\n{"a": "4", "b": "5", "c": "6"}\n'),
        ("person.csv", b'[{"a": "1", "b": "2", "c": "3"}, {"a": "4", "b": "5", "c": "6"}]'),
        ("person.json", b'{"a": "1", "b": "2", "c": "3"}\n{"a": "4", "b": "5", "c": "6"}\n'),
        ("person.ndjson", b'[{"a": "1", "b": "2", "c": "3"}, {"a": "4", "b": "5", "c": "6"}]'),
        ("person.csv", gzip.compress(CONTENT, mtime=0)),
        ("person.csv.gz", CONTENT),
        ("person.csv.gz", zstandard.compress(CONTENT)),
        ("person.parquet", CONTENT),
        ("person.xlsx", CONTENT),
    ],
)
def test_content_beats_the_ending(name: str, content: bytes, inbox: Path) -> None:
    with opened(csv_file(inbox, content, name)) as submission:
        source = submission.sources["person"]
        assert values(agrees(source)) == ROWS
        assert kinds(source) == ["wrong_ending"]
        assert source.faults[0].check == "file.format"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "a web page"),
        (b"<?xml version='1.0'?><a/>", "an XML document"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old Excel workbook"),
        (bytes(range(256)) * 10, "binary data"),
        (b"\x7fELF" + b"\0" * 100, "a program"),
        (b"SQLite format 3\0" + b"\0" * 100, "an SQLite database"),
    ],
)
def test_what_is_no_table_is_named(content: bytes, words: str, inbox: Path) -> None:
    refused(csv_file(inbox, content), f"this is {words}")


def test_a_table_that_is_a_zip_is_no_table(inbox: Path) -> None:
    folder = inbox / "sub"
    folder.mkdir()
    inner = archive(inbox, {"person.csv": CONTENT})
    csv_file(folder, inner.read_bytes(), "person.csv")
    refused(folder, "this is a zip archive")
    refused(archive(inbox, {"inner.zip": inner.read_bytes()}, "outer.zip"), "no file in it is named after a table")
    refused(csv_file(inbox, gzip.compress(inner.read_bytes()), "person.csv.gz"), "this is a zip archive")
    refused(csv_file(inbox, gzip.compress(gzip.compress(CONTENT, mtime=0)), "person.csv.gz"), "packed twice")


def test_two_files_for_one_table(inbox: Path) -> None:
    csv_file(inbox, CONTENT, "person.csv")
    csv_file(inbox, b"[]", "person.json")
    refused(inbox, "Two files hold the table person: person.csv and person.json")
    with zipfile.ZipFile(inbox / "x.zip", "w") as out:
        out.writestr("person.csv", CONTENT)
        with pytest.warns(UserWarning, match="Duplicate name"):
            out.writestr("person.csv", CONTENT)
    refused(inbox / "x.zip", "Two files hold the table person")


@pytest.mark.parametrize(
    "name", ["../person.csv", "/etc/person.csv", "a/../../person.csv", "..\\person.csv", "C:\\person.csv"]
)
def test_names_that_lead_out_of_an_archive(name: str, inbox: Path) -> None:
    refused(archive(inbox, {name: CONTENT, "person.csv": CONTENT}), "leads out of the archive")


def test_links_in_an_archive(inbox: Path) -> None:
    link = zipfile.ZipInfo("person.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(inbox / "x.zip", "w") as out:
        out.writestr(link, "/etc/passwd")
    refused(inbox / "x.zip", "a link in place of a file")


@pytest.mark.parametrize("root", ["été/", "e\u0301te\u0301/", "a'b;*?[1]{2}/", "四月 😀/", f"{'a/' * 50}", "\u202e/"])
def test_folders_of_odd_names(root: str, inbox: Path) -> None:
    with opened(archive(inbox, {f"{root}person.csv": CONTENT, f"{root}notes.txt": b""})) as submission:
        assert values(agrees(whole(submission.sources["person"]))) == ROWS
        assert [name for name, _ in submission.ignored] == ["notes.txt"]


@pytest.mark.parametrize("name", ["a\x1b[31mb.csv", "a\nb.csv", "a\u202eb.csv", "\udcff.csv"])
def test_names_that_are_no_text(name: str, tmp_path: Path, inbox: Path) -> None:
    """What a terminal or a report cannot show is replaced in the name, and the file is read."""
    path = csv_file(inbox, CONTENT, name)
    with opened(path, table="person") as submission:
        source = submission.sources["person"]
        assert source.name.isprintable()
        assert source.name.endswith(".csv")
        assert values(agrees(whole(source))) == ROWS
    csv_file(inbox, CONTENT, "person.csv")
    with opened(inbox) as submission:
        assert all(shown.isprintable() for shown, _ in submission.ignored)
        assert any("b.csv" in shown or shown == "\ufffd.csv" for shown, _ in submission.ignored)


@pytest.mark.parametrize("names", [("person.csv", "PERSON.CSV"), ("person.csv", "person.parquet"), ("person.csv",) * 2])
def test_one_table_under_two_names_of_an_archive(names: tuple[str, str], inbox: Path) -> None:
    with zipfile.ZipFile(inbox / "x.zip", "w") as out, warnings.catch_warnings(action="ignore"):
        for name in names:
            out.writestr(name, CONTENT)
    refused(inbox / "x.zip", f"Two files hold the table person: {names[0]} and {names[1]}")


@pytest.mark.parametrize("content", [CONTENT, b"x", b"", b"{}", b"PK"])
def test_an_archive_that_is_none(content: bytes, inbox: Path) -> None:
    refused(csv_file(inbox, content, "s.zip"), "s.zip: its name says that it is a zip archive, and it is none")


def test_what_systems_put_beside_files(inbox: Path) -> None:
    (inbox / "__MACOSX").mkdir()
    csv_file(inbox / "__MACOSX", b"\0\5\x16\7", "._person.csv")
    csv_file(inbox, b"x", ".DS_Store")
    (inbox / "april").mkdir()
    csv_file(inbox / "april", CONTENT)
    with opened(inbox) as submission:
        assert values(agrees(whole(submission.sources["person"]))) == ROWS
        assert submission.ignored == ()


@pytest.mark.parametrize("kind", ["pipe", "device", "link to nowhere", "link to itself", "socket"])
@pytest.mark.parametrize("alone", [True, False])
def test_what_is_no_plain_file_is_not_waited_for(kind: str, alone: bool, inbox: Path) -> None:
    path = inbox / "person.csv"
    targets = {"device": "/dev/zero", "link to nowhere": "nowhere", "link to itself": "person.csv"}
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as unix, chdir(inbox):
            unix.bind("person.csv")
    else:
        path.symlink_to(targets[kind])
    refused(path if alone else inbox, "no plain file|no such file")


def test_a_link_to_a_file_is_read(inbox: Path) -> None:
    csv_file(inbox.parent, CONTENT, "export-2026-04.csv")
    (inbox / "person.csv").symlink_to("../export-2026-04.csv")
    with opened(inbox) as submission:
        assert values(agrees(whole(submission.sources["person"]))) == ROWS


def test_folders_within_folders_end(inbox: Path) -> None:
    (inbox / "again").symlink_to(inbox)
    refused(inbox, "no file in it is named after a table")


def test_archives_with_too_many_files(inbox: Path) -> None:
    path = archive(inbox, {f"{at}/x": b"" for at in range(30)})
    refused(path, "more than 20 files", limits=Limits(max_files=20))


def test_damaged_archives(inbox: Path) -> None:
    content = archive(inbox, {"person.csv": CONTENT * 1000}).read_bytes()
    refused(csv_file(inbox, content[: len(content) // 2], "cut.zip"), "cut.zip")
    broken = bytearray(content)
    broken[60:90] = b"\xff" * 30
    refused(csv_file(inbox, bytes(broken), "broken.zip"), "person.csv: it cannot be unpacked")
    encrypted = bytearray(content)
    encrypted[6] |= 1
    encrypted[content.index(b"PK\x01\x02") + 8] |= 1
    refused(csv_file(inbox, bytes(encrypted), "locked.zip"), "password")


@pytest.mark.parametrize("packer", [gzip.compress, zstandard.compress])
def test_damaged_packed_files(packer: object, inbox: Path) -> None:
    content = packer(CONTENT * 1000)  # type: ignore[operator]
    name = "person.csv.gz" if packer is gzip.compress else "person.csv.zst"
    refused(csv_file(inbox, content[: len(content) - 20], name), "cut off")
    refused(csv_file(inbox, content[:20] + b"\xff" * 30 + content[50:], name), "damaged")


@pytest.mark.parametrize("form", ["gz", "zst", "zip", "zip of gz"])
def test_what_unpacks_to_too_much_is_stopped_on_the_way(form: str, inbox: Path) -> None:
    bomb = CONTENT[:6] + b"1,2,3\n" * 3_000_000
    path = {
        "gz": lambda: csv_file(inbox, gzip.compress(bomb, 1), "person.csv.gz"),
        "zst": lambda: csv_file(inbox, zstandard.compress(bomb), "person.csv.zst"),
        "zip": lambda: archive(inbox, {"person.csv": bomb}),
        "zip of gz": lambda: archive(inbox, {"person.csv.gz": gzip.compress(gzip.compress(bomb))}),
    }[form]()
    limits = Limits(ratio_from=1 << 20)
    refused(path, "packed twice|50 times its size", limits=limits)
    if form != "zip of gz":
        refused(path, "larger than 5,000,000 bytes", limits=Limits(max_unpacked_bytes=5_000_000))


def test_a_large_window_of_zstandard_is_refused(inbox: Path) -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=31)
    out = io.BytesIO()
    with zstandard.ZstdCompressor(compression_params=parameters).stream_writer(out, closefd=False) as writer:
        writer.write(CONTENT * 100)
    refused(csv_file(inbox, out.getvalue(), "person.csv.zst"), "cannot be unpacked")


def test_limits_of_size(inbox: Path) -> None:
    refused(csv_file(inbox, CONTENT), "at most 10 are read", limits=Limits(max_bytes=10))


def test_nothing_there(inbox: Path) -> None:
    refused(inbox / "nowhere", "there is no such file or folder")
    refused(inbox, "no file in it is named after a table")
    csv_file(inbox, CONTENT, "notes.csv")
    refused(inbox, "no file in it is named after a table")
    refused(inbox, "a single file alone", "person")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
@pytest.mark.may_skip(reason="depends on who runs the tests")
def test_a_file_that_may_not_be_read(inbox: Path) -> None:
    path = csv_file(inbox, CONTENT)
    path.chmod(0)
    refused(path, "Permission denied")


def test_closing_stops_what_still_reads(inbox: Path) -> None:
    path = csv_file(inbox, b"a,b,c\n" + b"1,2,3\n" * 5_000_000)
    with opened(path) as submission:
        assert submission.sources["person"].in_place
