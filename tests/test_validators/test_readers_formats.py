"""Parquet, NDJSON, JSON and Excel: the same records as from CSV, and what only these formats can get wrong."""

from __future__ import annotations

import datetime
import json
import zipfile
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl
import pytest

from tests.test_validators.reading_support import ABC, agrees, csv_file, fault_of, kinds, opened, values, whole
from validators.errors import InputError
from validators.limits import Limits
from validators.source import TableShape

if TYPE_CHECKING:
    from pathlib import Path

TYPED = TableShape(
    "header", "000", ("text", "number", "list"), integer_items=("number",), list_items=("list",)
)  # fmt: skip


def parquet(folder: Path, select: str, name: str = "person.parquet") -> Path:
    path = folder / name
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {select}) TO '{path}' (FORMAT parquet)")
    return path


def ndjson(folder: Path, *records: Any, name: str = "person.ndjson") -> Path:
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return csv_file(folder, "".join(f"{line}\n" for line in lines).encode(), name)


def workbook(folder: Path, sheets: dict[str, list[list[Any]]], name: str = "person.xlsx") -> Path:
    book = openpyxl.Workbook()
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(folder / name)
    return folder / name


# Parquet


def test_parquet_is_scanned_where_it_lies(tmp_path: Path) -> None:
    path = parquet(tmp_path, "i::VARCHAR AS a, CASE WHEN i = 2 THEN '' ELSE 'x' END AS b FROM range(1, 4) t(i)")
    source = opened(path)
    assert (source.scan_kind, source.scan_path, source.in_place) == ("parquet", path, True)
    assert [(row, line) for row, line, _ in agrees(source)] == [(1, None), (2, None), (3, None)]
    assert values(list(source.records())) == [("1", "x", None), ("2", None, None), ("3", "x", None)]
    assert agrees(source.repaired()) == list(source.records())


@pytest.mark.parametrize(
    ("expression", "expected", "kind"),
    [
        ("DATE '2026-04-01'", "2026-04-01", None),
        ("TIMESTAMP '2026-04-01 00:00:00'", "2026-04-01", None),
        ("TIMESTAMP '2026-04-01 09:30:00'", "2026-04-01T09:30:00", None),
        ("TIMESTAMPTZ '2026-04-01 09:30:00+00'", "2026-04-01T09:30:00+00:00", None),
        ("7", "7", "column_type"),
        ("7.0::DOUBLE", "7", "column_type"),
        ("7.5::DOUBLE", "7.5", "column_type"),
        ("12.00::DECIMAL(9, 2)", "12", "column_type"),
        ("true", "true", "column_type"),
        ("['x', 'y']", None, "nested_column"),
        ("{'x': 1}", None, "nested_column"),
        ("'x'::BLOB", None, "nested_column"),
    ],
)
def test_types_of_parquet(expression: str, expected: str | None, kind: str | None, tmp_path: Path) -> None:
    source = opened(parquet(tmp_path, f"'k' AS a, {expression} AS b, 'z' AS c"))
    assert values(agrees(source)) == [("k", expected, "z")]
    assert kinds(source) == ([kind] if kind else [])
    if kind:
        assert fault_of(source, kind).items == ("b",)


def test_whole_numbers_and_lists_of_parquet_where_the_item_is_one(tmp_path: Path) -> None:
    source = opened(parquet(tmp_path, "'x' AS text, 7 AS number, ['a', 'b'] AS list"), TYPED)
    assert values(agrees(source)) == [("x", "7", "a|b")]
    assert source.faults == ()


def test_columns_of_parquet_are_found_by_their_names(tmp_path: Path) -> None:
    source = opened(parquet(tmp_path, """'1' AS "A ", '2' AS ward, '3' AS "b" """))
    assert values(agrees(source)) == [("1", "3", None)]
    assert kinds(source) == ["unknown_column", "misspelt_column"]


@pytest.mark.parametrize("damage", ["cut", "zeros", "footer"])
def test_damaged_parquet_is_refused_without_a_word_of_its_content(damage: str, tmp_path: Path) -> None:
    path = parquet(tmp_path, "'secret' || i AS a, 'x' AS b, 'y' AS c FROM range(5000) t(i)")
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "zeros":
        content[100:3000] = bytes(2900)
    else:
        content[-40:-10] = b"\xff" * 30
    path.write_bytes(content)
    with pytest.raises(InputError, match="the Parquet file is cut off") as caught:
        list(opened(path).records())
    assert "secret" not in str(caught.value)


# NDJSON and JSON


def test_ndjson_keeps_what_only_json_can_say(tmp_path: Path) -> None:
    mark = "\ufdd0"
    source = opened(
        ndjson(
            tmp_path,
            {"text": "x", "number": 7, "list": ["a", "b"]},
            {"text": "", "number": 7.0, "list": []},
            {"text": None},
            {"text": 7, "number": "7", "list": "a"},
            {"text": True, "number": 7.5, "list": ["a", 1]},
            {"text": {"x": [1]}, "number": False, "list": ["a|b"]},
            {"text": "\ud800", "number": 10**30},
            {"text": "x" * 100, "number": [1] * 100},
            name="header.ndjson",
        ),
        TYPED,
    )
    records = agrees(source)
    assert [line for _, line, _ in records] == list(range(1, 9))
    assert values(records) == [
        ("x", "7", "a|b"),
        (f"{mark}empty", "7", None),
        (None, None, None),
        (f"{mark}number:7", f'{mark}string:"7"', f'{mark}string:"a"'),
        (f"{mark}boolean:true", "7.5", f'{mark}array:["a",1]'),
        (f'{mark}object:{{"x":[1]}}', f"{mark}boolean:false", f'{mark}array:["a|b"]'),
        (f'{mark}string:"\\ud800"', "1" + "0" * 30, None),
        ("x" * 100, f"{mark}array:[{'1,' * 19}1", None),
    ]


def test_whole_number_of_json_is_its_digits_however_it_is_written(tmp_path: Path) -> None:
    written = {
        "7.0": "7", "70e-1": "7", "-0": "0", "-0.0": "0", "0e999": "0", "-7.00": "-7", "1E15": "1" + "0" * 15,
        "9007199254740993e0": "9007199254740993", "1e308": "1" + "0" * 308, "-9223372036854775809": str(-(2**63) - 1),
    }  # fmt: skip
    other = ["7.5", "1e-5", "1e309", "-1e999999999", "1e99999999999999999999"]
    lines = [f'{{"number": {text}}}' for text in (*written, *other)]
    source = opened(ndjson(tmp_path, *lines, name="header.ndjson"), TYPED)
    assert [number for _, number, _ in values(agrees(source))] == [*written.values(), *other]


def test_lines_that_are_no_json_are_refused_where_they_are(tmp_path: Path) -> None:
    source = opened(
        ndjson(
            tmp_path,
            {"a": "1", "b": "x"},
            '{"a": "2",}',
            "",
            "[1]",
            '{"a": "3", "a": "4"}',
            '{"a": NaN}',
            '{"a": "5"} {"a": "6"}',
            "[" * 100_000,
            '{"a": "é\\u0000"}',
            {"a": "7", "ward": "x", "B": "y"},
        )
    )
    assert [(row, line, record["a"]) for row, line, record in agrees(source)] == [
        (1, 1, "1"),
        (4, 5, "4"),
        (5, 6, "\ufdd0number:NaN"),
        (8, 9, "é\0"),
        (9, 10, "7"),
    ]
    assert kinds(source) == [
        "near_miss_column", "unknown_column", "nul_character", "not_json", "not_an_object", "duplicate_key",
        "not_a_number",
    ]  # fmt: skip
    assert fault_of(source, "not_json").sample_rows == ((2, 2), (6, 7), (7, 8))
    assert source.census().refused == 4
    assert fault_of(source, "near_miss_column").suggestion.startswith("Rename B to b.")


def test_ndjson_in_other_encodings(tmp_path: Path) -> None:
    source = opened(csv_file(tmp_path, '{"a": "é", "b": "x"}\n'.encode("cp1252"), "person.ndjson"))
    assert [record["a"] for _, _, record in agrees(source)] == ["é"]
    assert kinds(source) == ["windows_1252"]
    source = opened(csv_file(tmp_path, '{"a": "é", "b": "x"}\n'.encode("utf-16"), "b.ndjson"))
    assert [record["a"] for _, _, record in agrees(source)] == ["é"]


def test_items_that_no_record_has_are_missing_columns(tmp_path: Path) -> None:
    source = opened(ndjson(tmp_path, {"b": "x"}, {"b": None}))
    assert source.columns == ("_absent_1", "b", "_absent_3")
    assert kinds(source) == ["missing_mandatory"]
    assert agrees(source)[0][2] == {"a": None, "b": "x", "c": None}


@pytest.mark.parametrize(
    "text",
    [
        '[{"a": "1", "b": "x"}, {"a": "2"}]',
        '[\n{"a": "1", "b": "x"},\n{"a": "2"}\n]\n',
        '{"person": [{"a": "1", "b": "x"}, {"a": "2"}]}',
        '\ufeff[{"a": "1", "b": "x"}, {"a": "2"},]',
    ],
)
def test_json_documents(text: str, tmp_path: Path) -> None:
    source = opened(csv_file(tmp_path, text.encode(), "person.json"))
    assert values(agrees(source)) == [("1", "x", None), ("2", None, None)]
    assert kinds(source) == (["trailing_comma"] if ",]" in text else [])


def test_lines_of_a_json_document(tmp_path: Path) -> None:
    text = json.dumps([{"a": str(at), "b": "x" * 500} for at in range(5000)], indent=1)
    records = agrees(opened(csv_file(tmp_path, text.encode(), "person.json")))
    assert [(row, line) for row, line, _ in records] == [(at, 4 * at - 2) for at in range(1, 5001)]


def test_one_object_is_one_record(tmp_path: Path) -> None:
    source = opened(csv_file(tmp_path, b'{"a": "1",\n "b": "2"}', "header.json"))
    assert values(agrees(source)) == [("1", "2", None)]


@pytest.mark.parametrize(
    "text",
    ['[{"a": "1"', '[{"a": "1",}]', '[{"a": "1"}] x', "[" * 100_000, '{"a": ' * 50_000, "nonsense", '[{"a": 1}, "'],
)
def test_documents_that_are_no_json_are_refused_with_their_line(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not JSON from line 1 on"):
        opened(csv_file(tmp_path, text.encode(), "person.json"))


# Excel


def test_a_workbook_reads_as_the_text_that_was_meant(tmp_path: Path) -> None:
    rows = [
        ["a", "b", "c"],
        ["x", datetime.date(2026, 4, 1), datetime.datetime.fromisoformat("2026-04-01T09:30")],
        [],
        ["007", None, " y "],
        ["z\n", 7, "=1+1"],
    ]
    source = opened(workbook(tmp_path, {"Person": rows}))
    records = agrees(source)
    assert [(row, line) for row, line, _ in records] == [(1, 2), (2, 4), (3, 5)]
    assert values(records) == [
        ("x", "2026-04-01", "2026-04-01T09:30:00"),
        ("007", None, " y "),
        ("z\n", "7", None),
    ]
    assert kinds(source) == ["blank_lines", "number_cell", "error_cell"]
    assert fault_of(source, "error_cell").items == ("c",)
    assert (fault_of(source, "number_cell").row, fault_of(source, "number_cell").line) == (3, 5)


def test_what_a_spreadsheet_does_to_values(tmp_path: Path) -> None:
    rows = [["text", "number", "list"], [1.11e8, 7, True], [123456789012345678, 7.5, 0.1], [9990000018, 1.0, None]]
    source = opened(workbook(tmp_path, {"header": rows}), TYPED)
    assert values(agrees(source)) == [
        ("111000000", "7", "TRUE"),
        ("123456789012345700", "7.5", "0.1"),
        ("9990000018", "1", None),
    ]
    assert kinds(source) == ["number_cell", "long_number", "boolean_cell"]
    assert fault_of(source, "number_cell").items == ("text", "list")
    assert fault_of(source, "number_cell").check == "column.spreadsheet"


def test_a_workbook_with_titles_and_columns_without_names(tmp_path: Path) -> None:
    rows = [["Export of April"], [], ["a", "b", None, None], ["1", "2", None, "x"]]
    source = opened(workbook(tmp_path, {"Sheet1": rows}))
    assert [(line, record) for _, line, record in agrees(source)] == [(4, {"a": "1", "b": "2", "c": None})]
    assert kinds(source) == ["title_lines", "unnamed_column"]


def test_error_cells_are_not_taken_for_blank_ones(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"person": [["a", "b"], ["x", "#N/A"], ["y", "z"]]})
    source = opened(path)
    assert fault_of(source, "error_cell").sample_rows == ((1, 2),)
    assert values(agrees(source)) == [("x", None, None), ("y", "z", None)]


def test_a_cell_far_out_does_not_end_the_process(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "a"
    book.active["XFD1048576"] = "b"
    book.save(tmp_path / "person.xlsx")
    with pytest.raises(InputError, match="column 16,384"):
        opened(tmp_path / "person.xlsx")


@pytest.mark.parametrize("place", ['r="XFD1048576"', 's="1" r="XFD1048576"', "r='XFD1048576'"])
def test_a_cell_far_out_however_it_is_written(place: str, tmp_path: Path) -> None:
    path = workbook(tmp_path, {"person": [["a", "b"], ["x", "y"]]})
    changed = tmp_path / "changed.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content = content.replace(b'r="B2"', place.encode())
            new.writestr(name, content)
    with pytest.raises(InputError, match="column 16,384"):
        opened(changed)


@pytest.mark.parametrize("damage", ["cut", "no book", "noise"])
def test_damaged_workbooks_are_refused(damage: str, tmp_path: Path) -> None:
    path = workbook(tmp_path, {"person": [["a", "b"], ["x", "y"]]})
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "noise":
        path.write_bytes(content[:200] + bytes(len(content) - 1200) + content[-1000:])
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(InputError, match=r"the workbook is damaged|cannot be unpacked|zip archive"):
        opened(path)


def test_a_workbook_that_unpacks_to_too_much(tmp_path: Path) -> None:
    path = tmp_path / "person.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 20_000_000)
    with pytest.raises(InputError, match="50 times"):
        opened(path, limits=Limits(ratio_from=1 << 20))
    with pytest.raises(InputError, match="larger than"):
        opened(csv_file(tmp_path, path.read_bytes(), "b.xlsx"), limits=Limits(max_unpacked_bytes=1 << 20))


# One content, every format


def test_every_format_gives_the_same_records(tmp_path: Path) -> None:
    rows = [("1", "x", None), ("2", None, "é|ü"), ("3", 'say "y"', "a,b\nc")]
    csv_text = 'a,b,c\n1,x,\n2,,é|ü\n3,"say ""y""","a,b\nc"\n'
    paths = [
        csv_file(tmp_path, csv_text.encode()),
        csv_file(tmp_path, csv_text.replace(",", "\t").replace("a\tb\n", "a,b\n").encode(), "person.tsv"),
        ndjson(tmp_path, *[dict(zip("abc", row, strict=True)) for row in rows]),
        workbook(tmp_path, {"person": [["a", "b", "c"], *map(list, rows)]}),
        parquet(
            tmp_path, "* FROM (VALUES ('1', 'x', NULL), ('2', NULL, 'é|ü'), ('3', 'say \"y\"', 'a,b\nc')) t(a, b, c)"
        ),
    ]
    for path in paths:
        assert values(agrees(whole(opened(path, ABC)))) == rows, path.name
