"""Reading, building, verifying and bundling a release."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest

from schema import release
from schema.dataset import load_dataset
from schema.release_info import ReleaseError, ReleaseInfo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of releases of its own, with a copy of 1.0.0."""
    shutil.copytree(release.FOLDER / "1.0.0", tmp_path / "1.0.0")
    monkeypatch.setattr(release, "FOLDER", tmp_path)
    release.load.cache_clear()
    yield tmp_path / "1.0.0"
    release.load.cache_clear()


def test_release_folder_holds_the_whole_data_set() -> None:
    published, live = release.load("1.0.0").dataset, load_dataset("1.0.0")
    assert published.tables == live.tables
    assert published.code_lists == live.code_lists
    assert published.rules == live.rules
    assert published == live


def test_release_is_read_without_pydantic_and_sqlglot() -> None:
    """They cost 0.2 s together, and the command line has to answer at once."""
    read = "from schema import release; import sys; release.load('1.0.0').dataset; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", read], capture_output=True, text=True, check=True)
    assert not {"pydantic", "sqlglot", "jsonschema", "duckdb"} & set(done.stdout.split())


def test_conditions_of_a_release_are_parsed_when_they_are_used() -> None:
    rule = release.load("1.0.0").dataset.rule("PMD00111")
    assert {column.name for condition in rule.conditions() for column in condition.columns()} == {
        "birth_date",
        "period_end",
    }


def test_unknown_release_is_named_beside_those_there_are() -> None:
    with pytest.raises(ReleaseError, match=r"9\.9\.9.*There is 1\.0\.0"):
        release.load("9.9.9")


def test_unknown_table_and_rule() -> None:
    with pytest.raises(ReleaseError, match="It has header, person"):
        release.load("1.0.0").schema("../release")
    with pytest.raises(ReleaseError, match="no rule"):
        release.load("1.0.0").examples("../../PMD00111")


@pytest.mark.parametrize("name", ["../releases.toml", "/etc/hosts", "schemas", "schemas/../release.json"])
def test_only_published_files_are_read(name: str) -> None:
    with pytest.raises(KeyError):
        release.load("1.0.0").read(name)


@pytest.mark.parametrize("period", ["2026-04", "2026-04-01", date(2026, 4, 1), "2030-01"])
def test_release_is_that_of_the_period(period: str | date) -> None:
    assert release.release_for(period).version == "1.0.0"


def test_period_before_every_release() -> None:
    with pytest.raises(ReleaseError, match=r"2026-03-01.*1\.0\.0 from 2026-04-01"):
        release.release_for("2026-03")


def test_period_that_is_none() -> None:
    with pytest.raises(ReleaseError, match="Expected a month"):
        release.release_for("April")


def test_draft_and_retired_release_are_not_in_force() -> None:
    about = release.load("1.0.0").info.to_dict()
    day = date(2026, 4, 1)
    assert ReleaseInfo.from_dict(about).dates.in_force(day)
    assert not ReleaseInfo.from_dict(about | {"status": "draft"}).dates.in_force(day)
    ended = ReleaseInfo.from_dict(about | {"status": "deprecated", "retired_on": "2026-03-31"})
    assert not ended.dates.in_force(day)


def test_status_and_approvals_are_checked() -> None:
    about = release.load("1.0.0").info.to_dict()
    with pytest.raises(ReleaseError, match="expected one of"):
        ReleaseInfo.from_dict(about | {"status": "live"})
    with pytest.raises(ReleaseError, match="lacks approved_from"):
        ReleaseInfo.from_dict(about | {"restricted_approvals": [{"provider": "RX1", "code": "SEXWORK"}]})


def test_digest_covers_approvals_and_not_the_status() -> None:
    about = release.load("1.0.0").info.to_dict()
    approval = dict.fromkeys(
        ("provider", "code", "lawful_basis", "dpia_reference", "approver", "approved_from", "approved_until"), "x"
    )
    assert ReleaseInfo.from_dict(about | {"status": "retired"}).digest == about["digest"]
    assert ReleaseInfo.from_dict(about | {"restricted_approvals": [approval]}).digest != about["digest"]


def test_built_again_alike(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    release.build("1.0.0")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("version", ["1.0.1", "../x", "1.0", "", "1.0.0/"])
def test_version_that_nothing_is_said_of_is_not_built(version: str) -> None:
    with pytest.raises(ReleaseError, match="has no table for"):
        release.build(version)


def test_published_release_is_not_overwritten(folder: Path) -> None:
    (folder / "rules.json").write_text("{}")
    (folder / "old.json").write_text("{}")
    with pytest.raises(ReleaseError, match=r"would change in old\.json, rules\.json"):
        release.build("1.0.0")
    release.build("1.0.0", draft=True)
    assert json.loads((folder / "release.json").read_text())["status"] == "draft"
    assert not (folder / "old.json").exists()
    release.build("1.0.0")
    assert release.verify("1.0.0") == ()


def test_status_of_a_published_release_may_change(folder: Path) -> None:
    about = json.loads((folder / "release.json").read_text()) | {"status": "active"}
    (folder / "release.json").write_text(json.dumps(about))
    release.build("1.0.0")
    assert release.load("1.0.0").info.status == "published"


def test_unknown_version_cannot_be_built(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"releases\.toml has no table for 7\.0\.0"):
        release.build("7.0.0", tmp_path)


def test_verify_names_what_is_wrong(folder: Path) -> None:
    (folder / "rules.json").write_bytes((folder / "rules.json").read_bytes() + b" ")
    (folder / "changes.json").unlink()
    (folder / "notes.txt").write_text("")
    problems = "\n".join(release.verify("1.0.0"))
    assert "rules.json does not have its published digest" in problems
    assert "changes.json is missing" in problems
    assert "notes.txt does not belong to the release" in problems


def test_bundle_is_the_same_bytes_every_time() -> None:
    first, second = release.bundle("1.0.0"), release.bundle("1.0.0")
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    found = release.load("1.0.0")
    pages = (f"pages/{name}" for name in release.pages(found))
    assert {f"1.0.0/{name}" for name in ("release.json", *found.info.files, *pages)} == set(names)


def test_model_of_a_release_is_frozen_and_closed() -> None:
    model = release.load("1.0.0").model("referral")
    assert model.model_config.get("extra") == "forbid"
    assert model.model_json_schema()["properties"]["care_setting"]["anyOf"][0]["title"] == "Care setting"
