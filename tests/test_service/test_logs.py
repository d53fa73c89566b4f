"""No patient in the logs: neither cells, nor file names, nor queries, nor addresses."""

from __future__ import annotations

import io
import json
import logging
import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from service.logs import FIELDS, JsonLines, log, where

CANARIES = [f"999{number:07d}" for number in range(7_000_000, 7_000_040)]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged in this test, by anybody, at any level."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    level = root.level
    root.setLevel(logging.DEBUG)
    yield text
    root.setLevel(level)


def lines(written: io.StringIO) -> list[dict[str, object]]:
    """The lines that are written about requests."""
    return [each for each in map(json.loads, written.getvalue().splitlines()) if each["event"] == "request"]


def test_canaries_stay_out_of_the_log(open_client: Callable[..., TestClient], written: io.StringIO) -> None:
    outcomes = [
        "end()",
        f"end('input', message='{CANARIES[0]}')",
        f"end('failed', error='ConversionException', where='validators/sql.py:7', message='{CANARIES[1]}')",
        f"raise ValueError('{CANARIES[2]}')",
    ]
    for code in outcomes:
        client = open_client(code)
        for place, number in enumerate(CANARIES):
            address = f"/v1/checks?name={number}.csv&table={number}&provider={number}&x={number}"
            sent = [address, "/v1/checks?table=person&name=person.csv", f"/{number}", f"/v1/releases/{number}"]
            headers = {"X-Request-ID": number, "User-Agent": number, "Content-Type": "text/csv", "Cookie": number}
            disposition = {"Content-Disposition": f'attachment; filename="{number}.csv"'}
            if place < 3:
                client.post(sent[1], content=f"nhs_number\n{number}\n".encode(), headers=headers | disposition)
            for other in (sent[0], sent[2], sent[3]):
                client.request("POST" if "checks" in other else "GET", other, headers=headers)
    assert len(lines(written)) > 400
    assert not re.findall("|".join(CANARIES), written.getvalue())


def test_a_request_is_one_line(client: TestClient, written: io.StringIO) -> None:
    given = str(uuid.uuid4())
    client.get("/v1/releases/1.0.0/rules/PMD00111?x=y", headers={"X-Request-ID": given})
    (line,) = lines(written)
    assert line["request_id"] == given
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/releases/{release}/rules/{rule_id}", 200)
    assert set(line) <= {"time", "level", "event", *FIELDS}


def test_a_failure_of_the_validator_is_logged_by_its_place(
    open_client: Callable[..., TestClient], written: io.StringIO
) -> None:
    client = open_client(
        "end('failed', error='FatalException', where='validators/engines/duckdb.py:12', confined=True)"
    )
    answer = client.post("/v1/checks?table=person", content=b"a", headers={"Content-Type": "text/csv"})
    failure = next(each for each in map(json.loads, written.getvalue().splitlines()) if each["event"] == "check_failed")
    assert failure["error"] == "FatalException"
    assert failure["where"] == "validators/engines/duckdb.py:12"
    assert failure["request_id"] == answer.json()["request_id"]


def test_a_message_of_somebody_else_is_not_filled_in(written: io.StringIO) -> None:
    logging.getLogger("other").warning("could not convert %s", "9990000018")
    assert '"event": "could not convert %s"' in written.getvalue()


def test_an_error_is_logged_by_its_place(written: io.StringIO) -> None:
    try:
        where("not an error")  # type: ignore[arg-type]
    except AttributeError:
        logging.getLogger("other").exception("failed")
    line = json.loads(written.getvalue())
    assert line["error"] == "AttributeError"
    assert re.fullmatch(r"service/logs\.py:\d+", line["where"])


def test_a_field_that_is_not_allowed_is_refused() -> None:
    with pytest.raises(ValueError, match="file_name"):
        log("request", file_name="person.csv")


@pytest.mark.parametrize("given", ["9990000018", "a b", "../x", "x" * 300, "{}", ""])
def test_a_request_id_that_is_no_uuid_is_replaced(client: TestClient, given: str) -> None:
    assert uuid.UUID(client.get("/livez", headers={"X-Request-ID": given}).headers["x-request-id"])


@pytest.mark.parametrize("given", [str(uuid.UUID(int=7)), uuid.UUID(int=7).hex, str(uuid.UUID(int=15)).upper()])
def test_a_request_id_that_is_a_uuid_is_mirrored(client: TestClient, given: str) -> None:
    assert client.get("/livez", headers={"X-Request-ID": given}).headers["x-request-id"] == given
