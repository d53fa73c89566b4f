"""The authoritative pages that the definitions were made from, where they lie beside the project."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BESIDE = Path(__file__).parents[3] / "shared" / "data"
FOLDER = Path(os.environ.get("PLUSMDS_SHARED_DATA") or _BESIDE).parent / "domain"
WHY_SKIPPED = "the pages that the definitions were made from are not part of the project"


def page(name: str) -> str:
    """The text of a page."""
    return (FOLDER / name).read_text("utf-8")


def tables_below(text: str, heading: str) -> list[list[dict[str, str]]]:
    """The tables between a heading and the next one of any level, each row by its column names."""
    after = text.split(f"\n{heading}", 1)[1].split("\n", 1)[1]
    section = re.split(r"\n#+ ", after, maxsplit=1)[0]
    found = re.findall(r"(?:^\|.*\|$\n?)+", section, re.MULTILINE)
    return [list(_rows(table.strip().splitlines())) for table in found]


def _rows(lines: list[str]) -> Iterator[dict[str, str]]:
    names = _cells(lines[0])
    for line in lines[2:]:
        yield dict(zip(names, _cells(line), strict=False))


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])]


def code_spans(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall("`([^`]*)`", cell)
