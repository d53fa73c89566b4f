"""The service within the test's own process, and in one of its own, with small programs in place of the validator."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.app import create_app
from service.settings import Settings

ROOT = Path(__file__).parent.parent.parent

#: what a program in place of the validator is given: the job, and a way to end with an outcome
_PRELUDE = """
import json, pathlib, sys, time
job = json.load(sys.stdin)
out = pathlib.Path(job["out"])
def end(kind="report", **fields):
    (out / "outcome.json").write_text(json.dumps({"kind": kind, **fields}))
"""
SIZE_OF_FILE = "(out / 'report').write_text(str(pathlib.Path(job['file']).stat().st_size)); end()"
THE_JOB = "(out / 'report').write_text(json.dumps(job)); end()"


def program(code: str) -> tuple[str, ...]:
    """A program in place of the validator."""
    return (sys.executable, "-S", "-c", _PRELUDE + code)


@pytest.fixture
def open_client(tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """Opens a client of a service with the settings given; its data folder is `tmp_path / "data"`."""
    with ExitStack() as stack:

        def opened(code: str = SIZE_OF_FILE, **settings: Any) -> TestClient:
            given = {"data_dir": tmp_path / "data", "check_command": program(code) if code else ()} | settings
            return stack.enter_context(TestClient(create_app(Settings(**given)), raise_server_exceptions=False))

        yield opened


@pytest.fixture
def client(open_client: Callable[..., TestClient]) -> TestClient:
    """A client of a service that answers a check with the size of the file."""
    return open_client()


def left_over(tmp_path: Path) -> list[str]:
    """What lies in the data folder of a running service beside its own folder and lock."""
    return sorted(
        str(path.relative_to(tmp_path / "data")) for path in (tmp_path / "data").glob("*/*") if path.name != "lock"
    )


_START = """
from pathlib import PosixPath
from service.commands.serve import serve
from service.settings import Settings
"""


@dataclass(frozen=True)
class Running:
    """A service in a process of its own."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def peak_memory(self) -> int:
        """Most memory that the process has had, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024

    def events(self) -> list[dict[str, Any]]:
        """What it has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@contextmanager
def running(tmp_path: Path, code: str = "", **settings: Any) -> Iterator[Running]:
    """A service in a process of its own, by the settings given, on a free port."""
    given = settings | {"port": 0, "data_dir": tmp_path / "data", "check_command": program(code) if code else ()}
    log = tmp_path / "service.log"
    with log.open("wb") as to_log:
        process = subprocess.Popen(
            [sys.executable, "-c", f"{_START}serve(Settings(**{given!r}))"],
            stderr=to_log,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
    try:
        yield Running(process, _port(process, log), log)
    finally:
        process.terminate()
        assert process.wait(timeout=20) in (0, -signal.SIGTERM)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        first = log.read_text().partition("\n")
        if first[1]:
            return json.loads(first[0])["port"]
        time.sleep(0.02)
    raise AssertionError(log.read_text())
