"""Where a command writes to: a file, or standard output."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from validators.errors import InputError


def check_writable(place: Path | None) -> None:
    """Say so before a long check, not after it, where a file cannot be written. InputError."""
    if place is None:
        return
    if place.is_dir():
        raise InputError(f"{place} is a folder. Name a file to write to.")
    if not place.absolute().parent.is_dir():
        raise InputError(f"The folder {place.absolute().parent} is not there. Make it, or name another file.")


def write(content: bytes, place: Path | None) -> None:
    """Write to the file, or to standard output where there is none."""
    if place is not None:
        place.write_bytes(content)
        return
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def write_json(value: Any) -> None:
    """Write a value to standard output as JSON."""
    write(json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n", None)
