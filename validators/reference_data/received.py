"""A file of reference data as it came: one table of text, whatever it was packed and written in.

Nothing is mended here: a file that has to be repaired before it can be read is refused, because a list that lacks a
line says of a place or an organisation that it does not exist.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from validators.errors import InputError
from validators.limits import GIB, MIB, Limits
from validators.readers.columns import shown
from validators.readers.content import NAMES, PACKED, content_of
from validators.readers.unpack import Budget, unpack
from validators.reference_data.archive import unpack_table
from validators.submission import open_table

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from validators.source import Source, StructureFault

LIMITS = Limits(max_bytes=16 * GIB, max_unpacked_bytes=32 * GIB, max_ratio=100, max_columns=300)
#: of a JSON document, which is held in memory
LARGEST_JSON = 64 * MIB
#: columns of the files of the Organisation Data Service that have no line of names
ODS_WIDTH = 27
BLOCK = MIB


@dataclass(frozen=True)
class Received:
    """One table of text. `columns` are those of `source`; where the file has no line of names, `c1` to `c27`."""

    name: str
    path: Path
    source: Source
    named: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.source.columns

    def checked(self) -> Source:
        """The source, when it has been read to its end and nothing in it had to be mended. InputError else."""
        if self.source.census().simple and not self._faults(self.source):
            return self.source
        repaired = self.source.repaired()
        for fault in self._faults(repaired):
            raise InputError(f"{self.name}: {_words(fault)}. It is cut short or damaged: fetch it again.")
        return repaired

    def _faults(self, source: Source) -> list[StructureFault]:
        return [fault for fault in source.faults if fault.severity == "error" or fault.kind == "no_records"]


def _words(fault: StructureFault) -> str:
    at = f" (first in line {fault.line:,})" if fault.line else ""
    return f"{fault.received}{at}; expected {fault.expected}"


@contextmanager
def received(path: Path, name: str, workdir: Path) -> Generator[Received]:
    """Open a file. InputError where it cannot be read."""
    if not path.is_file():
        raise InputError(f"{name}: there is no such file.")
    if path.stat().st_size > LIMITS.max_bytes:
        raise InputError(f"{name}: it is larger than {LIMITS.max_bytes:,} bytes.")
    plain, named = _as_csv(path, name, workdir)
    source = open_table(plain, workdir=workdir, limits=LIMITS)
    try:
        yield Received(name, path, source, named)
    finally:
        source.close()


def _as_csv(path: Path, name: str, workdir: Path) -> tuple[Path, bool]:
    """The file as text with a line of column names, and whether that line was its own."""
    kind = content_of(path)
    if kind in (*PACKED.values(), "zip"):
        return _as_csv(_unpacked(path, name, kind, workdir), name, workdir)
    if kind == "xlsx":
        return _largest_sheet(path, name, workdir), True
    if kind in ("json", "object"):
        return _json_table(path, name, workdir), True
    if kind != "csv":
        what = "the file is empty" if kind == "empty" else f"this is {NAMES[kind]}, where a table was expected"
        raise InputError(f"{name}: {what}. Fetch it again, as CSV, JSON or an Excel workbook (.xlsx).")
    return (_with_names(path, workdir), False) if _lacks_names(path) else (path, True)


def _unpacked(path: Path, name: str, kind: str, workdir: Path) -> Path:
    """What was packed; it may not be packed twice, which nobody does but to fill a disk."""
    unpacked = workdir / "unpacked"
    if path == unpacked:
        raise InputError(f"{name}: it is packed more than once. Unpack it, and load the table.")
    if kind == "zip":
        return unpack_table(path, name, unpacked, LIMITS)
    unpack(path, name, kind, unpacked, Budget(LIMITS))
    return unpacked


def _largest_sheet(path: Path, name: str, workdir: Path) -> Path:
    """The sheet with most rows: official workbooks hold notes beside the table."""
    import python_calamine

    from validators.readers.workbook import copy_workbook, sheet_parts
    from validators.readers.xlsx import cell_text

    copy = workdir / "copy.xlsx"
    found = copy_workbook(path, name, copy, LIMITS)
    try:
        book = python_calamine.load_workbook(str(copy))
        sizes = {sheet: found[part].rows for sheet, part in sheet_parts(copy).items() if part in found}
        rows = book.get_sheet_by_name(max(sizes, key=lambda sheet: sizes[sheet])).iter_rows() if sizes else iter(())
        return _written(([cell_text(cell) for cell in row] for row in rows), workdir)
    except BaseException as error:
        if isinstance(error, python_calamine.CalamineError | KeyError) or type(error).__name__ == "PanicException":
            raise InputError(f"{name}: the workbook is damaged, or has a password. Fetch it again.") from error
        raise
    finally:
        copy.unlink(missing_ok=True)


def _json_table(path: Path, name: str, workdir: Path) -> Path:
    """An object of codes and names, or an array of objects alike."""
    if path.stat().st_size > LARGEST_JSON:
        raise InputError(f"{name}: it is larger than {LARGEST_JSON // MIB} MiB of JSON. Load the CSV form of it.")
    try:
        content = json.loads(path.read_bytes(), object_pairs_hook=_each_once)
    except _RepeatedError as error:
        raise InputError(f"{name}: {shown([str(error)])} stands in it more than once. Fetch it again.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: it is not JSON from its beginning to its end. Fetch it again.") from error
    return _written(_json_rows(content, name), workdir)


class _RepeatedError(ValueError):
    """A name that stands twice in one object, of which a reader keeps the last and says nothing."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = Counter(name for name, _ in pairs)
        raise _RepeatedError(names.most_common(1)[0][0])
    return made


def _json_rows(content: Any, name: str) -> Iterable[Sequence[str]]:
    if isinstance(content, dict) and content and all(isinstance(value, str) for value in content.values()):
        return [("code", "name"), *content.items()]
    if isinstance(content, list) and content and all(isinstance(row, dict) for row in content):
        names = list(content[0])
        if any(row.keys() != content[0].keys() for row in content):
            raise InputError(f"{name}: its objects have not all the same names in them. Fetch it again.")
        return [names, *([_json_text(row.get(name)) for name in names] for row in content)]
    raise InputError(f'{name}: expected one object of codes and names, such as {{"E54000008": "…"}}, or an array.')


def _json_text(value: Any) -> str:
    return "" if value is None else str(value)


def _written(rows: Iterable[Sequence[str]], workdir: Path) -> Path:
    path = workdir / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path


def _lacks_names(path: Path) -> bool:
    """Whether the first line is a record of the Organisation Data Service, whose files have no line of names."""
    with path.open("rb") as file:
        line = file.readline(64 * 1024).decode("utf-8", "replace").removeprefix("\ufeff")
    cells = next(csv.reader([line]), [])
    return (
        len(cells) == ODS_WIDTH
        and re.fullmatch("[A-Z0-9]{3,10}", cells[0]) is not None
        and re.fullmatch("([0-9]{8})?", cells[10]) is not None
    )


def _with_names(path: Path, workdir: Path) -> Path:
    named = workdir / "named.csv"
    with path.open("rb") as source, named.open("wb") as target:
        target.write(",".join(f"c{number}" for number in range(1, ODS_WIDTH + 1)).encode() + b"\n")
        target.write(source.read(BLOCK).removeprefix(b"\xef\xbb\xbf"))
        while block := source.read(BLOCK):
            target.write(block)
    return named


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def no_layout(name: str, columns: Sequence[str]) -> str:
    """How to say that nobody knows what the columns are."""
    if not columns:
        return f"{name}: there is no line of column names in it"
    return f"{name}: its columns are those of no layout that is known: {shown(columns)}"
