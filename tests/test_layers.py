"""Who may import whom (pyproject.toml, [tool.importlinter]), inside the normal test run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_imports_keep_to_the_layers() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_relative_imports() -> None:
    sources = [path for name in ("schema", "validators", "service") for path in (ROOT / name).rglob("*.py")]
    relative = [str(path) for path in sources if re.search(r"^\s*from \.", path.read_text("utf-8"), re.MULTILINE)]
    assert not relative, f"import by the whole name: {relative}"


# What a command loads decides how fast it answers, and who has to install what.
_LOADED = """
import sys
{code}
print(sorted(name for name in {heavy!r} if name in sys.modules))
"""
_HEAVY = ["_duckdb", "duckdb", "fastapi", "jinja2", "jsonschema", "pydantic", "pyspark", "sqlglot", "uvicorn"]


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("import service.cli; service.cli.parser().format_help()", []),
        ("import schema.release; schema.release.load('1.0.0')", []),
        ("import validators.engines", []),
        ("import validators.reports", []),
    ],
)
def test_nothing_heavy_is_imported(code: str, allowed: list[str]) -> None:
    program = _LOADED.format(code=code, heavy=_HEAVY)
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout.strip() == repr(allowed), run.stderr


_CHECK = """
import sys
from service.commands import validate as command
from validators.validate import validate

def told(stage, share):
    if stage.startswith("reading"):
        print(sorted(name for name in {heavy!r} if name in sys.modules))

validate(sys.argv[1], table="person", progress=told)
"""


def test_a_check_begins_to_read_with_what_it_needs_for_that(tmp_path: Path) -> None:
    """Until then a second core has nothing to do; what the report needs is loaded while the engine reads."""
    (tmp_path / "person.csv").write_text("local_patient_id_org,local_patient_id\nRX1,1\n", "utf-8")
    program = [sys.executable, "-c", _CHECK.format(heavy=_HEAVY), tmp_path / "person.csv"]
    run = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)
    assert run.stdout.strip() == repr(["_duckdb", "sqlglot"]), run.stderr
