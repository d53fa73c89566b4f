"""The command line: what it says, where it writes, how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from schema.release import bundle, load, pages
from service.cli import main
from service.stopping import SIGNALS
from validators.errors import EngineError, InputError
from validators.reports import REPORTS
from validators.synthetic import generate

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-m", "service.cli"]


def report(error: int = 0, warning: int = 0, verdict: str = "accepted") -> Any:
    """As much of a report as the command looks at."""
    return SimpleNamespace(
        findings=(),
        data_items=(),
        release_status="published",
        counts=SimpleNamespace(error=error, warning=warning, accepted_warnings=0),
        verdict=verdict,
        verdict_sentence="A sentence.",
        release="1.0.0",
    )


class FakeForm(NamedTuple):
    """A form of the report that is always the same."""

    suffix: str
    content: bytes
    binary: bool = False
    always_shareable: bool = False

    def __call__(self, *_: object) -> bytes:
        return self.content


@pytest.fixture
def validator(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """In place of the validator: what it was asked, what it answers."""
    fake = SimpleNamespace(asked={}, answer=report())

    def validate(path: Path, **options: Any) -> Any:
        fake.asked = {"path": path} | options
        if isinstance(fake.answer, BaseException):
            raise fake.answer
        return fake.answer

    monkeypatch.setitem(sys.modules, "validators.validate", SimpleNamespace(validate=validate))
    written = {"text": (".txt", b"TEXT\n"), "html": (".html", b"HTML"), "json": (".json", b"{}")}
    forms = {name: FakeForm(*each) for name, each in written.items()}
    forms["xlsx"] = FakeForm(".xlsx", b"PK", binary=True)
    monkeypatch.setattr("service.commands.validate.REPORTS", forms)
    return fake


@pytest.mark.parametrize(
    ("fail_on", "error", "warning", "status"),
    [
        ("error", 0, 0, 0),
        ("error", 0, 3, 0),
        ("error", 1, 0, 1),
        ("warning", 0, 0, 0),
        ("warning", 0, 1, 1),
        ("warning", 1, 0, 1),
        ("never", 5, 5, 0),
    ],
)
def test_the_status_follows_from_the_findings(
    validator: SimpleNamespace, fail_on: str, error: int, warning: int, status: int
) -> None:
    validator.answer = report(error, warning)
    assert main(["validate", "x", "--fail-on", fail_on]) == status


def test_a_rejected_submission_is_not_well_unless_nothing_is_to_fail(validator: SimpleNamespace) -> None:
    validator.answer = report(verdict="rejected")
    statuses = {name: main(["validate", "x", "--fail-on", name]) for name in ("error", "warning", "never")}
    assert statuses == {"error": 1, "warning": 1, "never": 0}
    assert main(["validate", "x"]) == 1


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (InputError("The file is empty. Export it again."), 2, "plusmds: The file is empty. Export it again.\n"),
        (InputError("a\x1b]0;b\x07\n.csv is empty."), 2, "plusmds: a\ufffd]0;b\ufffd\ufffd.csv is empty.\n"),
        (EngineError("Rows were lost."), 3, "plusmds: The validator failed: Rows were lost.\n"),
        (KeyboardInterrupt(), 130, "plusmds: Stopped.\n"),
        (PermissionError(13, "Permission denied", "/x"), 2, "plusmds: /x: Permission denied.\n"),
    ],
)
def test_what_goes_wrong_is_one_message(
    validator: SimpleNamespace, capsys: pytest.CaptureFixture[str], error: BaseException, status: int, said: str
) -> None:
    validator.answer = error
    assert main(["validate", "x"]) == status
    assert capsys.readouterr() == ("", said)


def test_a_fault_of_ours_shows_no_cell(validator: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    validator.answer = ValueError("could not convert 9990000018")
    assert main(["validate", "x"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("plusmds: The validator failed (ValueError at ")
    assert "999" not in said


def test_every_option_reaches_the_validator(validator: SimpleNamespace, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    given = "--release 1.0.0 --table person --period 2026-04 --provider RX1 --map m.toml --today 2026-05-07"
    given += f" --engine reference --reveal keys --rows {rows}"
    assert main(["validate", "p.csv", *given.split()]) == 0
    asked = {
        name: str(value)
        for name, value in validator.asked.items()
        if name not in ("progress", "reference", "slices_to")
    }
    assert validator.asked["reference"] == {}
    assert asked == {
        "path": "p.csv",
        "release": "1.0.0",
        "table": "person",
        "period": "2026-04",
        "provider": "RX1",
        "mapping": "m.toml",
        "today": "2026-05-07",
        "engine": "reference",
        "reveal": "keys",
        "rows_to": str(rows),
        "cut": "None",
    }


@pytest.mark.parametrize(
    ("options", "name", "content"),
    [
        ([], "report.html", b"HTML"),
        ([], "report.json", b"{}"),
        ([], "report.txt", b"TEXT\n"),
        ([], "report", b"TEXT\n"),
        (["--format", "json"], "report.html", b"{}"),
    ],
)
def test_the_report_goes_to_a_file(
    validator: SimpleNamespace,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    options: list[str],
    name: str,
    content: bytes,
) -> None:
    place = tmp_path / name
    assert main(["validate", "x", "--output", str(place), *options]) == 0
    assert place.read_bytes() == content
    assert capsys.readouterr().out == f"A sentence.\nThe report is in {place}\n"


@pytest.mark.parametrize("folder", ["1.0.0/", ""])
def test_a_report_beside_an_unpacked_bundle_links_to_its_pages(tmp_path: Path, folder: str) -> None:
    with zipfile.ZipFile(io.BytesIO(bundle("1.0.0"))) as archive:
        archive.extractall(tmp_path)
    place = (tmp_path if folder else tmp_path / "1.0.0") / "report.html"
    person = "local_patient_id,nhs_number\nA1,9990000019\n"
    (tmp_path / "person.csv").write_text(person)
    arguments = ["--period", "2026-04", "--provider", "RX1", "--output", str(place), "--today", "2026-05-07"]
    assert main(["validate", str(tmp_path / "person.csv"), *arguments]) == 1
    links = re.findall(r'href="([^"#]+)"', place.read_text("utf-8"))
    assert f"{folder}pages/PMD00105.html" in links
    assert all((place.parent / link).is_file() for link in links)


FORMS_WITH_LINKS = ("html", "csv", "xlsx")


def one_file(folder: Path) -> list[str]:
    """A person file with faults below the folder, and the words that have it checked."""
    (folder / "person.csv").write_text("local_patient_id,nhs_number\nA1,9990000019\n")
    return [
        *("validate", str(folder / "person.csv"), "--period", "2026-04", "--provider", "RX1"),
        *("--today", "2026-05-07"),
    ]


def links_of(report: Path) -> set[str]:
    """Every address that a written report leads to, those within the page itself too."""
    if report.suffix == ".html":
        return set(re.findall(r'href="([^"]+)"', report.read_text("utf-8")))
    if report.suffix == ".csv":
        with report.open(encoding="utf-8", newline="") as lines:
            return {line["rule_page"] for line in csv.DictReader(lines)} - {""}
    sheet = openpyxl.load_workbook(report)["By rule"]
    return {cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink}


@pytest.mark.parametrize("form", FORMS_WITH_LINKS)
@pytest.mark.parametrize("beside", ["nothing", "bundle", "somebody else's pages", "a part of the bundle"])
def test_no_link_of_a_report_is_dead(tmp_path: Path, beside: str, form: str) -> None:
    if "bundle" in beside:
        assert main(["release", "bundle", "1.0.0", "--output", str(tmp_path)]) == 0
    if beside.startswith("a part"):
        (tmp_path / "1.0.0" / "pages" / "PMD00105.html").unlink()
    if beside.startswith("somebody"):
        (tmp_path / "pages").mkdir()
        (tmp_path / "pages" / "index.html").write_text("somebody else's")
    place = tmp_path / f"report.{form}"
    assert main([*one_file(tmp_path), "--output", str(place)]) == 1
    links = links_of(place)
    files = {link for link in links if not link.startswith("#")}
    ids = set(re.findall(r' id="([^"]+)"', place.read_text("utf-8"))) if form == "html" else set[str]()
    assert {link.removeprefix("#") for link in links - files} <= ids
    assert all((tmp_path / link).is_file() for link in files)
    assert ("1.0.0/pages/PMD00105.html" in files) == (beside == "bundle")
    assert ("1.0.0/pages/person.nhs_number.html" in files) == (beside == "bundle" and form == "html")


@pytest.mark.parametrize("form", FORMS_WITH_LINKS)
def test_a_report_of_the_command_line_leads_to_the_service_whose_address_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setenv("PLUSMDS_SITE", "https://plus.example/")
    place = tmp_path / f"report.{form}"
    assert main([*one_file(tmp_path), "--output", str(place)]) == 1
    outside = {link for link in links_of(place) if not link.startswith("#")}
    assert "https://plus.example/v1/releases/1.0.0/pages/PMD00105.html" in outside
    names = {link.removeprefix("https://plus.example/v1/releases/1.0.0/pages/") for link in outside}
    assert names <= set(pages(load("1.0.0")))


def test_a_report_without_links_explains_its_rules_itself_and_says_where_pages_are_to_be_had(tmp_path: Path) -> None:
    place = tmp_path / "report.html"
    assert main([*one_file(tmp_path), "--output", str(place)]) == 1
    page = place.read_text("utf-8")
    told = page[page.index("<summary>What PMD00105 asks and counts") :]
    told = told[: told.index("</details>")]
    assert "<dt>Denominator</dt>" in told
    assert "<dt>Since release</dt><dd>1.0.0</dd>" in told
    assert "<code>plusmds release bundle 1.0.0 --output FOLDER</code>" in page


def test_a_check_against_a_draft_says_so_beside_the_verdict(
    validator: SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    validator.answer.release_status = "draft"
    assert main(["validate", "x", "--output", str(tmp_path / "report.json")]) == 0
    assert capsys.readouterr().out.startswith("A sentence. Release 1.0.0 is a draft")


def test_a_bundle_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["release", "bundle", "1.0.0", "--output", str(tmp_path / "new")]
    assert main(call) == 0
    written = {
        path.relative_to(tmp_path / "new").as_posix(): path.read_bytes()
        for path in tmp_path.rglob("*.*")
        if path.is_file()
    }
    with zipfile.ZipFile(io.BytesIO(bundle("1.0.0"))) as archive:
        assert written == {name: archive.read(name) for name in archive.namelist()}
    capsys.readouterr()
    assert main(call) == 2
    assert "is there already" in capsys.readouterr().err


def test_a_workbook_is_not_written_to_a_terminal(
    validator: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("service.commands.validate.sys.stdout.isatty", lambda: True)
    assert main(["validate", "x", "--format", "xlsx"]) == 2
    assert capsys.readouterr() == (
        "",
        "plusmds: This form is not for a terminal. Name a file to write to: --output report.xlsx\n",
    )
    assert validator.asked == {}


def test_a_path_that_is_not_there_is_answered_with_what_is_nearly_called_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "person.csv").write_text("local_patient_id\n1\n")
    (tmp_path / "else.txt").touch()
    assert main(["validate", str(tmp_path / "persn.csv")]) == 2
    assert "persn.csv is not there. Is person.csv meant? Name a" in capsys.readouterr().err
    assert main(["validate", str(tmp_path / "no" / "person.csv")]) == 2
    assert "meant" not in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--output", "--rows"])
def test_a_file_that_cannot_be_written_is_told_before_the_check(
    validator: SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path, option: str
) -> None:
    assert main(["validate", "x", option, str(tmp_path / "no" / "r.json")]) == 2
    assert main(["validate", "x", option, str(tmp_path)]) == 2
    assert validator.asked == {}
    assert "is not there" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["validate"],
        ["validate", "x", "--nonsense"],
        ["validate", "x", "--today", "31/12/2025"],
        ["validate", "x", "--today", "2026-02-30"],
        ["validate", "x", "--today", "20260401"],
        ["validate", "x", "--engine", "abacus"],
        ["validate", "x", "--format", "docx"],
        ["validate", "x", "--fail-on", "info"],
        ["validate", "x", "--rele", "1.0.0"],
        ["generate", "d"],
        ["generate", "d", "--persons", "0"],
        ["generate", "d", "--persons", "10", "--fault", "PMD00111"],
        ["generate", "d", "--persons", "10", "--fault", "PMD00111=2"],
        ["generate", "d", "--persons", "10", "--fault", "PMD00111=x"],
        ["release"],
        ["release", "show"],
        ["release", "show", "9.9.9"],
        ["schema", "9.9.9"],
        ["schema", "1.0.0", "nothing"],
        ["serve", "--port", "x"],
        ["serve", "--port", "99999"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    try:
        status = main(arguments)
    except SystemExit as left:
        status = left.code
    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    assert said.err.startswith("plusmds")
    assert len(said.err.splitlines()) == 1
    assert not {"invalid", "please", "sorry", "illegal"} & set(said.err.lower().split())


def test_releases_are_listed_shown_and_verified(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schema.release.verify", lambda _: ())
    assert main(["release", "list"]) == 0
    assert "1.0.0" in capsys.readouterr().out
    assert main(["release", "show", "1.0.0"]) == 0
    shown = capsys.readouterr().out
    assert load("1.0.0").info.digest in shown
    assert main(["release", "verify", "1.0.0"]) == 0
    assert "as it was published" in capsys.readouterr().out


def test_a_release_that_was_changed_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schema.release.verify", lambda _: ("rules.json is not as it was published.",))
    assert main(["release", "verify", "1.0.0"]) == 1
    assert capsys.readouterr().out == "rules.json is not as it was published.\n"


def test_the_schema_of_a_table_is_printed(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["schema", "1.0.0", "person"]) == 0
    assert json.loads(capfdbinary.readouterr().out) == load("1.0.0").schema("person")


def test_the_schema_of_a_submission_judges_a_submission(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["schema", "1.0.0"]) == 0
    schema = json.loads(capfdbinary.readouterr().out)
    Draft202012Validator.check_schema(schema)
    judge = Draft202012Validator(schema)
    assert judge.is_valid({"person": []})
    assert not judge.is_valid({"person": [{"nonsense": 1}]})
    assert not judge.is_valid({"nonsense": []})


def test_help_names_every_form_of_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["validate", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert f"one of: {', '.join(REPORTS)} (default" in told
    assert "--slice BY write a folder of reports instead (needs --output FOLDER)" in told
    assert "and not rejected; with --fail-on never, whatever is found" in told


def test_a_process_of_the_command_takes_nothing_apart_before_it_ends() -> None:
    code = """
import atexit, gc, service.cli as c
atexit.register(print, "taken apart")
c.main = lambda: print("told", *gc.get_threshold()) or 2
c.command()
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (2, "")
    assert re.fullmatch("told 200000 [0-9]+ [0-9]+\n", run.stdout)


@pytest.mark.parametrize(
    ("arguments", "closed", "status"),
    [("generate MADE --persons 5", ">&-", 0), ("validate nowhere", "2>&-", 2), ("validate nowhere", "2>/dev/full", 2)],
)
def test_who_does_not_listen_changes_nothing(arguments: str, closed: str, status: int, tmp_path: Path) -> None:
    asked = arguments.replace("MADE", str(tmp_path / "made"))
    run = subprocess.run(
        f"{shlex.join(COMMAND)} {asked} {closed}", shell=True, cwd=ROOT, capture_output=True, text=True
    )
    assert (run.returncode, "Traceback" in run.stderr) == (status, False)


def test_a_check_says_nothing_on_standard_error(tmp_path: Path) -> None:
    assert main(["generate", str(tmp_path / "made"), "--persons", "20"]) == 0
    arguments = ["validate", str(tmp_path / "made"), "--format", "json"]
    run = subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout)["verdict"]


def test_help_loads_little_and_ends_well() -> None:
    for arguments in (["--help"], ["validate", "--help"], ["release", "build", "--help"], ["--version"]):
        run = subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True)
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout


def test_a_reader_that_leaves_is_no_fault() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run([*COMMAND, "schema", "1.0.0"], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert (run.returncode, run.stderr) == (141, "")


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_leaves_nothing_of_the_data_behind(number: signal.Signals, tmp_path: Path) -> None:
    generate(tmp_path / "made", persons=1500)
    (tmp_path / "work").mkdir()
    asked = [*COMMAND, "validate", str(tmp_path / "made"), "--engine", "reference"]
    environment = os.environ | {"TMPDIR": str(tmp_path / "work")}
    # what starts the tests may ignore a signal, and a process inherits that
    before = signal.signal(number, signal.SIG_DFL)
    process = subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    signal.signal(number, before)
    until = time.monotonic() + 20
    while time.monotonic() < until and not list((tmp_path / "work").iterdir()):
        time.sleep(0.02)
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (128 + number, b"plusmds: Stopped.\n")
    assert list((tmp_path / "work").iterdir()) == []


def test_an_engine_that_a_signal_breaks_off_has_not_failed(
    validator: SimpleNamespace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(*_: object, **__: object) -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    monkeypatch.setattr(sys.modules["validators.validate"], "validate", broken_off)
    before = signal.getsignal(signal.SIGTERM)
    assert main(["validate", "x"]) == 143
    assert capsys.readouterr().err == "plusmds: Stopped.\n"
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_service_quietly(number: signal.Signals, tmp_path: Path) -> None:
    environment = os.environ | {"PLUSMDS_DATA_DIR": str(tmp_path / "data")}
    log = tmp_path / "log"
    with log.open("wb") as to_log:
        process = subprocess.Popen([*COMMAND, "serve", "--port", "0"], cwd=ROOT, stderr=to_log, env=environment)
    until = time.monotonic() + 20
    while time.monotonic() < until and not list((tmp_path / "data").glob("service-*")):
        time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(timeout=20) in (0, 128 + number)  # before it listens, nothing is ended well
    assert "Traceback" not in log.read_text()
    assert list((tmp_path / "data").iterdir()) == []


def test_a_shareable_copy_reveals_nothing(validator: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "x", "--copy", "shareable", "--reveal", "keys"]) == 2
    assert "Leave out --reveal" in capsys.readouterr().err
    assert not validator.asked


@pytest.mark.parametrize("form", [name for name, form in REPORTS.items() if form.always_shareable])
def test_a_form_that_is_always_shareable_reveals_nothing(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "x", "--format", form, "--reveal", "values"]) == 2
    assert f"The form {form} is always a shareable copy" in capsys.readouterr().err


def test_an_accepted_warning_is_none_for_fail_on(validator: SimpleNamespace) -> None:
    validator.answer = report(warning=2)
    validator.answer.counts.accepted_warnings = 2
    assert main(["validate", "x", "--fail-on", "warning"]) == 0
    validator.answer.counts.accepted_warnings = 1
    assert main(["validate", "x", "--fail-on", "warning"]) == 1
