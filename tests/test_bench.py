"""The benchmark runs, and what it compares is comparable. Its figures are tested nowhere: machines differ."""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bench import record
from bench.checks import columns, labels, specification
from bench.faults import FAULTS
from bench.measure import Measured, RunError, run
from bench.ours import Found, found_by_us, known_faults, make_persons
from bench.peers import PEERS, REQUIREMENTS, Peer
from bench.sections import peers as peers_section
from bench.table import HEAD, WIDTH
from schema.release import load

ROOT = Path(__file__).parent.parent
PEERLESS = ("start", "persons", "submission", "places", "memory")
#: so many that each kind of fault is made where faults are few
SHAPES = {"sparse": 12_000, "dense": 300}


@pytest.fixture(scope="module")
def table() -> list[str]:
    """What a quick run prints of the sections that need no environment of a peer."""
    only = [word for name in PEERLESS for word in ("--only", name)]
    command = [sys.executable, "-m", "bench", "--quick", *only]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_quick_run_answers_every_target(table: list[str]) -> None:
    answered = [line for line in table if re.search(r" (yes|no)$", line)]
    expected = {
        "plusmds --help": "s",
        "plusmds validate, a small file": "s",
        "check, clean": "x scan",
        "check, faults in 1 % of the rows": "x scan",
        "check, three faults in every row": "x clean",
        "HTML report, three faults in every row": "KB",
        "check of the submission": "x scan",
        "loading it": "x scan",
        "what they add": "x scan",
        "file of 2 MB, clean": "MiB",
        "file of 2 MB, three faults in every row": "MiB",
        "twice the file over the file": "x",
    }
    for what, unit in expected.items():
        assert any(re.search(rf"^ +{re.escape(what)} .*\d {unit} +[\d.,]+ {unit} ", line) for line in answered), what


def test_the_table_is_readable(table: list[str]) -> None:
    assert table[0] == HEAD
    assert max(map(len, table)) <= WIDTH


def test_the_submission_that_is_measured_is_clean(table: list[str]) -> None:
    assert any(re.search(r"its errors and warnings +0 and 0 +0 and 0 +yes$", line) for line in table)


def test_the_process_that_measures_stays_small() -> None:
    heavy = "{'duckdb', 'pydantic', 'sqlglot', 'polars', 'jsonschema'}"
    code = f"import sys, bench.__main__; sys.exit(str({heavy} & set(sys.modules) or ''))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr.strip() == "", "a command is charged with the memory of the process that starts it"


@pytest.mark.parametrize("shape", SHAPES)
def test_all_that_was_broken_is_found_by_us(shape: str, tmp_path: Path) -> None:
    made = make_persons(tmp_path / "made", SHAPES[shape], shape)
    broken = known_faults(tmp_path, SHAPES[shape], shape)
    assert found_by_us(made, tmp_path) == broken
    assert broken.faulty_rows > 0


def test_every_fault_is_made_and_every_tool_looks_for_it(tmp_path: Path) -> None:
    broken = known_faults(tmp_path, SHAPES["sparse"], "sparse")
    assert set(broken.faults) == {labels()[rule] for fault in FAULTS for rule in fault.breaks}


def test_what_all_check_stands_in_the_release() -> None:
    rules = {rule.id for rule in load("1.0.0").dataset.rules}
    named = {label for rule, label in labels().items() if rule in rules}
    assert named == set(labels().values())
    assert {name for name, column in columns().items() if column.required} <= named


@pytest.mark.parametrize("name", ["pydantic", "jsonschema"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_peer_that_can_run_here_finds_what_we_find(name: str, shape: str, tmp_path: Path) -> None:
    peer = next(each for each in PEERS if each.name == name)
    made = make_persons(tmp_path / "made", SHAPES[shape], shape)
    checks, answer = tmp_path / "checks.json", tmp_path / "answer.json"
    checks.write_text(json.dumps(specification()), "utf-8")
    command = [sys.executable, str(peer.program), str(made / "person.csv"), str(checks), str(answer)]
    run(command, allowed=frozenset({0}))
    told = json.loads(answer.read_text("utf-8"))
    assert Found(told["rows"], told["faulty_rows"], Counter(told["faults"])) == found_by_us(made, tmp_path)


def test_a_peer_that_finds_less_is_named() -> None:
    ours = Found(10, 2, Counter(postcode=1, PMD00105=1))
    met, note = peers_section._compared(Found(10, 1, Counter(postcode=1)), ours, "ours")
    assert not met
    assert note == "found 1 faults in 1 rows; ours: 2 faults in 2 rows; differs in PMD00105"


def test_a_peer_that_cannot_be_installed_is_a_line_that_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(peer: Peer) -> Path:
        raise RunError("its environment could not be made: pip ended with status 1", f"{peer.name}: no such wheel")

    monkeypatch.setattr(peers_section, "python_of", broken)
    peer = peers_section._Raced(PEERS[0], tmp_path, tmp_path)
    peer.run()
    line = peer.line(Measured(1, 1), Found(0, 0, Counter()))
    assert "not measured" in str(line)
    assert "pip ended with status 1" in str(line)
    assert "no such wheel" in capsys.readouterr().err


def test_a_command_that_fails_says_how() -> None:
    with pytest.raises(RunError, match=r"^ended with status 3$"):
        run([sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(RunError, match=r"^ended with status 1 \(ModuleNotFoundError\)$"):
        run([sys.executable, "-c", "import there_is_none"], allowed=frozenset({0}))
    with pytest.raises(RunError, match=r"^stopped after 1 seconds$"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], limit=1)


def test_memory_is_that_of_the_command() -> None:
    code = "import sys; from bench.measure import run; print(run([sys.executable, '-c', sys.argv[1]]).mebibytes)"
    small, large = (
        float(subprocess.check_output([sys.executable, "-c", code, what], cwd=ROOT))
        for what in ("", "b'x' * 100_000_000")
    )
    assert small < 40
    assert 100_000_000 / (1 << 20) < large < small + 100


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_every_peer_is_pinned_with_hashes(peer: Peer) -> None:
    text = peer.requirements.read_text("utf-8")
    pinned = re.findall(r"^[a-z][^\s;]*==\S+", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"(?:\\\n    --hash=sha256:[0-9a-f]{64} ?)+", text))
    assert "?" not in peer.title
    assert peer.program.is_file()


def test_every_requirement_file_is_of_a_peer() -> None:
    assert {path.stem for path in REQUIREMENTS.glob("*")} == {peer.name for peer in PEERS}


def test_the_readme_receives_the_table_of_the_last_whole_run(tmp_path: Path) -> None:
    readme, kept = tmp_path / "README.md", tmp_path / "table.txt"
    readme.write_text("above\n<!-- bench:begin: printed -->\nold\n<!-- bench:end -->\nbelow\n", "utf-8")
    with pytest.raises(record.RecordError, match="There is no table yet"):
        record.write_readme(readme, kept)
    record.keep("what  rows", kept)
    for _ in range(2):
        record.write_readme(readme, kept)
    written = readme.read_text("utf-8")
    assert re.fullmatch(
        r"above\n<!-- bench:begin: printed -->\n```\n\d{4}-\d\d-\d\d: \d+ cores, [^\n]+\n\nwhat  rows\n```\n"
        r"<!-- bench:end -->\nbelow\n",
        written,
    )
    assert platform.node() not in written


def test_a_readme_without_the_markers_is_left_alone(tmp_path: Path) -> None:
    readme, kept = tmp_path / "README.md", tmp_path / "table.txt"
    readme.write_text("nothing\n", "utf-8")
    record.keep("table", kept)
    with pytest.raises(record.RecordError, match="does not hold the lines"):
        record.write_readme(readme, kept)


def test_the_readme_has_the_markers() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert re.search(r"^<!-- bench:begin[^\n]*-->\n.*^<!-- bench:end -->$", text, re.MULTILINE | re.DOTALL)
