"""What a file is by its content, whatever its name says."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from validators.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

HEAD: Final = 64 << 10

#: ending → format
ENDINGS: Final = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".txt": "csv",
    ".parquet": "parquet", ".pq": "parquet", ".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "json",
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".zip": "zip",
}  # fmt: skip
PACKED: Final = {".gz": "gzip", ".zst": "zstd"}

#: how a Zstandard frame begins that holds nothing of the file; some packers write one before each that does
SKIPPED: Final = tuple((bytes((first,)) + b"\x2a\x4d\x18", "zstd") for first in range(0x50, 0x60))
#: first bytes → format
MAGIC: Final = (
    (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"PAR1", "parquet"), (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"), (b"%PDF", "pdf"),
    (b"SQLite format 3\0", "sqlite"), (b"BZh", "bzip2"), (b"\xfd7zXZ\0", "xz"), (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"), (b"ORC", "orc"), (b"Obj\x01", "avro"), (b"{\\rtf", "rtf"), (b"\x7fELF", "program"),
    *SKIPPED,
)  # fmt: skip

NAMES: Final = {
    "csv": "CSV, text with a separator", "parquet": "a Parquet file", "ndjson": "JSON, one object a line",
    "json": "a JSON document", "xlsx": "an Excel workbook", "zip": "a zip archive", "gzip": "a gzip file",
    "zstd": "a Zstandard file", "xls": "an old Excel workbook (.xls), or one with a password", "pdf": "a PDF document",
    "sqlite": "an SQLite database", "bzip2": "a bzip2 file", "xz": "an xz file", "7z": "a 7-Zip archive",
    "rar": "a RAR archive", "orc": "an ORC file", "avro": "an Avro file", "rtf": "a rich text document",
    "html": "a web page (HTML)", "xml": "an XML document", "program": "a program", "binary": "binary data",
    "ods": "an OpenDocument file", "docx": "a Word document", "xlsb": "a binary Excel workbook (.xlsb)",
}  # fmt: skip

#: how a file ends where that is not the name of its format
ENDING: Final = {"gzip": "gz", "zstd": "zst"}

#: every byte but the control characters that no text holds
NO_CONTROL: Final = bytes(set(range(256)) - {*range(1, 9), *range(14, 27), *range(28, 32)})

SENT_AS: Final = "Send CSV, Parquet, NDJSON, JSON or an Excel workbook (.xlsx)."


@dataclass(frozen=True, slots=True)
class FileName:
    """A name taken apart: `Person.CSV.gz` is the stem person, of format csv, packed by gzip."""

    stem: str
    format: str | None
    packed: str | None


def parse_name(name: str) -> FileName:
    """Take a file name apart; endings in any case."""
    stem = name.lower()
    packed = next((kind for ending, kind in PACKED.items() if stem.endswith(ending)), None)
    if packed:
        stem = stem.rsplit(".", 1)[0]
    ending = re.search(r"\.[a-z]+$", stem)
    found = ENDINGS.get(ending[0]) if ending else None
    return FileName(stem[: ending.start()] if ending and found else stem, found, packed)


def content_of(path: Path) -> str:
    """The format of a file by its first bytes: a key of NAMES, "empty", or "object" for one JSON object on one line.

    Text that is none of the others is "csv".
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return _zip_kind(path) if kind == "zip" else kind
    return _text_kind(head)


def _text_kind(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1000].lower()
    if not start.strip(b"\0\xff\xfe\r\n "):
        return "empty"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<table", b"<body")):
        return "html"
    if start.startswith(b"<?xml"):
        return "html" if b"<html" in start else "xml"
    if re.match(rb"\[\s*([\[{\]]|\Z)", start):
        return "json"
    if re.match(rb'\{\s*("|\}|\Z)', start):
        return _object_kind(head)
    return "binary" if _is_binary(head) else "csv"


def _is_binary(head: bytes) -> bool:
    zeros = head.count(0)
    utf_16 = head.startswith((b"\xff\xfe", b"\xfe\xff")) or (zeros > len(head) * 0.3 and b"\0\0" not in head)
    return not utf_16 and zeros + len(head.translate(None, NO_CONTROL)) > max(8, len(head) * 0.1)


def _object_kind(head: bytes) -> str:
    """One object over several lines, one object on one line, or one object a line."""
    first, end, rest = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    if not first.rstrip().endswith(b"}") or first.count(b"{") != first.count(b"}"):
        return "json" if end or len(head) < HEAD else "object"
    return "ndjson" if rest.strip() else "object"


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "zip"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "word/document.xml" in names:
        return "docx"
    return "ods" if "mimetype" in names and "content.xml" in names else "zip"


def unreadable(name: str, kind: str) -> InputError:
    """The error for a file of a format that is not read."""
    if kind == "zip":
        return InputError(f"{name}: this is a zip archive, where a table was expected. Unpack it, and send the table.")
    return InputError(f"{name}: this is {NAMES[kind]}, which cannot be read. {SENT_AS}")
