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
_HEAVY = ["duckdb", "fastapi", "jinja2", "jsonschema", "pydantic", "pyspark", "sqlglot", "uvicorn"]


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
