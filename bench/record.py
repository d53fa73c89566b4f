"""The table of the last whole run, kept beside the bench, and what puts it into the README."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
from datetime import date
from pathlib import Path

KEPT = Path(__file__).parent / "last_table.txt"
README = Path(__file__).parent.parent / "README.md"
_SOFTWARE = (("DuckDB", "duckdb"), ("PLUS-MDS", "plus-mds"))
_BEGIN, _END = "<!-- bench:begin", "<!-- bench:end -->"


class RecordError(Exception):
    """There is nothing to write, or no place for it."""


def machine() -> str:
    """The day, and what the figures depend on; not the name of the machine."""
    gibibytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    software = [f"{name} {importlib.metadata.version(package)}" for name, package in _SOFTWARE]
    parts = [
        f"{os.cpu_count()} cores",
        f"{gibibytes:.0f} GiB of memory",
        f"Python {platform.python_version()}",
        *software,
    ]
    return f"{date.today().isoformat()}: {', '.join(parts)}"  # noqa: DTZ011 - the day where the machine stands


def keep(table: str, kept: Path = KEPT) -> None:
    """Keep the table of a whole run, with the day and the machine."""
    kept.write_text(f"{machine()}\n\n{table}\n", encoding="utf-8")


def write_readme(readme: Path = README, kept: Path = KEPT) -> None:
    """Put the kept table between the markers of the README."""
    if not kept.is_file():
        raise RecordError("There is no table yet: run `make bench` to its end first, without --only and --quick.")
    text = readme.read_text("utf-8")
    place = re.compile(rf"({_BEGIN}[^\n]*\n).*?(?={_END})", re.DOTALL)
    if not place.search(text):
        raise RecordError(
            f"{readme.name} does not hold the lines `{_BEGIN} … -->` and `{_END}`, between which it goes."
        )
    block = f"```\n{kept.read_text('utf-8').rstrip()}\n```\n"
    readme.write_text(place.sub(lambda found: found[1] + block, text), encoding="utf-8")
