"""No record is lost: every record of a file is delivered with its row and line, or reported with them.

Each file is also read by a small reader that knows nothing of the one under test, and scanned by one, two and four
threads. The large files put the fault at the places where DuckDB's buffers meet.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.test_validators.reading_support import ABC, agrees, csv_file, fault_of, opened, scanned, whole
from validators.errors import InputError
from validators.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from validators.source import Source, TableShape

#: DuckDB reads a CSV file in buffers of 16 of its longest lines
BUFFER = 32_000_000
LINE = 10_000
WIDTH = 3
THREADS = (1, 2, 4)

Read = dict[int, tuple[int, tuple[str | None, ...] | None]]


def simple_reader(content: bytes) -> Read:
    """Row → line, and the values; None for a record with values too many. Strict quotation marks only."""
    found: Read = {}
    for line, text in logical_lines(content):
        values = split(text)
        if line == 1 or values == [""]:
            continue
        surplus = any(values[WIDTH:])
        padded = [value or None for value in (*values, *[""] * WIDTH)][:WIDTH]
        found[len(found) + 1] = (line, None if surplus else tuple(padded))
    return found


def logical_lines(content: bytes) -> Iterator[tuple[int, str]]:
    """Records as text, with the line on which each starts."""
    line, held, start = 1, "", 1
    for raw in content.split(b"\n"):
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = raw.decode("cp1252")
        held = f"{held}\n{text}" if held else text
        line += 1
        if held.count('"') % 2 == 0:
            yield start, held.removesuffix("\r")
            held, start = "", line


def split(text: str) -> list[str]:
    """One record, character by character where it has quotation marks."""
    if '"' not in text:
        return text.split(",")
    values, inside = [""], False
    for at, character in enumerate(text):
        if character == '"':
            inside = not inside
            if inside and at and text[at - 1] == '"':
                values[-1] += '"'
        elif character == "," and not inside:
            values.append("")
        else:
            values[-1] += character
    return values


def check_complete(source: Source, content: bytes, threads: tuple[int, ...] = THREADS) -> None:
    """What is delivered and what is refused is what the simple reader reads."""
    expected = simple_reader(content)
    read = whole(source)
    records = list(read.records())
    assert {row: (line, tuple(record.values())) for row, line, record in records} == {
        row: found for row, found in expected.items() if found[1] is not None
    }
    assert {(row, line) for _, kind, row, line in read.fault_rows() if kind in REFUSING} == {
        (row, line) for row, (line, values) in expected.items() if values is None
    }
    assert read.census().received == len(expected)
    plain = [(row, record) for row, _, record in records]
    for count in threads:
        assert [(row, record) for row, _, record in scanned(read, count)] == plain


REFUSING = frozenset({"surplus_values", "long_cell"})

#: one faulty line of a kind, made from a good one
FAULTS = {
    "short": lambda line: line.rpartition(b",")[0],
    "long": lambda line: line + b",x",
    "broken character": lambda line: line.replace(b"x", b"\xe9", 1),
    "blank before": lambda line: b"\n" + line,
    "other line end": lambda line: line + b"\r",
}


def wide_line(at: int) -> bytes:
    """A line of 10,000 bytes with its end."""
    start = b"%d,v%d," % (at, at)
    return start + b"x" * (LINE - 1 - len(start))


@pytest.mark.parametrize("kind", FAULTS)
def test_one_faulty_line_where_buffers_meet(kind: str, tmp_path: Path) -> None:
    good = [b"a,b,c" + b" " * (LINE - 6), *(wide_line(at) for at in range(1, 2 * BUFFER // LINE + 20))]
    for boundary in (BUFFER // LINE, 2 * BUFFER // LINE):
        at = boundary + 1  # the first line behind the boundary
        good[at] = FAULTS[kind](good[at])
    content = b"\n".join(good) + b"\n"
    source = opened(csv_file(tmp_path, content))
    assert not source.census().simple
    check_complete(source, content, (1, 4))


def test_line_breaks_within_quotes_where_buffers_meet(tmp_path: Path) -> None:
    rows = [b'%d,"v\n%d",%b' % (at, at, b"x" * 900) for at in range(36_000)]
    content = b"a,b,c\n" + b"\n".join(rows) + b"\n"
    source = opened(csv_file(tmp_path, content))
    assert source.census().simple
    check_complete(source, content, (1, 4))
    wanted = [1, 2, 34_000, 35_555, 36_000]
    assert {row: line for row, (line, _) in source.fetch(wanted).items()} == {row: 2 * row for row in wanted}


@pytest.mark.parametrize("kind", [*FAULTS, "all"])
@pytest.mark.parametrize("share", [0.001, 0.1, 1.0])
def test_many_faulty_lines(kind: str, share: float, tmp_path: Path) -> None:
    chance = random.Random(f"{kind}{share}")
    lines = [b"%d,v%d,x" % (at, at) for at in range(20_000)]
    for at in range(len(lines)):
        if chance.random() < share:
            lines[at] = FAULTS[chance.choice(list(FAULTS)) if kind == "all" else kind](lines[at])
    content = b"a,b,c\n" + b"\n".join(lines) + b"\n"
    check_complete(opened(csv_file(tmp_path, content)), content)


def test_runs_of_faulty_lines(tmp_path: Path) -> None:
    lines = [b'%d,"v, %d",x' % (at, at) for at in range(30_000)]
    for at in (*range(100, 5000), *range(20_000, 20_003), 29_999):
        lines[at] = b"%d,only" % at
    content = b"a,b,c\n" + b"\n".join(lines)
    source = opened(csv_file(tmp_path, content))
    check_complete(source, content)
    assert fault_of(whole(source), "short_line").count == 4904


@pytest.mark.parametrize("seed", range(4))
def test_values_in_quotes_among_faulty_lines(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    kinds = [b"x", b"", b'"x"', b'"x,y"', b'"x\ny"', b'"x\r\ny"', b'"say ""yes"""', b'""', "é".encode()]
    weights = [1, 1, 1, 0.7, 0.1, 0.1, 0.3, 0.3, 0.2]
    lines = [
        b"%d,%b" % (at, b",".join(chance.choices(kinds, weights, k=chance.choices([2, 1, 3], [50, 1, 1])[0])))
        for at in range(10_000)
    ]
    content = b"a,b,c\n" + b"\n".join(lines) + b"\n"
    check_complete(opened(csv_file(tmp_path, content)), content, (2,))


def test_a_file_that_is_simple_reads_the_same_when_it_is_rewritten(tmp_path: Path) -> None:
    content = b'a,b,c\n1,"x\ny",3\n' + b'4,"",""\n' * 1000 + b"7,8,9"
    source = opened(csv_file(tmp_path, content))
    assert source.census().simple
    assert agrees(source) == agrees(source.repaired())
    assert source.repaired().faults == source.faults


PIECES = st.sampled_from(
    [b"a", b'"', b'""', b'","', b'"\n"', b",", b"\n", b"\r", b"\r\n", b" ", b"1,2,3\n", b'"x","y","z"\n', b"\0",
     "é".encode(), b"\xe9", b"\xff\xfe", b"sep=;", b"{", b"[", b"PK\x03\x04", b"\x1f\x8b"]
)  # fmt: skip
CONTENT = st.one_of(
    st.binary(max_size=80),
    st.lists(PIECES, max_size=25).map(b"".join),
    st.lists(PIECES, max_size=25).map(lambda pieces: b"a,b,c\n" + b"".join(pieces)),
    st.lists(PIECES, max_size=25).map(lambda pieces: b"a,b,c\r\n" + b"".join(pieces)),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bytes")


#: contents at which DuckDB once read otherwise than Python: line breaks within the names of the columns
READ_OTHERWISE_ONCE = (
    b"\n\x00\r\x00\n\x01",
    b'"\r\n"\x00\n\x00',
    b'a,"b\r",c\n1,2,3\n',
    b'a,"b\nb",c\r\n1,2,3\r\n',
    b'a,"b\r\nb",c\n1,2,3\n',
    b'a,"b\nb",c\n1,2,3\n',
)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("content", READ_OTHERWISE_ONCE)
def test_line_breaks_within_column_names(content: bytes, known: bool, folder: Path) -> None:
    check_any_bytes(content, ABC if known else None, Limits(), folder)


@given(content=CONTENT, longest=st.sampled_from([1 << 20, 64, 9]), known=st.booleans())
@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_give_a_source_or_one_clear_error(content: bytes, longest: int, known: bool, folder: Path) -> None:
    check_any_bytes(content, ABC if known else None, Limits(max_cell_bytes=longest), folder)


def check_any_bytes(content: bytes, shape: TableShape | None, limits: Limits, folder: Path) -> None:
    """Whatever the bytes: one clear error, or a source that DuckDB and Python read alike."""
    work = folder / str(len(list(folder.iterdir())))
    work.mkdir()
    try:
        source = opened(csv_file(work, content), shape, limits)
        census = source.census()
    except InputError:
        return
    repaired = agrees(source.repaired())
    if census.simple:
        assert agrees(source) == repaired
        assert source.repaired().faults == source.faults
