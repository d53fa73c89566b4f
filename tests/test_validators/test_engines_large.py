"""Engines agree on what drawn submissions are too small for: many rows, few faults, and files in every dress.

The first reading trusts every value, so that anything at all has to go through its sums.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.test_validators.drawn_submissions import DATASET, HEADERS, REFERENCE, TEMPLATES, context_with, pool
from tests.test_validators.small_submissions import judged, opened
from tests.test_validators.test_engines_agree import OTHERS, compared
from validators.engines import duckdb as duckdb_engine
from validators.engines import duckdb_rows
from validators.engines.duckdb_connection import Database, MemoryShortError
from validators.errors import EngineError
from validators.readers import census, staging
from validators.readers import csv as csv_reader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from schema.example import Row
    from validators.context import Context

#: what sums, casts and dates of a database stumble over, if anything
STRANGE = (
    "99999999999999", "9" * 18, "9223372036854775807", "-9223372036854775808", "9223372036854775808", "-9999999999",
    "0x1F", "1_0", "-0", "1e400", "infinity", "-infinity", "epoch", "5881580-07-10", "5877642-06-25 (BC)", "\x7f", "é",
    "'", "{", "\\",
)  # fmt: skip


def differing(engine: str, folder: Path, context: Context) -> list[str]:
    """What an engine says otherwise than plain Python."""
    with opened(folder) as sources:
        expected = judged("reference", sources, context)
    with opened(folder) as sources:
        return [said for _, said in compared(expected, judged(engine, sources, context))]


def context_of_tables(*tables: str, **header: str) -> Context:
    """A submission's context with all reference data."""
    right = {name: values[0] for name, values in HEADERS.items()}
    sent = frozenset({*tables, "header"})
    return context_with(right | header, header_rows=1, tables_sent=sent, reference=REFERENCE)


def write_plain(folder: Path, table: str, rows: list[Row]) -> None:
    """A CSV file with all columns of a table."""
    (folder / f"{table}.csv").write_bytes(Dress().text_of(table, rows))


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("table", TEMPLATES)
@pytest.mark.parametrize("few", [0.0, 1.0])
def test_no_value_ends_the_run(
    engine: str, table: str, few: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row for each strange value in each item."""
    monkeypatch.setattr(duckdb_rows, "FEW", few)
    names = DATASET.tables[table].item_names
    keys = frozenset(DATASET.tables[table].key)
    rows = [
        {**TEMPLATES[table], **dict.fromkeys(keys, f"{name}{at}"[-20:]), name: value}
        for name in names
        for at, value in enumerate(STRANGE)
    ]
    write_plain(tmp_path, table, rows)
    assert not differing(engine, tmp_path, context_of_tables(table))


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("start", ["0001-01-01", "0001-12-01", "9999-12-01"])
def test_a_period_at_an_end_of_the_calendar_is_judged(engine: str, start: str, tmp_path: Path) -> None:
    write_plain(tmp_path, "person", [TEMPLATES["person"]])
    context = context_of_tables("person", period_start=start, period_end=f"{start[:8]}31")
    assert not differing(engine, tmp_path, context)


@dataclass(frozen=True)
class Dress:
    """How the same records stand in a CSV file."""

    new_line: str = "\n"
    quoting: int = csv.QUOTE_MINIMAL
    delimiter: str = ","
    before: bytes = b""
    after: str = ""
    #: a line that no strict reader takes, put in the middle: the file has to be repaired
    broken: bytes | None = None

    def text_of(self, table: str, rows: list[Row]) -> bytes:
        """The file."""
        names = DATASET.tables[table].item_names
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator=self.new_line, quoting=self.quoting, delimiter=self.delimiter)  # type: ignore[arg-type]
        writer.writerow(names)
        writer.writerows([row.get(name) for name in names] for row in rows)
        made = self.before + (text.getvalue() + self.after).encode()
        if self.broken is None:
            return made
        lines = made.split(self.new_line.encode())
        lines.insert(len(lines) // 2, self.broken)
        return self.new_line.encode().join(lines)


DRESSES = (
    Dress(),
    Dress(new_line="\r\n", after="\r\n\r\n"),
    Dress(quoting=csv.QUOTE_ALL, before=b"\xef\xbb\xbf"),
    Dress(delimiter=";", after="\n"),
    Dress(broken=b"too,few"),
    Dress(new_line="\r\n", broken=b"\xff" + b"," * 20),
)


def rows_with_faults(table: str, count: int, share: float, seed: int) -> list[Row]:
    """Rows of which a share has faults of any kind, copied keys and whole copies among them."""
    random_ = random.Random(seed)
    items = DATASET.tables[table].items
    rows: list[Row] = []
    for number in range(count):
        row = {**TEMPLATES[table], "local_patient_id": f"P{number}"}
        row |= {key: f"K{number}" for key in DATASET.tables[table].key if key.endswith("_id") and "patient" not in key}
        if random_.random() < share:
            row |= {item.name: random_.choice([None, *pool(item)]) for item in random_.sample(items, 2)}
        rows.append(row)
        if random_.random() < share / 4:
            rows.append(dict(random_.choice(rows)))
    return rows


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("dress", DRESSES, ids=str)
def test_rows_in_doubt_are_found_again_in_any_file(
    engine: str, dress: Dress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts of the file are small, so that rows in doubt stand at the ends of many."""
    for module, name in ((census, "BLOCK"), (csv_reader, "BLOCK"), (staging, "PART")):
        monkeypatch.setattr(module, name, 700)
    monkeypatch.setattr(duckdb_engine, "KEPT", ())
    rows = rows_with_faults("person", 400, 0.03, DRESSES.index(dress))
    (tmp_path / "person.csv").write_bytes(dress.text_of("person", rows))
    assert not differing(engine, tmp_path, context_of_tables("person"))


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("share", [0.02, 0.3])
@pytest.mark.parametrize("form", ["csv.gz", "ndjson", "json", "parquet"])
def test_rows_in_doubt_are_found_again_in_any_form(engine: str, share: float, form: str, tmp_path: Path) -> None:
    write_in_form(tmp_path / f"person.{form}", "person", rows_with_faults("person", 300, share, seed=1))
    assert not differing(engine, tmp_path, context_of_tables("person"))


def write_in_form(path: Path, table: str, rows: list[Row]) -> None:
    """The rows in the form that the ending names."""
    lines = [json.dumps(row | {"imd_decile": 7.5} if n % 97 == 5 else row) for n, row in enumerate(rows)]
    if path.name.endswith(".csv.gz"):
        path.write_bytes(gzip.compress(Dress().text_of(table, rows)))
    elif path.name.endswith(".ndjson"):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    elif path.name.endswith(".json"):
        path.write_text(f"[{', '.join(lines)}]", encoding="utf-8")
    else:
        plain = path.with_name("plain.csv")
        plain.write_bytes(Dress().text_of(table, rows))
        read = f"read_csv('{plain}', all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
        with duckdb.connect() as connection:
            connection.execute(f"COPY (FROM {read}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")
        plain.unlink()


class _Short:
    """A database that has too little memory from some statement on, where the tables are kept in it."""

    def __init__(self, left: int) -> None:
        self.left, self.execute = left, Database._execute

    def __call__(self, database: Database, statement: str, parameters: Iterable[object]) -> Any:
        self.left -= 1
        if self.left == 0:
            raise MemoryShortError("The engine failed (OutOfMemoryException).")
        return self.execute(database, statement, parameters)


@pytest.mark.parametrize("left", [1, 12, 40])
def test_what_memory_does_not_suffice_for_is_done_in_a_file(
    left: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run begins again, with its tables in a file, and gives the same."""
    write_plain(tmp_path, "person", rows_with_faults("person", 300, 0.02, seed=1))
    short = _Short(left)

    def execute(database: Database, statement: str, parameters: Iterable[object]) -> Any:
        return short(database, statement, parameters)

    monkeypatch.setattr(Database, "_execute", execute)
    files: list[object] = []
    opened = duckdb_engine.open_connection

    def opening(*given: Any, **more: Any) -> Any:
        files.append(more["tables"])
        return opened(*given, **more)

    monkeypatch.setattr(duckdb_engine, "open_connection", opening)
    assert not differing("duckdb", tmp_path, context_of_tables("person"))
    assert [place is None for place in files] == [True, False]


def test_what_a_file_does_not_suffice_for_either_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*_: object) -> None:
        raise MemoryShortError("The engine failed (OutOfMemoryException).")

    write_plain(tmp_path, "person", rows_with_faults("person", 30, 0.02, seed=1))
    monkeypatch.setattr(Database, "_execute", short)
    with pytest.raises(EngineError, match="OutOfMemory"):
        differing("duckdb", tmp_path, context_of_tables("person"))
