"""Dictionary encoding gives every value of a strict CSV file in its place, and leaves any other file alone."""

from __future__ import annotations

import csv
import ctypes
import datetime
import io
import random
import re
import string
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validators.dictionary_encoding import build, differing, encoded, library, states
from validators.dictionary_encoding.answers import answers
from validators.dictionary_encoding.arrow_stream import Values
from validators.dictionary_encoding.blocks import Block, Encoded
from validators.dictionary_encoding.encoded import CsvForm, encode

pytestmark = pytest.mark.skipif(build.compiler() is None, reason="no C compiler (cc, gcc or clang) is on the path")
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=24)
VALUES = st.one_of(st.sampled_from(["", "A", "RX1", "2026-04-01", "a value of more than 16 bytes"]), TEXTS)


def decoded(found: Encoded, width: int) -> list[list[str | None]]:
    """The rows of an encoded file."""
    rows: list[list[str | None]] = []
    for block in found.blocks:
        columns = [
            _numbered(block, place, found) if place in found.distinct else _texts(block.texts(place))
            for place in range(width)
        ]
        rows += [list(row) for row in zip(*columns, strict=True)]
    return rows


def _numbered(block: Block, place: int, found: Encoded) -> list[str | None]:
    values = _texts(found.distinct[place])
    address = block.numbered(place, found.distinct[place]).buffers[1]
    numbers = (ctypes.c_uint16 * block.rows).from_address(address or 0)
    return [values[number] for number in numbers]


def _texts(values: Values) -> list[str | None]:
    present, ends, text = (address or 0 for address in values.buffers)
    places = (ctypes.c_uint32 * (values.length + 1)).from_address(ends)
    return [
        ctypes.string_at(text + start, end - start).decode()
        if ctypes.string_at(present + at // 8, 1)[0] >> at % 8 & 1
        else None
        for at, (start, end) in enumerate(pairwise(places))
    ]


def written(rows: list[list[str]], delimiter: str = ",", new_line: str = "\n", *, quoted: bool = False) -> bytes:
    """A strict file with those rows, under names."""
    out = io.StringIO()
    form = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=delimiter, lineterminator=new_line, quoting=form)
    writer.writerow([f"column {at}" for at in range(len(rows[0]))])
    writer.writerows(rows)
    return out.getvalue().encode()


def read(
    path: Path, content: bytes, width: int, delimiter: str = ",", new_line: str = "\n", threads: int = 2
) -> object:
    """The rows of a file as they were encoded; None where it was not."""
    path.write_bytes(content)
    found = encode(path, CsvForm(width, delimiter, new_line), range(width), threads)
    return None if found is None else decoded(found, width)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encoded") / "table.csv"


def test_the_library_is_made_where_there_is_a_compiler() -> None:
    assert library.library() is not None, "Run `make setup` with a C compiler (cc, gcc or clang) on the path."


@settings(max_examples=200, deadline=None)
@given(
    rows=st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(VALUES, min_size=width, max_size=width), max_size=40)
    ),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    new_line=st.sampled_from(["\n", "\r\n"]),
    quoted=st.booleans(),
    unended=st.booleans(),
    block=st.sampled_from([600, 1000, 1 << 16]),
    threads=st.integers(1, 4),
    most=st.sampled_from([3, 8, 1 << 16]),
    telling=st.sampled_from([1, 4096]),
)
def test_a_strict_file_is_read_as_it_was_written(
    path: Path, rows: list[list[str]], delimiter: str, new_line: str, quoted: bool, unended: bool, block: int,
    threads: int, most: int, telling: int,
) -> None:  # fmt: skip
    width = len(rows[0]) if rows else 2
    content = written(rows or [["", ""]], delimiter, new_line, quoted=quoted)
    content = content.removesuffix(new_line.encode()) if unended else content
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoded, "BLOCK", block)
        patch.setattr(states, "MOST", most)
        patch.setattr(encoded, "TELLING", telling)
        found = read(path, content, width, delimiter, new_line, threads)
    expected = [[value or None for value in row] for row in rows or [["", ""]]]
    assert found == expected


def _texts_of(path: Path, texts: list[str]) -> Encoded:
    """A file whose first column is read as text."""
    path.write_bytes(written([[text, "b"] for text in texts]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoded, "TELLING", 0)
        patch.setattr(encoded, "DISTINCT", -1.0)
        found = encode(path, CsvForm(2), [0], 2)
    assert found is not None
    assert not found.distinct
    return found


NUMBERS = st.one_of(st.integers(0, 10**20).map(str), st.from_regex(r"[0-9 +-]{0,12}", fullmatch=True), TEXTS)


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(NUMBERS, min_size=1, max_size=30))
def test_a_whole_number_is_read_where_it_is_written_as_it_is_printed(path: Path, texts: list[str]) -> None:
    found = _texts_of(path, texts)
    (block,) = found.blocks
    there, numbers = (address or 0 for address in block.wholes(0).buffers)
    read = (ctypes.c_int64 * len(texts)).from_address(numbers)
    told = [read[at] if ctypes.string_at(there + at // 8, 1)[0] >> at % 8 & 1 else None for at, _ in enumerate(texts)]
    assert told == [int(text) if re.fullmatch("0|[1-9][0-9]{0,17}", text, re.ASCII) else None for text in texts]


def shape(text: str) -> str:
    """A text with every digit a 0, and every letter of ASCII an A or an a."""
    for letters, sign in ((string.digits, "0"), (string.ascii_uppercase, "A"), (string.ascii_lowercase, "a")):
        text = re.sub(f"[{letters}]", sign, text)
    return text


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(NUMBERS, min_size=1, max_size=30))
def test_the_shapes_of_texts_are_numbered(path: Path, texts: list[str]) -> None:
    found = _texts_of(path, texts)
    (block,) = found.blocks
    shapes = _texts(found.shapes[0])
    numbers = (ctypes.c_uint16 * len(texts)).from_address(block.numbered(0, found.shapes[0]).buffers[1] or 0)
    assert [shapes[number] or "" for number in numbers] == [shape(text) for text in texts]


def test_long_texts_have_no_shapes(path: Path) -> None:
    assert not _texts_of(path, ["x" * 65, "y"]).shapes


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(st.sampled_from("abc"), st.text("01", max_size=9)), min_size=1, max_size=40))
def test_rows_are_said_to_differ_only_where_they_do(path: Path, rows: list[tuple[str, str]]) -> None:
    path.write_bytes(written([list(row) for row in rows]))
    for telling in (0, 4096):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(encoded, "TELLING", telling)
            patch.setattr(encoded, "DISTINCT", -1.0)
            patch.setattr(differing, "TOGETHER", 4)
            found = encode(path, CsvForm(2), [0, 1], 2)
            assert found is not None
            whole = [row for row in rows if all(row)]
            assert differing.all_differ(found, [0, 1]) == (len(set(whole)) == len(whole))


def test_threads_and_blocks_do_not_change_the_order(path: Path) -> None:
    rows = [[str(at), f"{at % 7}", "x" * (at % 40)] for at in range(60_000)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoded, "BLOCK", 30_000)
        for threads in (1, 2, 4):
            assert read(path, written(rows), 3, threads=threads) == [[value or None for value in row] for row in rows]


def test_a_column_with_too_many_values_is_read_as_text(path: Path) -> None:
    # few at first, so that only the later rows tell
    rows = [["same" if at < 10_000 else f"value {at}", "b"] for at in range(90_000)]
    path.write_bytes(written(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoded, "BLOCK", 100_000)
        found = encode(path, CsvForm(2), [0, 1], 2)
    assert found is not None
    assert set(found.distinct) == {1}
    assert decoded(found, 2) == rows


def test_values_that_nearly_all_differ_are_text_from_the_start(path: Path) -> None:
    rows = [[f"value {at}", "b"] for at in range(9_000)]
    path.write_bytes(written(rows))
    found = encode(path, CsvForm(2), [0, 1], 1)
    assert found is not None
    assert set(found.distinct) == {1}


@pytest.mark.parametrize(
    "body",
    [
        "a,b\n1\n",
        "a,b\n1,2,3\n",
        "a,b\n1,2\n\n3,4\n",
        'a,b\n1,"2\n',
        'a,b\n1,2"\n',
        'a,b\n1,"2"x\n',
        'a,b\n"1"x,2\n',
        'a,b\n1,"2" \n',
        'a,b\n1,""2"\n',
        "a,b\n1,2\n3",
        "a,b",
        "",
    ],
    ids=repr,
)
def test_what_is_no_strict_file_is_left_to_others(path: Path, body: str) -> None:
    assert read(path, body.encode(), 2) is None


def test_another_line_end_than_the_one_that_was_told_is_left_to_others(path: Path) -> None:
    assert read(path, b"a,b\r\n1,2\r\n3,4\n", 2, new_line="\r\n") is None


def test_blank_lines_at_the_end_are_no_records(path: Path) -> None:
    assert read(path, b"a,b\n1,2\n\n\n", 2) == [["1", "2"]]


def test_a_file_without_records_has_no_rows(path: Path) -> None:
    assert read(path, b"a,b\n", 2) == []


def test_columns_that_are_not_asked_for_are_left_out(path: Path) -> None:
    path.write_bytes(b"a,b,c\n1,2,3\n")
    found = encode(path, CsvForm(3), [2], 1)
    assert found is not None
    assert set(found.distinct) == {2}
    assert found.rows == 1


HOSTILE = """
import random, sys
from pathlib import Path
from validators.dictionary_encoding import encoded, library, states
library.LIBRARY = Path(sys.argv[1])
path, drawn = Path(sys.argv[2]), random.Random(int(sys.argv[3]))
pieces = [b",", b"\\n", b'"', b'""', b"\\r\\n", b"\\r"]
pieces += [b"\\0", b"a", b"2026-04-01", b"x" * 70, "\\u00e9".encode(), b"\\xff"]
read = 0
for turn in range(1500):
    encoded.BLOCK = drawn.choice([64, 100, 129, 5000])
    states.MOST, states.LONGER = drawn.choice([(1, 0), (2, 100), (65536, 1 << 20)])
    encoded.TELLING, width = drawn.choice([1, 4096]), drawn.randint(1, 4)
    if drawn.random() < 0.5:
        content = b"".join(drawn.choices(pieces, k=drawn.randint(0, 60)))
    else:
        lines = [b",".join(drawn.choice(pieces[6:]) for _ in range(width)) for _ in range(drawn.randint(0, 30))]
        content = b"\\n".join(lines) + drawn.choice([b"", b"\\n"])
    path.write_bytes(b"names\\n" + content)
    ends = drawn.choice(["\\n", "\\r\\n"])
    found = encoded.encode(path, encoded.CsvForm(width, ",", ends), range(width), 2)
    read += found is not None
print("read", read)
"""


def _sanitizer() -> str | None:
    """Where the library of the compiler's address checks is; None where it has none."""
    compiler = build.compiler()
    assert compiler is not None
    done = subprocess.run([compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    found = done.stdout.strip()
    return found if Path(found).is_absolute() else None


def test_no_byte_outside_the_buffers_is_touched(tmp_path: Path) -> None:
    sanitizer = _sanitizer()
    if sanitizer is None:
        pytest.skip("the compiler has no address checks")
    checked = tmp_path / "checked.so"
    assert (
        build.build(checked, "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Werror")
        is None
    )
    done = subprocess.run(
        [sys.executable, "-c", HOSTILE, str(checked), str(tmp_path / "t.csv"), str(random.randrange(1000))],
        capture_output=True,
        text=True,
        check=False,
        env={"LD_PRELOAD": sanitizer, "ASAN_OPTIONS": "detect_leaks=0", "PATH": "", "PYTHONPATH": str(Path.cwd())},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[1]) > 100, "Nearly nothing of what was drawn is strict."


def test_a_day_without_a_date_in_python_is_not_answered() -> None:
    assert answers("DATE", [datetime.date(2026, 4, 1), None]) is not None
    assert answers("DATE", ["0001-01-01 (BC)", None]) is None


def test_what_cannot_be_read_or_kept_is_left_to_others(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert encode(path.with_name("not there"), CsvForm(2), [0], 2) is None
    path.write_bytes(written([["a", "b"]] * 50))

    def no_memory(size: int) -> None:
        raise OSError(size)

    monkeypatch.setattr(states, "memory", no_memory)
    assert encode(path, CsvForm(2), [0], 2) is None


def test_encoding_stops_when_it_is_asked_to(path: Path) -> None:
    path.write_bytes(written([["a", "b"]] * 50))
    stop = threading.Event()
    assert encode(path, CsvForm(2), [0], 2, stop) is not None
    stop.set()
    assert encode(path, CsvForm(2), [0], 2, stop) is None
