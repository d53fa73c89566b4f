"""How DuckDB is told to scan a file: everything said, nothing sniffed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def text(value: str) -> str:
    """A text of SQL."""
    return "'" + value.replace("'", "''") + "'"


def scan_name(path: Path, workdir: Path, table: str) -> Path:
    """The path by which a file is scanned: another one where its name is a pattern to DuckDB, or no text."""
    name = str(path)
    if not set("*?[]{}") & set(name) and name == name.encode("utf-8", "replace").decode():
        return path
    other = workdir / f"{table}.received"
    try:
        other.symlink_to(path.resolve())
    except OSError:
        shutil.copyfile(path, other)
    return other


def csv_relation(path: Path, columns: Sequence[str], delimiter: str, integers: int = 0) -> str:
    """A CSV file as a FROM item: every column text, but for the first `integers`. A fault in the file raises.

    Neither `strict_mode` nor `new_line` is said: DuckDB 2.0 is strict by itself, and with both of them given it read a
    file with CRLF as empty, without an error. `compression` is said, or the ending of the name would decide.
    """
    types = ", ".join(f"{text(name)}: '{'BIGINT' if at < integers else 'VARCHAR'}'" for at, name in enumerate(columns))
    return (
        f"read_csv({text(str(path))}, auto_detect = false, compression = 'none', header = true, "
        f"""delim = {text(delimiter)}, quote = '"', escape = '"', nullstr = '', columns = {{{types}}})"""
    )
