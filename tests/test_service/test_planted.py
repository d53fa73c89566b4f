"""Planted identifiers by every way in: none in a log, an answer that refuses, or what the command line says."""

from __future__ import annotations

import io
import zipfile
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest

from service.cli import main
from tests.test_service.conftest import running
from tests.test_validators.planted import IDENTIFIERS, IN_WORDS, broken_files, found_in, plant

BUILDS = ("junit", "sarif", "github")


def zipped(folder: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return out.getvalue()


def post(port: int, address: str, body: bytes) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", address, body)
    answer = connection.getresponse()
    read = answer.status, answer.read()
    connection.close()
    return read


def test_no_log_and_no_refusal_holds_any_of_them(tmp_path: Path) -> None:
    packed = zipped(plant(tmp_path / "submission"))
    with running(tmp_path) as service:
        for form in BUILDS:
            address = f"/v1/checks?name=submission.zip&format={form}&reveal=values&today=2026-05-07"
            status, written = post(service.port, address, packed)
            assert (status, found_in(written)) == (200, []), form
        for name, content in broken_files().items():
            address = f"/v1/checks?name={name}&period=2026-04&provider=RX1&format=junit"
            status, answered = post(service.port, address, content)
            assert status in (200, 422), (name, answered)
            assert found_in(answered) == [], name
        for each in IN_WORDS[:4]:
            for query in (f"release={quote(each)}", f"table={quote(each)}", f"provider={quote(each)}"):
                status, _ = post(service.port, f"/v1/checks?name=person.csv&{query}", b"a,b\n1,2\n")
                assert status == 422, query
        logged = service.log.read_bytes()
    assert logged.count(b'"route"') > len(broken_files())
    assert found_in(logged) == []


@pytest.mark.parametrize("name", broken_files())
def test_the_command_line_quotes_no_file(name: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / name).write_bytes(broken_files()[name])
    arguments = ["--period", "2026-04", "--provider", "RX1", "--today", "2026-05-07", "--format", "github"]
    assert main(["validate", str(tmp_path / name), *arguments]) in (0, 1, 2)
    for told in capfdbinary.readouterr():
        assert found_in(told) == []


def test_the_identifiers_would_be_seen(tmp_path: Path) -> None:
    assert len(found_in(zipped(plant(tmp_path / "submission")))) == len(IDENTIFIERS)
