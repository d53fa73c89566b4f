"""Large files are counted by a copy of the process: it gives the same, and whatever goes wrong there harms nothing.

Each test runs in a process of its own, which has one thread as the command has.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_validators.reading_support import csv_file, lines, opened
from validators.readers.apart import Alone

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")

_BEFORE = """
import os, sys
from pathlib import Path
from tests.test_validators.reading_support import opened
from validators.limits import Limits
from validators.readers import apart, csv
csv.LARGE = 0
os.sched_getaffinity = lambda _: {0, 1}
path = Path(sys.argv[1])
"""


def alone(code: str, path: Path) -> str:
    """What a program prints that has one thread."""
    run = subprocess.run([sys.executable, "-c", _BEFORE + code, path], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.parametrize(
    "content",
    [
        lines([f"{at},b,c" for at in range(100_000)]),
        lines([f'{at},"b\nb",c' for at in range(20_000)]),
        lines(["1,b"]),
        lines(["1,\u00e9,c"]).decode().encode("latin-1"),
    ],
    ids=["plain", "over lines", "short line", "latin-1"],
)
def test_a_copy_counts_as_a_thread_does(content: bytes, tmp_path: Path) -> None:
    code = """
source = opened(path)
c = source.counting.result()
print((type(source.counting).__name__, c.digest, c.census, c.marks, c.multiline))
"""
    path = csv_file(tmp_path, content)
    counted = opened(path).counting.result()  # type: ignore[attr-defined]
    expected = ("Apart", counted.digest, counted.census, counted.marks, counted.multiline)
    (tmp_path / "apart").mkdir()
    path = path.rename(tmp_path / "apart" / path.name)
    assert alone(code, path) == repr(expected)


def test_what_is_refused_is_refused(tmp_path: Path) -> None:
    code = """
source = opened(path, limits=Limits(max_rows=10))
try: source.census()
except Exception as error: print(type(error).__name__, error)
"""
    assert alone(code, csv_file(tmp_path, lines(["1,2,3"] * 11))).endswith("it has more than 10 records.")


def test_a_copy_that_is_killed_is_done_without(tmp_path: Path) -> None:
    code = """
import time
count = csv._count
here = os.getpid()
def slow(*given, **more):
    if os.getpid() != here: time.sleep(60)
    return count(*given, **more)
csv._count = slow
source = opened(path)
os.kill(source.counting._copy, 9)
print(source.census().records)
"""
    assert alone(code, csv_file(tmp_path, lines(["1,2,3"] * 11))) == "11"


def test_nothing_is_left_of_a_copy_that_nobody_waits_for(tmp_path: Path) -> None:
    code = """
import time
csv._count = lambda *_, **__: time.sleep(60)
source = opened(path)
source.close()
try: os.waitpid(-1, 0)
except ChildProcessError: print("none")
"""
    assert alone(code, csv_file(tmp_path, lines(["1,2,3"]))) == "none"


def test_where_there_may_be_no_more_processes_a_thread_counts(tmp_path: Path) -> None:
    code = """
def full(): raise BlockingIOError
os.fork = full
before = len(os.listdir("/proc/self/fd"))
source = opened(path)
print(source.census().records, type(source.counting).__name__, len(os.listdir("/proc/self/fd")) - before)
"""
    assert alone(code, csv_file(tmp_path, lines(["1,2,3"] * 11))) == "11 Background 0"


def test_a_signal_acts_once(tmp_path: Path) -> None:
    """What ends the command removes what was made: the copy must not do that too, nor tell of it."""
    code = """
import signal, time
csv._count = lambda *_, **__: time.sleep(60)
signal.signal(signal.SIGTERM, lambda *_: print("told", flush=True))
source = opened(path)
os.kill(source.counting._copy, signal.SIGTERM)
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(0.2)
print(os.waitpid(source.counting._copy, os.WNOHANG))
source.close()
"""
    assert alone(code, csv_file(tmp_path, lines(["1,2,3"]))).split("\n") == ["told", "(0, 0)"]


def test_a_process_with_another_thread_is_not_copied(tmp_path: Path) -> None:
    code = """
import threading
ends = threading.Event()
thread = threading.Thread(target=ends.wait)
before = apart.can_be_copied()
thread.start()
print(before, apart.can_be_copied(), type(opened(path).counting).__name__)
ends.set()
"""
    assert alone(code, csv_file(tmp_path, lines(["1,2,3"]))) == "True False Background"


def test_a_copy_stops_when_nobody_is_left_who_asked_for_it() -> None:
    assert not Alone(os.getppid()).is_set()
    assert Alone(os.getpid()).is_set()
