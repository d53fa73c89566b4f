"""The service in a process of its own, spoken to over a socket."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.test_service.conftest import SIZE_OF_FILE, Running, left_over, running

ADDRESS = "/v1/checks?table=person"
CSV = {"Content-Type": "text/csv"}
MB = 1 << 20


def send(service: Running, body: Iterator[bytes] | bytes) -> tuple[int, bytes]:
    """Status and content of the answer to a check."""
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)) as connection:
        connection.request("POST", ADDRESS, body, CSV, encode_chunked=True)
        answer = connection.getresponse()
        return answer.status, answer.read()


def zeros(megabytes: int) -> Iterator[bytes]:
    """A body that nobody holds in memory."""
    return (bytes(MB) for _ in range(megabytes))


def test_a_large_body_does_not_grow_the_service(tmp_path: Path) -> None:
    with running(tmp_path, SIZE_OF_FILE) as service:
        assert send(service, zeros(1)) == (200, str(MB).encode())
        before = service.peak_memory()
        assert send(service, zeros(50)) == (200, str(50 * MB).encode())
        assert service.peak_memory() - before < 10
        assert left_over(tmp_path) == []


def test_a_body_over_the_limit_is_refused_while_it_arrives(tmp_path: Path) -> None:
    with running(tmp_path, SIZE_OF_FILE, max_body_mb=2) as service:
        for refused in (_refused_by_length(service, 3 * MB), _refused_while_sending(service)):
            assert b"413" in refused.partition(b"\r\n")[0]
        assert left_over(tmp_path) == []


def _refused_by_length(service: Running, length: int) -> bytes:
    """What is answered to the headers alone: whoever sends on may find the connection closed, and read no answer."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
        client.sendall(f"POST {ADDRESS} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n".encode())
        client.sendall(f"Content-Length: {length}\r\n\r\n".encode())
        return client.recv(65536)


def _refused_while_sending(service: Running) -> bytes:
    """What is answered to a chunked body that never ends by itself."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
        client.sendall(f"POST {ADDRESS} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n".encode())
        client.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
        client.settimeout(0.01)
        for _ in range(200):
            client.settimeout(20)
            client.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")
            client.settimeout(0.01)
            try:
                return client.recv(65536)
            except TimeoutError:
                continue
    raise AssertionError("12 MB were taken")


@pytest.mark.parametrize(
    ("settings", "pause"), [({"body_idle_seconds": 0.3}, 60.0), ({"body_seconds": 0.6}, 0.1)], ids=["silent", "slow"]
)
def test_a_body_that_does_not_arrive_is_given_up(tmp_path: Path, settings: dict[str, float], pause: float) -> None:
    with running(tmp_path, SIZE_OF_FILE, **settings) as service:
        with socket.create_connection(("127.0.0.1", service.port), timeout=10) as client:
            client.sendall(f"POST {ADDRESS} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n".encode())
            client.sendall(b"Content-Length: 1000\r\n\r\n")
            answer = _answer(client, pause)
        assert answer.startswith(b"HTTP/1.1 408")
        assert b'"body_stalled"' in answer
        assert left_over(tmp_path) == []


def _answer(client: socket.socket, pause: float) -> bytes:
    """What comes back while a byte is sent after each pause, up to the end of the connection."""
    client.settimeout(min(pause, 10))
    answer = b""
    for _ in range(100):
        try:
            client.sendall(b"a")
            part = client.recv(65536)
        except TimeoutError:
            continue
        except ConnectionError:
            return answer
        if not part:
            return answer
        answer += part
    raise AssertionError("the body was waited for")


def test_a_client_that_leaves_ends_its_check(tmp_path: Path) -> None:
    with running(tmp_path, "time.sleep(60)") as service:
        with socket.create_connection(("127.0.0.1", service.port), timeout=10) as client:
            client.sendall(f"POST {ADDRESS} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n".encode())
            client.sendall(b"Content-Length: 1\r\n\r\na")
            _until(lambda: len(left_over(tmp_path)) == 1)
            time.sleep(0.2)
        _until(lambda: left_over(tmp_path) == [])
        _until(lambda: any(event.get("status") == 499 for event in service.events()))


def _until(wanted: object) -> None:
    assert callable(wanted)
    until = time.monotonic() + 10
    while not wanted():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_service_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path, SIZE_OF_FILE) as service:
        assert send(service, b"a") == (200, b"1")
        assert len(list((tmp_path / "data").iterdir())) == 1
    assert list((tmp_path / "data").iterdir()) == []


def test_the_log_of_a_running_service_is_lines_of_json(tmp_path: Path) -> None:
    with running(tmp_path, SIZE_OF_FILE) as service:
        send(service, b"a")
        _until(lambda: len(service.events()) > 1)
        events = service.events()
    assert [event["event"] for event in events] == ["listening", "request"]
    assert events[1]["bytes_in"] == 1
