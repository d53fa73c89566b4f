"""Files fetched from an address: over HTTPS, or from this machine, and bounded."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.test_validators.reference_files import IMD_2025, TODAY, imd_rows, written
from validators.errors import InputError
from validators.reference_data.fetch import fetched, is_address
from validators.reference_data.loading import load
from validators.reference_data.store import Store


class _Answers(BaseHTTPRequestHandler):
    """What a server may answer with, by path."""

    body = b""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/redirected":
            self._send(302, b"", Location=f"http://{self.headers['Host']}/file")
        elif path == "/elsewhere":
            self._send(302, b"", Location="http://example.invalid/file")
        elif path == "/to-a-file":
            self._send(302, b"", Location="file:///etc/passwd")
        elif path == "/round":
            self._send(302, b"", Location=f"http://{self.headers['Host']}/round")
        elif path == "/short":
            self._send(200, self.body, length=len(self.body) + 10)
        elif path == "/silent":
            threading.Event().wait(2)
        elif path == "/page":
            self._send(200, b"<html><body>Sign in, to go on</body></html>")
        elif path == "/file":
            self._send(200, self.body)
        else:
            self._send(404, b"")

    def _send(self, status: int, body: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on this machine that has an index of deprivation."""
    _Answers.body = written(tmp_path_factory.mktemp("served") / "imd.csv", imd_rows(30, IMD_2025)).read_bytes()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as served:
        served.daemon_threads = True
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["file", "redirected", "file?token=abc"])
def test_a_file_is_fetched_and_loaded(path: str, server: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    (manifest,) = load("imd", f"{server}/{path}", store=store, version=None, today=TODAY)
    assert manifest.rows == 30
    assert manifest.source == f"{server}/{path}".partition("?")[0]
    assert [path.suffix for path in sorted(store.folder.iterdir())] == [".parquet", ".json", ""]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("none", "the server answers 404"),
        ("elsewhere", "only an address that begins with https:// is fetched"),
        ("to-a-file", "only an address|cannot be fetched|answers 302"),
        ("round", "the server answers 302"),
        ("short", r"cannot be fetched|bytes of .* arrived"),
        ("silent", "cannot be fetched"),
    ],
)
def test_what_cannot_be_had_is_told(path: str, words: str, server: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        fetched(f"{server}/{path}", tmp_path / "x", silence=0.5)


@pytest.mark.parametrize("path", ["none", "elsewhere", "round", "short", "page"])
def test_nothing_is_left_of_a_fetch_that_failed(path: str, server: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with pytest.raises(InputError):
        load("imd", f"{server}/{path}", store=store, version=None, today=TODAY)
    assert [found.name for found in store.folder.iterdir()] == ["lock"]


def test_size_and_time_are_bounded(server: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="larger than 100 bytes"):
        fetched(f"{server}/file", tmp_path / "x", largest=100)
    with pytest.raises(InputError, match="takes too long"):
        fetched(f"{server}/file", tmp_path / "x", altogether=-1)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.invalid/x",
        "https://name:word@example.invalid/x",
        "http://127.0.0.1.example.invalid/",
        "https:///x",
        "ftp://example.invalid/x",
        "file:///etc/passwd",
        "https://example.invalid:x/",
        "https://[",
    ],
)
def test_an_address_that_is_not_safe_is_refused_unasked(address: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        fetched(address, tmp_path / "x")
    assert "word" not in str(refused.value).replace("password", "")


def test_an_address_is_told_from_the_name_of_a_file() -> None:
    assert is_address("https://example.invalid/x")
    assert is_address("ftp://example.invalid/x")  # to be refused as one, and not as a file that is not there
    assert not is_address("C:\\imd.csv")
    assert not is_address("imd.csv")
