"""POST /v1/checks: what reaches the validator, its limits, and that nothing is left behind."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.checks.workspace import Workspace
from service.settings import Settings
from tests.test_service.conftest import THE_JOB, left_over
from validators.reports import REPORTS

CSV = {"Content-Type": "text/csv"}
ADDRESS = "/v1/checks?table=person"


def test_the_whole_body_reaches_the_validator(client: TestClient, tmp_path: Path) -> None:
    body = os.urandom(3_000_001)
    assert client.post(ADDRESS, content=body, headers=CSV).text == "3000001"
    assert left_over(tmp_path) == []


def test_a_chunked_body_is_counted_too(open_client: Callable[..., TestClient], tmp_path: Path) -> None:
    client = open_client(max_body_mb=1)
    answer = client.post(ADDRESS, content=(b"a" * 65536 for _ in range(17)), headers=CSV)
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert client.post(ADDRESS, content=(b"a" * 65536 for _ in range(16)), headers=CSV).text == "1048576"
    assert left_over(tmp_path) == []


def test_what_was_asked_reaches_the_validator(open_client: Callable[..., TestClient]) -> None:
    client = open_client(THE_JOB, max_body_mb=3, max_unpacked_mb=7, max_columns=99, check_memory_mb=500)
    asked = {"release": "1.0.0", "period": "2026-04", "provider": "RX1", "today": "2026-05-07", "reveal": "keys"}
    answer = client.post(ADDRESS, params={"table": "person"} | asked, content=b"a", headers=CSV)
    job = answer.json()
    assert job["options"] == asked | {"table": "person"}
    assert job["limits"] == {"max_bytes": 3 << 20, "max_unpacked_bytes": 7 << 20, "max_columns": 99}
    assert job["memory_mb"] == 500
    assert Path(job["file"]).name == "person.csv"
    assert not Path(job["file"]).exists()


@pytest.mark.parametrize("form", REPORTS)
def test_every_form_can_be_asked_for(open_client: Callable[..., TestClient], form: str) -> None:
    client = open_client(THE_JOB)
    by_query = client.post(f"{ADDRESS}&format={form}", content=b"a", headers=CSV)
    by_accept = client.post(ADDRESS, content=b"a", headers=CSV | {"Accept": REPORTS[form].media_type})
    for answer in (by_query, by_accept):
        assert answer.json()["format"] == form
        assert answer.headers["content-type"] == REPORTS[form].media_type
        assert answer.headers["content-disposition"].endswith(f'{REPORTS[form].suffix}"')
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_check_is_killed_at_its_time_limit_with_all_it_started(
    open_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    started = tmp_path / "pids"
    code = f"""
import os
child = os.fork()
if child: pathlib.Path({str(started)!r}).write_text(f"{{os.getpid()}} {{child}}")
time.sleep(60)
"""
    begun = time.monotonic()
    answer = open_client(code, check_seconds=0.5).post(ADDRESS, content=b"a", headers=CSV)
    assert answer.json()["code"] == "check_took_too_long"
    assert time.monotonic() - begun < 10
    assert not any(_alive(int(pid)) for pid in started.read_text().split())
    assert left_over(tmp_path) == []


def _alive(pid: int) -> bool:
    """Whether it runs; one that has ended and is still in the table of processes does not."""
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        if state in "ZX":
            return False
        time.sleep(0.02)
    return True


def test_who_comes_when_all_places_are_taken_is_told_when_to_come_again(
    open_client: Callable[..., TestClient], tmp_path: Path
) -> None:
    client = open_client(f"time.sleep(0.7); {THE_JOB}", requests_at_once=2, checks_at_once=1)
    answers: list[Any] = []

    def send() -> None:
        answers.append(client.post(ADDRESS, content=b"a", headers=CSV))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.35)
    refused = client.post(ADDRESS, content=b"a", headers=CSV)
    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert int(refused.headers["retry-after"]) > 0
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert client.post(ADDRESS, content=b"a", headers=CSV).status_code == 200
    assert left_over(tmp_path) == []


def test_a_check_that_waits_too_long_for_its_turn_is_sent_away(open_client: Callable[..., TestClient]) -> None:
    client = open_client(f"time.sleep(1); {THE_JOB}", checks_at_once=1, queue_seconds=0.2)
    first = threading.Thread(target=lambda: client.post(ADDRESS, content=b"a", headers=CSV))
    first.start()
    time.sleep(0.4)
    answer = client.post(ADDRESS, content=b"a", headers=CSV)
    first.join()
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")


def test_the_file_is_nowhere_but_in_its_folder(open_client: Callable[..., TestClient], tmp_path: Path) -> None:
    client = open_client(THE_JOB)
    answer = client.post("/v1/checks", params={"name": "../../../etc/passwd.csv"}, content=b"a", headers=CSV)
    file = Path(answer.json()["file"])
    assert file.name == "passwd.csv"
    assert file.is_relative_to(tmp_path / "data")


def test_what_a_killed_service_left_is_removed_by_the_next(tmp_path: Path) -> None:
    running = Workspace(tmp_path)
    dead = tmp_path / "service-dead"
    (dead / "check-1" / "in").mkdir(parents=True)
    (dead / "lock").touch()
    (dead / "check-1" / "in" / "person.csv").write_text("a")
    (tmp_path / "something else").mkdir()
    following = Workspace(tmp_path)
    assert not dead.exists()
    assert running.folder.exists()
    assert (tmp_path / "something else").exists()
    running.close()
    following.close()
    assert [path.name for path in tmp_path.iterdir()] == ["something else"]


def test_the_workspace_goes_with_the_service(open_client: Callable[..., TestClient], tmp_path: Path) -> None:
    from service.app import create_app

    with TestClient(create_app(Settings(data_dir=tmp_path / "other"))):
        assert len(list((tmp_path / "other").iterdir())) == 1
    assert list((tmp_path / "other").iterdir()) == []


def test_the_description_shows_how_to_send_a_file(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    operation = described["paths"]["/v1/checks"]["post"]
    assert operation["requestBody"]["content"]["text/csv"]["example"].startswith("local_patient_id,")
    assert "application/zip" in operation["requestBody"]["content"]
    assert operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Report")
    problems = {status for status in operation["responses"] if status not in ("200", "default")}
    assert problems == {"406", "408", "413", "415", "422", "500", "503", "507"}
    for status in [*problems, "default"]:
        assert list(operation["responses"][status]["content"]) == ["application/problem+json"]


def test_no_other_form_of_error_is_described(client: TestClient) -> None:
    assert "HTTPValidationError" not in client.get("/openapi.json").text


def test_nothing_is_loaded_from_elsewhere(client: TestClient) -> None:
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404
