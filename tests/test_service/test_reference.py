"""plusmds reference and enrich, and that the command line and the service use what was loaded."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service import cli
from service.cli import main
from tests.test_service.conftest import left_over
from tests.test_validators.reference_files import IMD_2025, imd_rows, ods, written
from validators.enrich import FILES
from validators.reference_data.kinds import KINDS

HEADER = {
    "dataset_version": "1.0.0",
    "provider_org_code": "RX1",
    "period_start": "2026-04-01",
    "period_end": "2026-04-30",
    "created_at": "2026-05-06T09:00:00",
}


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, which the command line takes from the environment."""
    monkeypatch.setenv("PLUSMDS_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """A submission of a provider whose code is known where its file of organisations is loaded."""
    path = tmp_path / "submission.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.json", json.dumps(HEADER))
        archive.writestr("person.csv", "local_patient_id,imd_decile,imd_version\nA1,1,2025\n")
    return path


def load_trusts(tmp_path: Path) -> None:
    assert (
        main(["reference", "load", "organisation", str(ods(tmp_path / "etr.csv", [("RX2", "20010401", "", "")]))]) == 0
    )


def test_the_kinds_of_the_command_are_those_there_are() -> None:
    assert set(cli._KINDS) == set(KINDS)


def test_load_list_and_verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reference", "list"]) == 0
    assert "No reference data are loaded" in capsys.readouterr().out
    file = written(tmp_path / "imd.csv", imd_rows(30, IMD_2025))
    assert main(["reference", "load", "imd", str(file)]) == 0
    assert capsys.readouterr().out == "Loaded imd 2025, version 2025: 30 rows of imd.csv (imd-file-1)\n"
    main(["reference", "load", "imd", str(written(tmp_path / "newer.csv", imd_rows(40, IMD_2025)))])
    assert "40 rows of newer.csv (imd-file-1), in place of 30 rows of imd.csv\n" in capsys.readouterr().out
    main(["reference", "load", "imd", str(file)])
    capsys.readouterr()
    assert main(["reference", "list"]) == 0
    assert "imd              2025                   2025                 30" in capsys.readouterr().out
    assert main(["reference", "verify"]) == 0
    assert capsys.readouterr().out == "As it was stored: imd 2025\n"


def test_what_was_changed_is_found(data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load_trusts(tmp_path)
    (stored,) = (data_dir / "reference").glob("*.parquet")
    stored.write_bytes(stored.read_bytes() + b"x")
    assert main(["reference", "verify"]) == 1
    assert "is not as it was stored" in capsys.readouterr().out


def test_a_file_that_is_refused_is_one_line_and_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "imd.csv", imd_rows(30, IMD_2025)[:12])
    assert main(["reference", "load", "imd", str(file)]) == 2
    assert capsys.readouterr().err.startswith("plusmds: imd.csv: its deciles are not tenths of its areas")


def report_of(path: Path, tmp_path: Path) -> dict[str, Any]:
    main(["validate", str(path), "--today", "2026-05-07", "--output", str(tmp_path / "report.json")])
    return json.loads((tmp_path / "report.json").read_text())


def test_both_ways_in_use_what_is_loaded(
    open_client: Callable[..., TestClient], submission: Path, tmp_path: Path
) -> None:
    load_trusts(tmp_path)
    by_command = report_of(submission, tmp_path)
    client = open_client("")
    answer = client.post(
        "/v1/checks?today=2026-05-07&name=submission.zip",
        content=submission.read_bytes(),
        headers={"Content-Type": "application/zip"},
    )
    by_service = answer.json()
    assert "PMD00009" in {finding["rule_id"] for finding in by_command["findings"]}
    for part in ("findings", "rules", "reference_data", "core20"):
        assert by_command[part] == by_service[part]


def test_damaged_reference_data_are_no_fault_of_who_sends_a_file(
    open_client: Callable[..., TestClient],
    data_dir: Path,
    submission: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    load_trusts(tmp_path)
    (data_dir / "reference" / "organisation-list-1.json").write_text("{")
    assert main(["validate", str(submission)]) == 2
    assert "organisation-list-1 cannot be used" in capsys.readouterr().err
    client = open_client("")
    answer = client.post("/v1/checks?name=submission.zip", content=submission.read_bytes())
    assert (answer.status_code, answer.json()["code"]) == (500, "check_failed")
    assert str(data_dir) not in answer.text
    assert client.get("/readyz").json()["code"] == "not_ready"


# Enrichment


def test_the_command_writes_three_files(submission: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["enrich", str(submission), "--output", str(tmp_path / "out"), "--today", "2026-05-07"]) == 0
    said = capsys.readouterr().out
    assert "What was derived is in" in said
    assert "Core20 by the index of 2025: 1 yes, 0 no, 0 institution, 0 not placed" in said
    assert "Not loaded: onspd, imd" in said
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)
    assert main(["enrich", str(submission), "--output", str(submission)]) == 2


def test_the_service_answers_an_archive_and_keeps_nothing(
    open_client: Callable[..., TestClient], submission: Path, tmp_path: Path
) -> None:
    client = open_client("")
    answer = client.post(
        "/v1/checks?enrich=true&format=html&today=2026-05-07&name=submission.zip", content=submission.read_bytes()
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="plusmds-enriched.zip"'
    assert answer.headers["cache-control"] == "no-store"
    assert left_over(tmp_path) == []
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted([*FILES, "report.html"])
        by_service = archive.read("person_derived.csv")
    main(["enrich", str(submission), "--output", str(tmp_path / "out"), "--today", "2026-05-07"])
    assert by_service == (tmp_path / "out" / "person_derived.csv").read_bytes()


def test_a_file_without_persons_cannot_be_enriched(open_client: Callable[..., TestClient]) -> None:
    answer = open_client("").post("/v1/checks?enrich=true&name=referral.csv", content=b"service_request_id\nR1\n")
    assert (answer.status_code, answer.json()["code"]) == (422, "file_cannot_be_read")
    assert "no person table" in answer.json()["detail"]


def test_what_is_derived_of_each_person_is_in_no_shareable_copy(open_client: Callable[..., TestClient]) -> None:
    answer = open_client("").post("/v1/checks?enrich=true&copy=shareable&name=person.csv", content=b"birth_date\n")
    assert (answer.status_code, answer.json()["code"]) == (422, "parameter_wrong")
    assert "for the owner" in answer.json()["detail"]


def test_nothing_of_a_person_is_logged(
    open_client: Callable[..., TestClient], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    person = b"local_patient_id,postcode\n=SECRET-ID,AA1 1AA\n"
    answer = open_client("").post("/v1/checks?enrich=true&name=person.csv&period=2026-04", content=person)
    assert answer.status_code == 200
    assert "SECRET" not in caplog.text
    assert "AA1 1AA" not in caplog.text
