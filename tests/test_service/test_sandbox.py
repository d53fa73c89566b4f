"""What a check's own process cannot do any more."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.checks import sandbox
from service.checks.job import Job, Outcome, read_outcome

ROOT = Path(__file__).parent.parent.parent
_CONFINED = """
import os, pathlib, socket, sys, tempfile
from service.checks import sandbox
from service.checks.job import Job, Outcome, read_outcome
folder = pathlib.Path(sys.argv[1])
sandbox.limit(memory_mb=700, seconds=20)
done = sandbox.confine(
    read=[*sandbox.system_paths(), folder / "in"], write=[folder / "out"], look=[pathlib.Path(sys.argv[2])]
)
assert done
def refused(attempt):
    try:
        attempt()
    except OSError:
        return True
    return False
"""


def confined(tmp_path: Path, code: str) -> str:
    """What a program prints after it was confined to read `in` and to write `out`."""
    for name in ("in", "out", "other"):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "person.csv").write_text("a,b\n1,2\n")
    program = [sys.executable, "-c", _CONFINED + code, tmp_path, ROOT]
    run = subprocess.run(program, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


pytestmark = [
    pytest.mark.may_skip("Landlock is a part of the system, and not of the project"),
    pytest.mark.skipif(not sandbox.landlock(), reason="this system has no Landlock"),
]

ATTEMPTS = {
    "read another file": "open(folder / 'other' / 'person.csv').read()",
    "read the password file": "open('/etc/passwd').read()",
    "follow a link out": "open(folder / 'in' / 'link').read()",
    "write to its input": "open(folder / 'in' / 'person.csv', 'w')",
    "make a file beside its input": "open(folder / 'in' / 'new.csv', 'w')",
    "remove its input": "os.remove(folder / 'in' / 'person.csv')",
    "write elsewhere": "open('/tmp/plusmds-sandbox-test', 'w')",
    "read what it may list": f"open({str(ROOT / 'Makefile')!r}).read()",
    "start a program": "os.execv('/bin/true', ['true'])",
    "open a connection": "socket.create_connection(('127.0.0.1', 9), timeout=1)",
    "listen": "socket.socket().bind(('127.0.0.1', 0))",
    "stop the service": "os.kill(os.getppid(), 0)",
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_it_is_refused(tmp_path: Path, attempt: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "other" / "person.csv")
    assert confined(tmp_path, f"print(refused(lambda: {attempt}))") == "True"


def test_duckdb_still_reads_and_spills(tmp_path: Path) -> None:
    code = """
import duckdb
con = duckdb.connect(config={"memory_limit": "60MB", "temp_directory": str(folder / "out")})
con.execute("SET enable_progress_bar=false")
print(con.sql(f"SELECT count(*) FROM read_csv('{folder}/in/person.csv')").fetchall()[0][0])
con.sql("CREATE TABLE t AS SELECT range AS a, hash(range)::VARCHAR || repeat('x', 60) AS b FROM range(1000000)")
print(con.sql("SELECT count(*) FROM (SELECT * FROM t ORDER BY b)").fetchall()[0][0])
print(refused(lambda: open("/etc/passwd")))
"""
    assert confined(tmp_path, code).split() == ["1", "1000000", "True"]


def test_what_the_workbook_needs_of_the_system_can_be_read(tmp_path: Path) -> None:
    assert confined(tmp_path, "import mimetypes, openpyxl; print(mimetypes.inited)") == "True"


def test_the_process_of_a_check_confines_itself(tmp_path: Path) -> None:
    file, out = tmp_path / "in" / "person.csv", tmp_path / "out"
    file.parent.mkdir()
    out.mkdir()
    file.write_text("local_patient_id\nA1\n")
    job = Job(
        site="",
        file=str(file),
        out=str(out),
        format="json",
        options={"period": "2026-04"},
        limits={},
        reference=str(tmp_path / "none"),
        parent=os.getpid(),
        memory_mb=1000,
        seconds=60,
    )
    child = [sys.executable, "-P", "-m", "service.checks.child"]
    subprocess.run(
        child, input=job.to_json(), env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(out)}, check=True
    )
    assert read_outcome(out) == Outcome(kind="report", confined=True)


def test_memory_is_bounded(tmp_path: Path) -> None:
    code = """
try:
    taken = bytearray(900 << 20)
except MemoryError:
    print("refused")
"""
    assert confined(tmp_path, code) == "refused"


def test_it_does_not_outlive_the_service(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    child = f"""
import os, sys, time, pathlib
from service.checks.sandbox import die_with
die_with(int(sys.argv[1]))
pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))
time.sleep(60)
"""
    parent = f"""
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", {child!r}, str(os.getpid())], start_new_session=True)
import time; time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", parent], env=os.environ | {"PYTHONPATH": str(ROOT)})
    until = time.monotonic() + 10
    while time.monotonic() < until and not (pid.exists() and pid.read_text()):
        time.sleep(0.02)
    process.kill()
    process.wait()
    while time.monotonic() < until and Path(f"/proc/{pid.read_text()}").exists():
        time.sleep(0.02)
    assert not Path(f"/proc/{pid.read_text()}").exists()
