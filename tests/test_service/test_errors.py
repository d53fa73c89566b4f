"""One shape of error, for each way in which one can arise."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient

from service.errors import PROBLEMS, problem_type
from tests.test_service.conftest import left_over

CSV = {"Content-Type": "text/csv"}


class Way(NamedTuple):
    """A way in which an error arises: what is sent, to a service with which settings and which validator."""

    way: str
    problem: str
    address: str = "/v1/checks?table=person"
    method: str = "POST"
    headers: dict[str, str] = CSV
    body: bytes = b"a"
    validator: str = "end()"
    settings: dict[str, Any] = {}  # noqa: RUF012


def get(way: str, address: str) -> Way:
    """An address at which there is nothing."""
    return Way(way, "not_found", address, "GET")


WAYS = [
    get("no such address", "/nothing"),
    get("no such release", "/v1/releases/9.9.9"),
    get("no such table", "/v1/releases/1.0.0/schemas/nothing.json"),
    get("no such rule", "/v1/releases/1.0.0/rules/PMD99999"),
    get("no such list", "/v1/releases/1.0.0/code-lists/nothing"),
    get("out of the folder", "/v1/releases/1.0.0/code-lists/..%2Frelease"),
    get("release out of the folder", "/v1/releases/..%2F..%2Fx"),
    Way("wrong method", "method_not_allowed", method="DELETE"),
    Way("wrong date", "parameter_wrong", "/v1/checks?today=31/12/2025"),
    Way("wrong period", "parameter_wrong", "/v1/checks?period=April"),
    Way("wrong reveal", "parameter_wrong", "/v1/checks?reveal=all"),
    Way("wrong release", "parameter_wrong", "/v1/checks?release=9.9.9&table=person"),
    Way("which table", "parameter_wrong", "/v1/checks"),
    Way("no such parameter", "parameter_wrong", "/v1/checks?table=person&periode=2026-04"),
    Way("a parameter twice", "parameter_wrong", "/v1/checks?table=person&table=referral"),
    Way("a form", "content_type_not_supported", headers={"Content-Type": "multipart/form-data; boundary=b"}),
    Way("what is it", "content_type_not_supported", headers={}),
    Way("encoded", "content_type_not_supported", headers=CSV | {"Content-Encoding": "gzip"}),
    Way("a picture", "content_type_not_supported", headers={"Content-Type": "image/png"}),
    Way("unknown form", "not_acceptable", "/v1/checks?format=docx&table=person"),
    Way("unknown Accept", "not_acceptable", headers=CSV | {"Accept": "image/png"}),
    Way("too large", "body_too_large", body=b"a" * 1_048_577, settings={"max_body_mb": 1}),
    Way("refused", "file_cannot_be_read", validator="end('input', message='The file is empty.')"),
    Way("too long", "check_took_too_long", validator="time.sleep(60)", settings={"check_seconds": 0.3}),
    Way("failed", "check_failed", validator="end('failed', error='FatalException', where='validators/sql.py:1')"),
    Way("killed", "check_failed", validator="import os; os.kill(os.getpid(), 9)"),
    Way("silent", "check_failed", validator=" "),
    Way("nonsense", "check_failed", validator="(out / 'outcome.json').write_text('[1]')"),
    Way("no report", "internal_error", validator="end()"),
]


@pytest.mark.parametrize("way", WAYS, ids=[way.way for way in WAYS])
def test_every_error_has_the_one_shape(open_client: Callable[..., TestClient], tmp_path: Path, way: Way) -> None:
    client = open_client(way.validator, **way.settings)
    answer = client.request(way.method, way.address, headers={"Accept": "*/*"} | way.headers, content=way.body)
    shown = answer.json()
    assert (shown["code"], answer.status_code) == (way.problem, PROBLEMS[way.problem].status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert shown["type"] == problem_type(way.problem)
    assert shown["title"] == PROBLEMS[way.problem].title
    assert shown["status"] == answer.status_code
    assert shown["request_id"] == answer.headers["x-request-id"]
    assert shown["detail"]
    assert set(shown) <= {"type", "title", "status", "detail", "code", "request_id", "errors"}
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_problem_is_tried(problem: str) -> None:
    elsewhere = {"request_wrong", "body_stalled", "busy", "not_ready", "storage_full"}  # below, and in test_checks.py
    assert problem in {way.problem for way in WAYS} | elsewhere


def test_a_service_that_cannot_write_is_not_ready(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/readyz").status_code == 200
    monkeypatch.setattr("service.checks.workspace.Workspace.writable", lambda _: False)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert answer.headers["retry-after"]
    assert client.get("/livez").status_code == 200


def test_a_full_disk_is_told(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr("service.checks.receive._write", full)
    answer = client.post("/v1/checks?table=person", content=b"a", headers=CSV)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert left_over(tmp_path) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("periode=2026-04", "There is no parameter periode. Was period meant?"),
        ("token=x", "There is no parameter token. There is: copy, enrich, format, "),
        ("9990000018=x", "A parameter is not known. There is: copy, "),
    ],
)
def test_a_parameter_that_is_not_known_is_told_with_what_there_is(client: TestClient, given: str, said: str) -> None:
    answer = client.post(f"/v1/checks?table=person&{given}", content=b"a", headers=CSV)
    assert answer.json()["detail"].startswith(said)
    assert "9990000018" not in answer.text


def test_what_was_sent_is_not_repeated(client: TestClient) -> None:
    answer = client.post("/v1/checks?today=9990000018&period=9990000026&table=9990000034", content=b"a", headers=CSV)
    assert {error["parameter"] for error in answer.json()["errors"]} == {"today", "period", "table"}
    assert "99900000" not in answer.text


def test_no_answer_shows_how_the_service_failed(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("9990000018 is not a date")

    monkeypatch.setattr("service.releases.routes.available", fails)
    answer = client.get("/v1/releases")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "99900000" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
