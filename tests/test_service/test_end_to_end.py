"""A synthetic submission by every way in, with the real validator in its confined process."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from service.cli import main
from tests.test_service.conftest import ROOT, left_over
from tests.test_validators.read_forms import READERS
from validators.reports import REPORTS
from validators.synthetic import generate

FAULTS = {"PMD00111": 0.03, "PMD001.ethnic_category.code": 0.02}
TODAY = "2026-05-07"
ZIP, CSV = {"Content-Type": "application/zip"}, {"Content-Type": "text/csv"}
#: what may differ between two reports on the same submission
FREE = {"report_id", "created_at", "purpose", "engine"}


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A submission of 300 persons with faults."""
    folder = tmp_path_factory.mktemp("submission") / "files"
    generate(folder, persons=300, seed=3, faults=FAULTS)
    return folder


@pytest.fixture(scope="module")
def packed(submission: Path) -> bytes:
    """The same as a zip."""
    return zipped({file.name: file.read_bytes() for file in sorted(submission.iterdir())})


def zipped(files: dict[str, bytes]) -> bytes:
    """Files as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def service(open_client: Callable[..., TestClient]) -> TestClient:
    """A service with the real validator."""
    return open_client("")


def fixed(report: dict[str, Any]) -> dict[str, Any]:
    """What has to be the same by every way in."""
    return {name: part for name, part in report.items() if name not in FREE}


def test_a_submission_by_http(service: TestClient, packed: bytes, tmp_path: Path) -> None:
    answer = service.post(f"/v1/checks?today={TODAY}", content=packed, headers=ZIP)
    assert answer.status_code == 200, answer.text
    report = answer.json()
    Draft202012Validator(service.get("/v1/report.schema.json").json()).validate(report)
    failed = {rule["rule_id"] for rule in report["rules"] if rule["outcome"] == "failed"}
    assert set(FAULTS) <= failed
    assert report["today"] == TODAY
    assert left_over(tmp_path) == []


def test_a_shareable_copy_by_http_and_on_the_command_line(
    service: TestClient, submission: Path, packed: bytes, tmp_path: Path
) -> None:
    answer = service.post(f"/v1/checks?today={TODAY}&copy=shareable", content=packed, headers=ZIP).json()
    file = tmp_path / "report.json"
    main(["validate", str(submission), "--today", TODAY, "--copy", "shareable", "--output", str(file)])
    written = json.loads(file.read_text("utf-8"))
    Draft202012Validator(service.get("/v1/report.schema.json").json()).validate(answer)
    assert answer["copy_kind"] == "shareable"
    assert fixed(written) == fixed(answer)
    assert not any(finding["samples"] for finding in answer["findings"])
    assert {finding["failed_rows"] for finding in answer["findings"]} & {"*", 10}
    refused = service.post("/v1/checks?copy=shareable&reveal=keys", content=packed, headers=ZIP)
    assert (refused.status_code, refused.json()["code"]) == (422, "parameter_wrong")


def test_a_report_is_compared_and_its_warnings_accepted(
    submission: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, accepted = tmp_path / "1.json", tmp_path / "2.json", tmp_path / "accepted.toml"
    call = ["validate", str(submission), "--today", TODAY]
    main([*call, "--output", str(first)])
    capsys.readouterr()
    warnings = [f for f in json.loads(first.read_text("utf-8"))["findings"] if f["severity"] != "error"]
    assert warnings
    for finding in warnings:
        entry = ["--reason", "Known", "--owner", "Data quality", "--until", "2026-12-31"]
        assert main(["accept", str(first), finding["fingerprint"], *entry]) == 0
    accepted.write_text(capsys.readouterr().out, "utf-8")
    main([*call, "--since", str(first), "--accept", str(accepted), "--output", str(second)])
    report = json.loads(second.read_text("utf-8"))
    assert {change["change"] for change in report["since"]["findings"]} == {"same"}
    assert [entry["state"] for entry in report["accepted"]] == ["used"] * len(warnings)
    assert report["counts"]["accepted"] == len(warnings)
    error = next(f for f in report["findings"] if f["severity"] == "error")
    capsys.readouterr()
    assert main(["accept", str(first), error["fingerprint"], *entry]) == 2
    assert "cannot be accepted away" in capsys.readouterr().err
    assert main([*call, "--since", str(accepted)]) == 2
    assert "is no report of the form" in capsys.readouterr().err


def test_http_and_the_command_line_give_the_same_report(
    service: TestClient, submission: Path, packed: bytes, tmp_path: Path
) -> None:
    (tmp_path / "submission.zip").write_bytes(packed)
    by_http = service.post(f"/v1/checks?today={TODAY}&name=submission.zip", content=packed, headers=ZIP).json()
    place = tmp_path / "report.json"
    assert main(["validate", str(tmp_path / "submission.zip"), "--today", TODAY, "--output", str(place)]) == 1
    assert fixed(json.loads(place.read_text())) == fixed(by_http)


@pytest.mark.parametrize("site", ["", "https://plus.example/"])
def test_the_links_in_a_report_lead_to_the_pages_of_the_service(
    open_client: Callable[..., TestClient], packed: bytes, site: str
) -> None:
    service = open_client("", site=site)
    page = service.post(f"/v1/checks?today={TODAY}&format=html", content=packed, headers=ZIP).text
    links = re.findall(r'href="([^"#]+)"', page)
    assert f"{site.rstrip('/')}/v1/releases/1.0.0/pages/PMD00111.html" in links
    for link in links:
        assert service.get(link.removeprefix(site.rstrip("/"))).status_code == 200, link
    assert "<summary>What PMD00111 asks and counts" in page
    sarif = service.post(f"/v1/checks?today={TODAY}&format=sarif", content=packed, headers=ZIP).json()
    helps = {rule.get("helpUri") for rule in sarif["runs"][0]["tool"]["driver"]["rules"]} - {None}
    assert bool(helps) == bool(site)
    assert helps <= set(links)


@pytest.mark.parametrize("form", ["xlsx", "csv", "junit", "sarif", "github"])
def test_every_form_comes_whole_out_of_the_confined_process(
    service: TestClient, submission: Path, packed: bytes, tmp_path: Path, form: str
) -> None:
    answer = service.post(f"/v1/checks?today={TODAY}&format={form}", content=packed, headers=ZIP)
    assert answer.status_code == 200
    place = tmp_path / f"report{REPORTS[form].suffix}"
    main(["validate", str(submission), "--today", TODAY, "--format", form, "--output", str(place)])
    assert READERS[form](answer.content) == READERS[form](place.read_bytes())
    assert READERS[form](answer.content).failed


def test_one_file_alone(service: TestClient, submission: Path) -> None:
    address = f"/v1/checks?name=person.csv&period=2026-04&provider=RX1&today={TODAY}"
    report = service.post(address, content=(submission / "person.csv").read_bytes(), headers=CSV).json()
    assert report["submission"]["provider"] == "RX1"
    assert [file["name"] for file in report["submission"]["files"]] == ["person.csv"]
    assert report["not_assessed"]


@pytest.mark.parametrize(("accept", "starts"), [("text/html", "<!doctype html"), ("text/plain", "")])
def test_the_report_for_people(service: TestClient, packed: bytes, accept: str, starts: str) -> None:
    answer = service.post(f"/v1/checks?today={TODAY}", content=packed, headers=ZIP | {"Accept": accept})
    assert answer.headers["content-type"].startswith(accept)
    assert answer.text.lower().startswith(starts)
    assert "PMD00111" in answer.text


def test_nothing_of_a_person_is_in_a_report_or_log(
    service: TestClient, submission: Path, caplog: pytest.LogCaptureFixture
) -> None:
    people = (submission / "person.csv").read_text()
    numbers = set(re.findall(r"\b9\d{9}\b", people))
    assert len(numbers) > 100
    people = re.sub(r"\b(19|20)(\d\d)-(\d\d)-(\d\d)\b", r"\4/\3/\1\2", people)
    days = set(re.findall(r"\b\d\d/\d\d/\d{4}\b", people)) - {"31/12/2025"}  # that one is an example in our texts
    for form in ("json", "html", "text"):
        address = f"/v1/checks?name=person.csv&period=2026-04&provider=RX1&today={TODAY}&format={form}"
        answer = service.post(address, content=people.encode(), headers=CSV)
        assert answer.status_code == 200
        shown = answer.text + caplog.text
        assert not [cell for cell in numbers | days if cell in shown]


def test_an_empty_body_is_an_empty_file(service: TestClient) -> None:
    """As on the command line: a report that says so, and no error of the call."""
    answer = service.post("/v1/checks?name=person.csv", content=b"", headers=CSV)
    assert (answer.status_code, answer.json()["verdict"]) == (200, "rejected")
    (finding,) = [found for found in answer.json()["findings"] if found["rule_id"] == "PMD001.file.empty"]
    assert finding["cause"]["received"] == "a file without a single line"


BROKEN = {
    "no zip": (b"PK\x03\x04 and nothing more", "submission.zip"),
    "an empty zip": (zipped({}), "submission.zip"),
    "a zip of something else": (zipped({"notes.docx": b"a"}), "submission.zip"),
    "no parquet": (b"PAR1" + b"\0" * 100 + b"PAR1", "person.parquet"),
    "no workbook": (b"PK\x03\x04nothing", "person.xlsx"),
    "no gzip": (b"\x1f\x8b nothing", "person.csv.gz"),
    "a file of another kind": (b"a", "person.pdf"),
    "a gzip bomb": (gzip.compress(b"a,b\n" + b"1,2\n" * 25_000_000), "person.csv.gz"),
    "out of the folder": (zipped({"../person.csv": b"a\n"}), "submission.zip"),
}


@pytest.mark.parametrize(("content", "name"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_read_is_answered_with_a_reason(
    service: TestClient, tmp_path: Path, content: bytes, name: str
) -> None:
    answer = service.post(f"/v1/checks?name={name}&period=2026-04", content=content, headers=CSV)
    if answer.status_code == 200:  # it could be read as something: then the report says what is wrong with it
        assert answer.json()["verdict"] == "rejected"
    else:
        assert (answer.status_code, answer.json()["code"]) == (422, "file_cannot_be_read")
        assert answer.json()["detail"].endswith((".", "?"))
        assert str(tmp_path) not in answer.text
    assert left_over(tmp_path) == []


def test_the_memory_of_a_check_is_bounded(open_client: Callable[..., TestClient], packed: bytes) -> None:
    answer = open_client("", check_memory_mb=40).post("/v1/checks", content=packed, headers=ZIP)
    assert (answer.status_code, answer.json()["code"]) == (500, "check_failed")


def test_the_demonstration_ends_with_a_verdict(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-m", "service.demo"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert re.search("^Verdict: accepted_with_findings", run.stdout, re.MULTILINE)
    assert (tmp_path / "build" / "demo" / "report.html").read_text().lower().startswith("<!doctype html")
    assert list((tmp_path / "build" / "demo" / "data").iterdir()) == []
