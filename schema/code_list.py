"""Code lists: permitted values with their meanings and lifetimes, one CSV a list."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

CodeKind = Literal["value", "declined", "asked_unsure", "not_known"]

FOLDER = Path(__file__).parent / "code_lists"
_OWN_COLUMNS = ("code", "meaning", "kind", "since", "until")


class CodeListError(ValueError):
    """A code list cannot be used; the message says which line, and what to do."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code. `since` and `until` are days (YYYY-MM-DD), both in force; None is open."""

    code: str
    meaning: str
    kind: CodeKind = "value"
    since: str | None = None
    until: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)

    def in_force(self, day: str) -> bool:
        """Whether the code may be used on `day` (YYYY-MM-DD)."""
        return (self.since or "0001-01-01") <= day <= (self.until or "9999-12-31")


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list. A snapshot may have gained codes since it was taken: an unlisted code is then only a warning."""

    name: str
    title: str
    codes: tuple[Code, ...]
    source: str = ""
    data_element: str = ""
    as_of: str = ""
    note: str = ""
    snapshot: bool = False
    open_ended: bool = False

    @property
    def open_codes(self) -> frozenset[str]:
        """The codes that nothing has retired."""
        return frozenset(code.code for code in self.codes if code.until is None)

    def codes_on(self, day: str) -> frozenset[str]:
        """The codes in force on `day` (YYYY-MM-DD)."""
        return frozenset(code.code for code in self.codes if code.in_force(day))

    def retired_by(self, day: str) -> dict[str, str]:
        """Codes no longer in force on `day`, with the last day on which they were."""
        return {code.code: code.until for code in self.codes if code.until is not None and code.until < day}

    def of_kind(self, *kinds: CodeKind) -> frozenset[str]:
        """The codes of the given kinds, retired ones too."""
        return frozenset(code.code for code in self.codes if code.kind in kinds)

    @property
    def restricted(self) -> frozenset[str]:
        """The codes that may be sent only with an approval in the release."""
        return frozenset(code.code for code in self.codes if code.details.get("restricted") == "yes")


def read_code_list(path: Path, about: Mapping[str, Any]) -> CodeList:
    """The list of one CSV file (code, meaning, kind, since, until; further columns become details).

    Raises CodeListError where a line cannot be right, above all where codes have lost their leading zeros.
    """
    import csv

    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    codes = tuple(_code(path.name, number, row) for number, row in enumerate(rows, start=2))
    _refuse_repeats(path.name, codes)
    _refuse_lost_zeros(path.name, codes)
    return CodeList(name=path.stem, codes=codes, **about)


def _code(file: str, line: int, row: Mapping[str, str]) -> Code:
    if not row.get("code") or not row.get("meaning"):
        raise CodeListError(f"{file}, line {line}: a code and its meaning are needed.")
    if row["kind"] not in get_args(CodeKind):
        raise CodeListError(f"{file}, line {line}: kind is {row['kind']!r}; expected one of {get_args(CodeKind)}.")
    details = {name: text for name, text in row.items() if name not in _OWN_COLUMNS and text}
    return Code(row["code"], row["meaning"], row["kind"], row["since"] or None, row["until"] or None, details)  # type: ignore[arg-type]


def _refuse_repeats(file: str, codes: tuple[Code, ...]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code.code in seen:
            raise CodeListError(f"{file}: the code {code.code!r} stands there twice.")
        seen.add(code.code)


def _refuse_lost_zeros(file: str, codes: tuple[Code, ...]) -> None:
    """A spreadsheet turns 01 … 09, 10 into 1 … 9, 10: digits of several lengths, and never a leading zero."""
    digits = [code.code for code in codes if code.code.isdigit()]
    lengths = {len(code) for code in digits}
    if len(lengths) > 1 and not any(code.startswith("0") for code in digits) and file not in _TRULY_UNEVEN:
        raise CodeListError(
            f"{file}: codes of {sorted(lengths)} digits without a leading zero. Were they opened in a spreadsheet? "
            "Write codes with their leading zeros."
        )


#: Lists whose codes are numbers of one and two digits in their source.
_TRULY_UNEVEN = frozenset({"census_2021.csv"})


@functools.cache
def load_code_lists(folder: Path = FOLDER) -> Mapping[str, CodeList]:
    """Every code list of the data set by name."""
    import tomllib

    about = tomllib.loads((folder / "lists.toml").read_text(encoding="utf-8"))
    return {path.stem: read_code_list(path, about.get(path.stem, {})) for path in sorted(folder.glob("*.csv"))}
