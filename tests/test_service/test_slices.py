"""plusmds validate --slice: a folder of reports, which is refused where it would give somebody away."""

from __future__ import annotations

import json
import re
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from service.cli import main
from service.commands.slices import are_shareable
from validators.reports import words
from validators.synthetic import generate

FAULTS = {
    "PMD20103": 0.02,
    "PMD00111": 0.01,
    "PMD001.birth_date.format": 0.02,
    "PMD00302": 0.01,
    "PMD001.birth_date.missing": 0.05,
}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slices") / "files"
    generate(folder, persons=3000, seed=3, faults=FAULTS)
    return folder


def validate(sent: Path, *options: object) -> int:
    return main(["validate", str(sent), "--today", "2026-05-07", *map(str, options)])


def written(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.iterdir())]


@pytest.mark.parametrize("by", ["mend", "site", "care_setting", "gp_practice"])
def test_a_slice_is_shareable_where_nothing_else_is_asked_for(sent: Path, tmp_path: Path, by: str) -> None:
    assert validate(sent, "--slice", by, "--output", tmp_path / "out", "--format", "json") == 1
    slices = written(tmp_path / "out")
    assert slices
    for report in slices:
        assert (report["slice"]["by"], report["copy_kind"]) == (by, "shareable")
        assert report["submission"]["files"] == []
        assert all(not finding["samples"] for finding in report["findings"])


@pytest.mark.parametrize("by", ["mend", "site", "gp_practice"])
def test_a_slice_names_items_as_people_do_and_says_what_it_leaves_out(sent: Path, tmp_path: Path, by: str) -> None:
    validate(sent, "--slice", by, "--output", tmp_path / "text", "--format", "text")
    texts = [" ".join(path.read_text("utf-8").split()) for path in sorted((tmp_path / "text").iterdir())]
    rule = "PMD001.birth_date.format" if by == "mend" else "PMD001.birth_date.missing"
    dated = [text for text in texts if f"({rule})" in text]
    assert dated
    for text in dated:
        assert "Where Person: Date of birth (birth_date)" in text
        assert "birth_date is treated as missing" not in text
    assert all(("make the export, set up the record" in text) == (by != "mend") for text in texts)
    if by == "mend":
        assert all("Date of birth is treated as missing" in text for text in dated)
    assert all("A slice holds findings alone" in text for text in texts)
    assert all(("told to a GP practice" in text) == (by == "gp_practice") for text in texts)


def test_the_slice_of_what_nobody_has_to_mend_says_so(sent: Path, tmp_path: Path) -> None:
    validate(sent, "--slice", "mend", "--output", tmp_path / "out", "--format", "json")
    (path,) = (tmp_path / "out").glob("*nothing-to-mend.json")
    report = json.loads(path.read_text("utf-8"))
    assert report["slice"]["value"] == "nobody"
    assert report["verdict_sentence"].startswith("Nothing to mend")
    assert "Nothing in it has to be mended" in report["what_next"]
    assert {finding["severity"] for finding in report["findings"]} == {"info"}
    assert not list((tmp_path / "out").glob("*nobody*"))


def test_a_page_of_a_slice_does_not_claim_that_nothing_could_be_counted(sent: Path, tmp_path: Path) -> None:
    validate(sent, "--slice", "mend", "--output", tmp_path / "out", "--format", "html")
    for path in (tmp_path / "out").iterdir():
        page = path.read_text("utf-8")
        assert words.SLICE_MEANS in page
        assert "Nothing could be counted" not in page
        assert "Each bar" not in page


@pytest.mark.parametrize("option", [("--copy", "owner"), ("--reveal", "keys")])
@pytest.mark.parametrize("by", ["mend", "site"])
def test_the_owner_can_ask_for_slices_inside_the_trust(
    sent: Path, tmp_path: Path, option: tuple[str, str], by: str
) -> None:
    validate(sent, "--slice", by, "--output", tmp_path / "out", "--format", "json", *option)
    slices = written(tmp_path / "out")
    assert {report["copy_kind"] for report in slices} == {"owner"}
    samples = [s for report in slices for finding in report["findings"] for s in finding["samples"]]
    assert samples
    assert any("ids" in sample for sample in samples) == (option[0] == "--reveal")


@pytest.mark.parametrize("form", ["junit", "sarif", "github"])
def test_slices_for_builds_are_shareable_whatever_is_asked_for(sent: Path, tmp_path: Path, form: str) -> None:
    validate(sent, "--slice", "mend", "--output", tmp_path / "asked", "--format", form, "--copy", "owner")
    validate(sent, "--slice", "mend", "--output", tmp_path / "always", "--format", form, "--copy", "shareable")
    pairs = zip(sorted((tmp_path / "asked").iterdir()), sorted((tmp_path / "always").iterdir()), strict=True)
    assert all(_without_ids(one) == _without_ids(other) for one, other in pairs)
    for by in ("mend", "site"):
        assert are_shareable(Namespace(slice=by, copy="owner", reveal="keys"), form)


def _without_ids(path: Path) -> str:
    """But for what tells one run from another: identifier and time."""
    return re.sub("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.Z+]+", "", path.read_text("utf-8"))


def test_slices_keep_what_is_accepted_and_what_changed(sent: Path, tmp_path: Path) -> None:
    validate(sent, "--output", tmp_path / "whole.json")
    report = json.loads((tmp_path / "whole.json").read_text("utf-8"))
    warnings = [f for f in report["findings"] if f["severity"] != "error" and f["mend"] == "point_of_care"]
    accepted = next(f for f in warnings if f["table"] == "person" and f["counted"] == "rows")
    entry = f'fingerprint = "{accepted["fingerprint"]}"\nreason = "R"\nowner = "O"\nuntil = 2027-01-01\n'
    (tmp_path / "accepted.toml").write_text(f"[[accepted]]\n{entry}", "utf-8")
    told = ("--accept", tmp_path / "accepted.toml", "--since", tmp_path / "whole.json", "--format", "json")
    for by in ("mend", "site"):
        validate(sent, "--slice", by, "--output", tmp_path / by, *told)
        found = [f for each in written(tmp_path / by) for f in each["findings"] if f["accepted"]]
        assert {f["fingerprint"] for f in found} == {accepted["fingerprint"]}
        assert all(f["accepted"] == {"reason": None, "owner": None, "until": "2027-01-01"} for f in found)
    for each in written(tmp_path / "mend"):
        changes = {change["fingerprint"] for change in each["since"]["findings"]}
        assert changes == {finding["fingerprint"] for finding in each["findings"]}
        assert each["since"]["answers"] == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--slice", "gp_practice", "--reveal", "keys", "--output", "out"), "always shareable"),
        (("--slice", "gp_practice", "--copy", "owner", "--output", "out"), "always shareable"),
        (("--slice", "site"), "--output FOLDER"),
        (("--slice", "site", "--output", "full"), "not empty"),
        (("--slice", "site", "--output", "full/file"), "is a file"),
        (("--slice", "site", "--output", "nowhere/out"), "is not there"),
        (("--slice", "site", "--copy", "shareable", "--reveal", "keys", "--output", "out"), "shows no row"),
        (("--slice", "rate", "--output", "out"), "there is no 'rate'"),
    ],
)
def test_what_is_refused(
    sent: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    says: str,
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("older")
    monkeypatch.chdir(tmp_path)
    assert _status(sent, options) == 2
    assert says in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]


def _status(sent: Path, options: tuple[str, ...]) -> object:
    try:
        return validate(sent, *options)
    except SystemExit as ended:
        return ended.code


@pytest.mark.parametrize(
    "options", [("--format", "junit"), ("--format", "json", "--copy", "shareable"), ("--slice", "mend")]
)
def test_the_terminal_shows_no_figure_that_the_copy_hides(
    options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a build it stands in the log, beside the copy: how many persons can be used, and of how many."""
    generate(tmp_path / "sent", persons=146, seed=2, faults={"PMD001.local_patient_id_org.missing": 0.02})
    validate(tmp_path / "sent", "--output", tmp_path / "owner.json", "--fail-on", "never")
    owners = capsys.readouterr().out
    assert re.search(r"\b14[0-5] of 146\b", owners)
    validate(tmp_path / "sent", "--output", tmp_path / "out", "--fail-on", "never", *options)
    said = capsys.readouterr().out
    assert said
    assert not re.search(r"\b14[1-46-9]\b", said)
