"""What comes between while a file is encoded or read by the database: signals, and a lack of memory or threads."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.test_validators.small_submissions import Outcome, context_of, judged, opened
from tests.test_validators.test_engines_agree import compared
from validators.dictionary_encoding import answers, arrow_stream, blocks, build, differing, encoded, states
from validators.dictionary_encoding.arrow_stream import Batch, Table
from validators.engines.duckdb_connection import Database, open_connection
from validators.errors import InputError
from validators.synthetic import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(build.compiler() is None, reason="no C compiler (cc, gcc or clang) is on the path")

SIGNALLED = """
import os, signal, sys
from validators.dictionary_encoding import arrow_stream
where, turn = sys.argv[1], int(sys.argv[2])
owner = arrow_stream if where == "_forget" else arrow_stream._Reading
called, usual = 0, getattr(owner, where)
def signalled(*given):
    global called
    called += 1
    if called == turn:
        os.kill(os.getpid(), signal.SIGTERM)
    return usual(*given)
setattr(owner, where, signalled)
sys.argv = ["plusmds", "validate", sys.argv[3], "--output", sys.argv[4]]
from service.cli import command
command()
"""


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoded") / "submission"
    generate(folder, persons=400, seed=3, faults={"PMD00111": 0.1, "PMD00105": 0.1})
    return folder


@pytest.mark.parametrize(
    ("where", "turn"), [("_schema", 1), ("_schema", 3), ("_next", 1), ("_next", 4), ("_forget", 2)]
)
def test_a_signal_ends_the_command_wherever_python_is_called_from(
    where: str, turn: int, submission: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SIGNALLED, where, str(turn), str(submission), str(tmp_path / "report.json")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 143
    assert done.stderr == "plusmds: Stopped.\n"


def _told(submission: Path) -> Outcome:
    with opened(submission) as sources:
        return judged("duckdb", sources, context_of(sources))


@pytest.mark.parametrize("module", [states, blocks, answers, differing], ids=lambda module: module.__name__[-9:])
@pytest.mark.parametrize("turn", [1, 2, 7])
def test_without_memory_a_file_is_scanned(
    module: Any, turn: int, submission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _told(submission)
    called, usual = [0], module.memory

    def short(size: int) -> object:
        called[0] += 1
        if called[0] == turn:
            raise OSError(12, "Cannot allocate memory")
        return usual(size)

    # so that some columns are text
    monkeypatch.setattr(encoded, "TELLING", 100)
    monkeypatch.setattr(module, "memory", short)
    assert not dict(compared(expected, _told(submission)))
    assert called[0] >= turn


def test_a_failure_of_a_table_is_raised_as_it_was(tmp_path: Path) -> None:
    class OfOurOwnError(Exception):
        pass

    def batches() -> Iterator[Batch]:
        values = answers.answers("INTEGER", [1, 2])
        assert values is not None
        yield Batch(2, (values,))
        raise OfOurOwnError

    connection = open_connection([], tmp_path, memory="200MB", threads=2)
    with pytest.raises(OfOurOwnError):
        Database(connection).over("table_in_memory", Table(["a"], batches()), "SELECT sum(a) FROM table_in_memory")
    assert not arrow_stream._HANDED


def test_a_block_that_failed_elsewhere_is_not_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b\n" + "1,2\n" * 2000)
    usual = encoded._Run._read

    def failing(run: encoded._Run, into: Any) -> int:
        length = usual(run, into)
        run.failed = run.failed or run._taken == 1
        return length

    monkeypatch.setattr(encoded, "BLOCK", 1000)
    monkeypatch.setattr(encoded._Run, "_read", failing)
    assert encoded.encode(path, encoded.CsvForm(2), [0, 1], 1) is None


def test_no_thread_outlives_an_encoding_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b\n" + "1,2\n" * 20_000)
    usual, here = states.States.encode, threading.current_thread()

    def failing(own: states.States, *given: Any) -> object:
        if threading.current_thread() is here:
            raise OSError(12, "Cannot allocate memory")
        return usual(own, *given)

    monkeypatch.setattr(encoded, "BLOCK", 1000)
    monkeypatch.setattr(encoded, "TELLING", 1 << 30)
    monkeypatch.setattr(states.States, "encode", failing)
    before = threading.active_count()
    assert encoded.encode(path, encoded.CsvForm(2), [0, 1], 4) is None
    assert threading.active_count() == before


def test_a_file_that_was_cut_off_while_it_was_read_is_told(submission: Path, tmp_path: Path) -> None:
    copy = tmp_path / "submission"
    shutil.copytree(submission, copy)
    with opened(copy) as sources:
        person = sources["person"]
        rows = person.census().records
        content = (copy / "person.csv").read_bytes()
        (copy / "person.csv").write_bytes(content[: len(content) // 2])
        with pytest.raises(InputError, match="it was changed while it was read"):
            person.copy_rows([1, rows], tmp_path / "rows.csv")
