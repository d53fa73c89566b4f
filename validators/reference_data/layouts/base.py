"""What a layout is: by which columns a file is recognised, what has to hold in it, how it becomes rows of its kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from validators.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from validators.engines.duckdb_connection import Database
    from validators.reference_data.received import Received
    from validators.reference_data.store import Store


@dataclass(frozen=True, slots=True)
class Check:
    """Something that has to hold in every line: `broken` is the SQL condition of a line in which it does not."""

    broken: str
    expected: str
    #: SQL of what was received, for the message
    shown: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """How a file becomes rows: `select` gives the columns of the kind, over `received`.

    `name`: which one of its kind; None where that follows from what the file holds in common with a loaded one.
    `key`: the columns that may not repeat. `counts`: name → SQL aggregate over the rows that are kept.
    """

    select: str
    version: str | None
    name: str | None
    key: tuple[str, ...]
    counts: Mapping[str, str] = field(default_factory=dict)
    #: kinds that the same file gives rows of beside its own
    also: Mapping[str, Prepared] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """A file that is being loaded: its columns by their part, and the database where it is the view `received`."""

    received: Received
    columns: Mapping[str, str]
    database: Database
    store: Store
    version: str | None

    def __getitem__(self, part: str) -> str:
        """The column that plays a part, as SQL: trimmed text, null where it is blank."""
        return f"nullif(trim({quoted(self.columns[part])}), '')"

    def has(self, part: str) -> bool:
        """Whether some column plays the part."""
        return part in self.columns

    def one(self, sql: str) -> Any:
        """The one value that an aggregate over the file gives."""
        return self.database.row(f"SELECT {sql} FROM received")[0]

    def refused(self, text: str) -> InputError:
        """The error for a file that cannot be loaded."""
        return InputError(f"{self.received.name}: {text}")


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout of one kind. `parts`: part → the forms of column names that play it; those in `needed` have to be."""

    name: str
    kind: str
    about: str
    parts: Mapping[str, str]
    needed: tuple[str, ...]
    checks: Callable[[Reading], Iterable[Check]]
    prepare: Callable[[Reading], Prepared]
    #: whether the values of the first rows are those of the layout; asked where names alone do not tell
    holds: Callable[[Mapping[str, Sequence[str | None]]], bool] = lambda _: True
    #: columns that a file of another layout has
    without: str = "(?!)"
    #: parts of which one has to be played
    one_of: tuple[str, ...] = ()

    def match(self, columns: Sequence[str]) -> Mapping[str, str] | None:
        """Part → column; None where a column that is needed is not there."""
        names = {normal(column): column for column in reversed(columns)}
        if any(re.fullmatch(self.without, name) for name in names):
            return None
        found = {part: _first(names, forms) for part, forms in self.parts.items()}
        played = {part: column for part, column in found.items() if column is not None}
        enough = not self.one_of or any(part in played for part in self.one_of)
        return played if enough and all(part in played for part in self.needed) else None


def normal(name: str) -> str:
    """A column name in small letters and digits, with _ between."""
    return re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")


def _first(names: Mapping[str, str], forms: str) -> str | None:
    """The column whose name is of the first form that any is of: forms stand in order of preference."""
    for form in forms.split(" "):
        for name, column in names.items():
            if re.fullmatch(form, name):
                return column
    return None


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def file_of(path: Path) -> str:
    """The rows of a Parquet file, as a FROM item."""
    return "read_parquet('" + str(path).replace("'", "''") + "')"


def whole_number(text: str) -> str:
    """A count that may be written with commas, as SQL; null where it is none."""
    return (
        f"CASE WHEN regexp_full_match({text}, '[0-9,]{{1,11}}') THEN TRY_CAST(replace({text}, ',', '') AS INTEGER) END"
    )


def year_of(column: str, form: str) -> str | None:
    """The year that a column name holds, as the first group of `form`; two digits are of this century."""
    found = re.fullmatch(form, normal(column))
    digits = found[1] if found else None
    return digits if digits is None or len(digits) == 4 else f"20{digits}"


def label(version: str | None) -> str | None:
    """A version as somebody gave it. InputError where it is no short plain text."""
    if version is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}", version):
        raise InputError("A version is at most 40 letters, digits, spaces, full stops, hyphens and underscores.")
    return version
