"""CSV: layout, columns, and every way in which lines, quotation marks and characters go wrong."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest

from tests.test_validators.reading_support import ABC, agrees, csv_file, fault_of, kinds, lines, opened, values, whole
from validators.errors import InputError
from validators.limits import Limits
from validators.source import TableShape

if TYPE_CHECKING:
    from pathlib import Path

    from validators.source import Source


def read(folder: Path, content: bytes, shape: TableShape | None = ABC, limits: Limits | None = None) -> Source:
    return whole(opened(csv_file(folder, content), shape, limits))


def test_a_plain_file_is_scanned_where_it_lies(tmp_path: Path) -> None:
    path = csv_file(tmp_path, lines(["1,2,3", "4,,6"]))
    source = opened(path)
    assert source.in_place
    assert source.scan_path == path
    assert source.census().simple
    assert agrees(source) == [
        (1, 2, {"a": "1", "b": "2", "c": "3"}),
        (2, 3, {"a": "4", "b": None, "c": "6"}),
    ]
    assert source.faults == ()


def test_digests_are_of_the_file_as_received(tmp_path: Path) -> None:
    import hashlib

    content = lines(["1,2,3"])
    source = opened(csv_file(tmp_path, content))
    assert source.bytes == len(content)
    assert source.sha256 == hashlib.sha256(content).hexdigest()
    assert source.key_digest == hashlib.sha256(content + b"plusmds key").digest()
    assert source.repaired().sha256 == source.sha256


@pytest.mark.parametrize("name", ["comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines",
                                  "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8"])  # fmt: skip
def test_the_spectrum_of_csv(name: str, shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "csv_corpora" / "csv-spectrum"
    content = (folder / "csvs" / f"{name}.csv").read_bytes()
    answers = json.loads((folder / "json" / f"{name}.json").read_bytes())
    if name == "newlines_crlf":  # the stored copy of the file has line feeds
        content = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    records = agrees(read(tmp_path, content, None))
    assert [{k: v or "" for k, v in record.items()} for _, _, record in records] == answers


def test_every_file_of_the_corpora_is_read_or_refused(shared_data: Path, tmp_path: Path) -> None:
    files = [path for path in sorted((shared_data / "csv_corpora").rglob("*")) if path.is_file()]
    assert len(files) > 40
    for at, file in enumerate(files):
        folder = tmp_path / str(at)
        folder.mkdir()
        path = folder / file.name
        path.write_bytes(file.read_bytes())
        if file.suffix == ".xls":
            with pytest.raises(InputError, match="old Excel workbook"):
                opened(path, None)
        elif file.suffix == ".json":
            with pytest.raises(InputError, match=re.escape(file.name)):
                agrees(whole(opened(path, None)))
        else:
            agrees(whole(opened(path, None)))


def test_awkward_files_of_others(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "csv_corpora" / "csvlint.rb" / "fixtures"
    shape = TableShape("person", "001", ("foo", "bar", "baz"))

    def of(name: str) -> Source:
        work = tmp_path / name
        work.mkdir()
        return read(work, (folder / name).read_bytes(), shape)

    assert values(agrees(of("cr-line-endings.csv"))) == [("Biff", "Baff", "Boff"), ("Qux", "Teaspoon", "Doge")]
    ragged = of("invalid_many_rows.csv")
    assert [line for _, line, _ in agrees(ragged)] == [2, 3, 4, 5, 6, 7, 9, 10, 11, 12]
    assert fault_of(ragged, "text_after_quote").line == 4
    assert "mixed_line_ends" in kinds(of("inconsistent-line-endings.csv"))
    titled = of("title-row.csv")
    assert kinds(titled)[0] == "title_lines"
    assert [line for _, line, _ in agrees(titled)] == [3, 4]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("a,b,c\nJosé,2,3\n".encode("utf-8-sig"), None),
        ("a,b,c\nJosé,2,3\n".encode("cp1252"), "windows_1252"),
        ("a,b,c\nJosé,2,3\n".encode("utf-16"), "utf_16"),
        ("\ufeffa,b,c\nJosé,2,3\n".encode("utf-16-be"), "utf_16"),
        ("a,b,c\nJosé,2,3\n".encode("utf-16-le"), "utf_16"),
    ],
)
def test_encodings(content: bytes, encoding: str | None, tmp_path: Path) -> None:
    source = read(tmp_path, content)
    assert agrees(source) == [(1, 2, {"a": "José", "b": "2", "c": "3"})]
    assert kinds(source) == ([encoding] if encoding else [])


def test_a_broken_byte_in_a_utf_8_file_is_reported_where_it_is(tmp_path: Path) -> None:
    source = read(tmp_path, "a,b,c\né,2,3\n".encode() + b"x,\xe9t\xe9,3\n" + "ü,2,3\n".encode())
    assert values(agrees(source)) == [("é", "2", "3"), ("x", "été", "3"), ("ü", "2", "3")]
    fault = fault_of(source, "mixed_encoding")
    assert (fault.check, fault.row, fault.line, fault.count, fault.severity) == ("file.encoding", 2, 3, 1, "error")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_separators(mark: str, tmp_path: Path) -> None:
    source = read(tmp_path, lines(["1,2,3", '"x,y",2,3']).replace(b",", mark.encode()))
    assert values(agrees(source)) == [("1", "2", "3"), (f"x{mark}y", "2", "3")]
    assert kinds(source) == ([] if mark == "," else ["delimiter"])


def test_a_first_line_that_names_the_separator(tmp_path: Path) -> None:
    source = read(tmp_path, b"sep=;\r\na;b;c\r\n1;2;3\r\n")
    assert agrees(source) == [(1, 3, {"a": "1", "b": "2", "c": "3"})]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(end: str, last: bool, tmp_path: Path) -> None:
    text = end.join(["a,b,c", "1,2,3", '"x' + end + 'y",5,6', "7,8,9"]) + (end if last else "")
    source = read(tmp_path, text.encode())
    assert [(line, record["a"]) for _, line, record in agrees(source)] == [(2, "1"), (3, f"x{end}y"), (5, "7")]
    assert kinds(source) == (["carriage_return"] if end == "\r" else [])


def test_mixed_line_ends_are_put_right_and_counted(tmp_path: Path) -> None:
    source = read(tmp_path, b"a,b,c\r\n1,2,3\r\n4,5,6\n7,8,9\r0,0,0\r\n")
    assert [line for _, line, _ in agrees(source)] == [2, 3, 4, 5]
    assert fault_of(source, "mixed_line_ends").count == 2


def test_a_carriage_return_within_a_value_stays_there(tmp_path: Path) -> None:
    source = read(tmp_path, b"a,b,c\n1,x\ry,3\n4,5,6\n")
    assert values(agrees(source)) == [("1", "x\ry", "3"), ("4", "5", "6")]
    assert kinds(source) == ["carriage_return_in_value"]


def test_blank_lines_are_no_records_and_count_as_lines(tmp_path: Path) -> None:
    source = read(tmp_path, b"a,b,c\n\n1,2,3\n   \n\n4,5,6\n\n\n")
    assert [(row, line) for row, line, _ in agrees(source)] == [(1, 3), (2, 6)]
    assert fault_of(source, "blank_lines").count == 3
    assert opened(csv_file(tmp_path, b"a,b,c\n1,2,3\n\n\n", "tail.csv")).census().simple


def test_short_lines_keep_the_person(tmp_path: Path) -> None:
    source = read(tmp_path, lines(["1,2,3", "4", "5,6", "7,8,9"]))
    assert values(agrees(source)) == [("1", "2", "3"), ("4", None, None), ("5", "6", None), ("7", "8", "9")]
    fault = fault_of(source, "short_line")
    assert (fault.check, fault.severity, fault.action, fault.count) == ("file.short_lines", "error", "none", 2)
    assert (fault.row, fault.line, fault.sample_rows) == (2, 3, ((2, 3), (3, 4)))
    assert fault.received == "1 to 2 values in 2 records"
    assert fault.expected == "3 values, one a column"


def test_long_lines_are_refused_unless_the_surplus_is_empty(tmp_path: Path) -> None:
    source = read(tmp_path, lines(["1,2,3", "4,5,6,,", "7,8,9,x", "0,0,0"]))
    records = agrees(source)
    assert [(row, line) for row, line, _ in records] == [(1, 2), (2, 3), (4, 5)]
    assert values(records)[1] == ("4", "5", "6")
    assert fault_of(source, "surplus_empty").action == "none"
    refused = fault_of(source, "surplus_values")
    assert (refused.check, refused.action, refused.row, refused.line) == ("file.long_lines", "record", 3, 4)
    assert source.census().refused == 1
    assert source.census().received == 4
    assert list(source.fault_rows()) == [
        ("file.long_lines", "surplus_empty", 2, 3),
        ("file.long_lines", "surplus_values", 3, 4),
    ]
    assert list(source.line_numbers([2, 3, 4])) == [3, None, 5]
    assert set(source.fetch([1, 3, 99])) == {1}


@pytest.mark.parametrize(
    ("line", "expected", "kind"),
    [
        ('1,x"y,3', 'x"y', "stray_quote"),
        ('1,"x"y,3', '"x"y', "text_after_quote"),
        ('1,"x,1"y,3', '"x,1"y', "text_after_quote"),
        ('1, "x,y" ,3', "x,y", "space_outside_quotes"),
        ('1,"x,3', '"x', "unterminated_quote"),
        ('1,"say ""yes""",3', 'say "yes"', None),
        ('1,"",3', None, None),
        ("1,  x  ,3", "  x  ", None),
        ('1,"  ",3', "  ", None),
    ],
)
def test_quotation_marks(line: str, expected: str | None, kind: str | None, tmp_path: Path) -> None:
    source = read(tmp_path, lines(["0,0,0", line, "9,9,9"]))
    assert values(agrees(source))[1:] == [("1", expected, "3"), ("9", "9", "9")]
    assert kinds(source) == ([kind] if kind else [])
    if kind:
        assert (fault_of(source, kind).row, fault_of(source, kind).line) == (2, 3)


def test_a_quote_that_never_closes_costs_no_other_record(tmp_path: Path) -> None:
    rows = [f"{at},x,y" for at in range(1000)]
    rows[500] = '500,"x,y'
    source = read(tmp_path, lines(rows))
    assert [(row, line) for row, line, _ in agrees(source)] == [(at, at + 1) for at in range(1, 1001)]
    assert fault_of(source, "unterminated_quote").line == 502


def test_records_swallowed_between_two_stray_quotes_are_read_all_the_same(tmp_path: Path) -> None:
    shape = TableShape("person", "001", tuple("abcdef"))
    rows = [f"{at},1,2,3,4,5" for at in range(100)]
    rows[10] = '10,"1,2,3,4,5'
    rows[60] = '60,1",2,3,4,5'
    source = read(tmp_path, lines(rows, "a,b,c,d,e,f"), shape)
    assert [record["a"] for _, _, record in agrees(source)] == [str(at) for at in range(100)]
    assert {"unterminated_quote", "stray_quote"} <= set(kinds(source))


def test_line_breaks_within_quotes_are_kept(tmp_path: Path) -> None:
    source = read(tmp_path, b'a,b,c\r\n1,"x\r\ny\nz",3\r\n4,"p\rq","r\r\ns"\r\n7,8\r\n')
    assert values(agrees(source)) == [("1", "x\r\ny\nz", "3"), ("4", "p\rq", "r\r\ns"), ("7", "8", None)]
    assert [line for _, line, _ in source.records()] == [2, 5, 7]


def test_nul_is_reported_and_kept(tmp_path: Path) -> None:
    source = read(tmp_path, b"a,b,c\n1,x\0y,3\n")
    assert values(agrees(source)) == [("1", "x\0y", "3")]
    assert fault_of(source, "nul_character").check == "file.nul"


@pytest.mark.parametrize("cell", ["x" * 5_000_000, '"' + "x\n" * 2_500_000 + '"', '"' + '""' * 1_100_000 + '"'])
def test_a_cell_that_is_too_long_costs_its_record_alone(cell: str, tmp_path: Path) -> None:
    source = read(tmp_path, lines(["1,2,3", f"4,{cell},6", "7,8,9"]))
    records = agrees(source)
    assert [row for row, _, _ in records] == [1, 3]
    refused = fault_of(source, "long_cell")
    assert (refused.action, refused.row, refused.line) == ("record", 2, 3)


def test_a_cell_over_the_limit_is_found_whatever_the_limit(tmp_path: Path) -> None:
    for size in (99, 100, 101, 1000):
        folder = tmp_path / str(size)
        folder.mkdir()
        source = read(folder, lines(["1,2,3", f"4,{'x' * size},6"]), limits=Limits(max_cell_bytes=100))
        assert ("long_cell" in kinds(source)) == (size > 100)


def test_columns_are_found_by_their_names(tmp_path: Path) -> None:
    source = read(tmp_path, b" B ,ward,A\n2,x,1\n")
    assert source.columns == ("b", "_ignored_2", "a")
    assert values(agrees(source)) == [("1", "2", None)]
    assert [(fault.check, fault.items) for fault in source.faults] == [
        ("column.unknown", ()),
        ("column.misspelt", ("b", "a")),
    ]


def test_names_that_are_nearly_right_are_told(tmp_path: Path) -> None:
    shape = TableShape("person", "001", ("local_patient_id", "nhs_number"), mandatory=("local_patient_id",))
    source = read(tmp_path, b"Local-Patient ID,nhs_numbr\nx,y\n", shape)
    assert kinds(source) == ["near_miss_column", "misspelt_column"]
    assert fault_of(source, "near_miss_column").items == ("nhs_number",)
    assert fault_of(source, "near_miss_column").suggestion.startswith("Rename nhs_numbr to nhs_number. Until then")
    assert agrees(source)[0][2] == {"local_patient_id": "x", "nhs_number": None}


def test_missing_columns_by_mandation(tmp_path: Path) -> None:
    source = read(tmp_path, b"c,d\n1,2\n")
    assert fault_of(source, "missing_mandatory").items == ("a",)
    assert fault_of(source, "missing_required").items == ("b",)
    defaulted = TableShape("person", "001", ("a", "c"), mandatory=("a", "c"), defaulted=("a",))
    (tmp_path / "d").mkdir()
    assert kinds(read(tmp_path / "d", b"c\n1\n", defaulted)) == []


def test_a_column_that_stands_twice_is_read_once(tmp_path: Path) -> None:
    source = read(tmp_path, b"a,b,c,a,,\n1,2,3,4,5,6\n")
    assert values(agrees(source)) == [("1", "2", "3")]
    assert kinds(source) == ["duplicate_column", "unnamed_column"]


def test_columns_of_an_unknown_table_keep_their_names(tmp_path: Path) -> None:
    source = read(tmp_path, b"PAS Number,pas number,,Ward's \xc3\xa9\n1,2,3,4\n", None)
    assert source.columns == ("PAS Number", "_column_2", "_column_3", "Ward's é")
    assert values(agrees(source)) == [("1", "2", "3", "4")]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \r\n"])
def test_an_empty_file_is_a_fault_of_the_file(content: bytes, tmp_path: Path) -> None:
    source = read(tmp_path, content)
    assert agrees(source) == []
    assert (source.faults[0].check, source.faults[0].action) == ("file.empty", "file")


@pytest.mark.parametrize(
    "content", [b"a,b,c", b"a,b,c\n", b"a,b,c\r\n\r\n", b"\n\na,b,c\n", "a,b,c\n".encode("utf-16")]
)
def test_a_file_of_column_names_alone_is_no_fault(content: bytes, tmp_path: Path) -> None:
    source = read(tmp_path, content)
    assert agrees(source) == []
    assert fault_of(source, "no_records").severity == "info"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"1,2,3\n4,5,6\n", "the names of the columns"),
        (b",".join(b"c%d" % at for at in range(100_000)) + b"\na\n", "100,000 columns"),
        (b"a" + b"x" * 3_000_000, "first line is longer"),
    ],
)
def test_what_cannot_be_read_says_so(content: bytes, words: str, tmp_path: Path) -> None:
    shape = ABC if b"c1" not in content else None
    with pytest.raises(InputError, match=words):
        read(tmp_path, content, shape)


def test_a_file_without_column_names_never_has_its_first_record_quoted(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, b"9990000018,Smith,M1 1AA\n")
    assert "Smith" not in str(caught.value)
    assert "9990000018" not in str(caught.value)


def test_a_limit_of_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="more than 10 records"):
        opened(csv_file(tmp_path, lines(["1,2,3"] * 11)), limits=Limits(max_rows=10)).census()
    with pytest.raises(InputError, match="more than 10 records"):
        opened(csv_file(tmp_path, b"\n" + lines(["1,2"] * 11), "b.csv"), limits=Limits(max_rows=10)).repaired()


def test_a_name_that_a_scan_would_take_for_a_pattern(tmp_path: Path) -> None:
    folder = tmp_path / "x[1]*?"
    folder.mkdir()
    assert values(agrees(opened(csv_file(folder, lines(["1,2,3"]))))) == [("1", "2", "3")]


def test_faults_are_one_a_cause_with_samples_spread_over_the_file(tmp_path: Path) -> None:
    from validators.tally import SAMPLES, sample_rank

    source = read(tmp_path, lines(["1,2"] * 5000))
    fault = fault_of(source, "short_line")
    assert fault.count == 5000
    expected = sorted(sorted(range(1, 5001), key=sample_rank)[:SAMPLES])
    assert fault.sample_rows == tuple((row, row + 1) for row in expected)
    assert len(source.faults) == 1


@pytest.mark.parametrize("line", ['","', 'a","b', '"""', 'x,"y', '"a""'])
def test_hostile_quotes_take_no_more_than_their_size(line: str, tmp_path: Path) -> None:
    """Four times as much takes about four times as long, not sixteen times."""
    few, many = (_seconds(tmp_path / str(count), line, count) for count in (1_000, 4_000))
    assert many < 10 * few


def _seconds(folder: Path, line: str, count: int) -> float:
    """Seconds of work that so many hostile lines cost."""
    folder.mkdir()
    began = time.process_time()
    names = ",".join(f"c{at}" for at in range(200))
    source = read(folder, lines([line + "x" * 90] * count, names), None)
    assert source.census().received > 0
    return time.process_time() - began


def test_short_lines_cannot_fill_the_disk(tmp_path: Path) -> None:
    names = ",".join(f"c{at}" for at in range(900))
    with pytest.raises(InputError, match="Check the separator"):
        read(tmp_path, lines(["x"] * 200_000, names), None)
