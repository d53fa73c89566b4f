"""What was asked of the distinct values of a column, by their numbers, as values of Arrow."""

from __future__ import annotations

import datetime
from array import array
from typing import TYPE_CHECKING, Any, Final

from validators.dictionary_encoding.arrow_stream import Values
from validators.dictionary_encoding.memory import memory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: DuckDB's name of a type → Arrow's letter for it, and that of the standard library's arrays
_WIDTHS: Final = {
    "UTINYINT": ("C", "B"),
    "USMALLINT": ("S", "H"),
    "UINTEGER": ("I", "I"),
    "UBIGINT": ("L", "Q"),
    "TINYINT": ("c", "b"),
    "SMALLINT": ("s", "h"),
    "INTEGER": ("i", "i"),
    "BIGINT": ("l", "q"),
    "DATE": ("tdD", "i"),
}
_EPOCH: Final = datetime.date(1970, 1, 1).toordinal()


def answers(kind: str, found: Sequence[Any]) -> Values | None:
    """Values of a DuckDB type by number, None where there is none; None for a type that is not known here, and for days
    that Python has no date for, which come as text."""
    if kind == "BOOLEAN":
        return _laid("b", found, bytes(_bits(value is True for value in found)))
    if kind not in _WIDTHS:
        return None
    letter, code = _WIDTHS[kind]
    there = [value for value in found if value is not None]
    if kind == "DATE" and not all(isinstance(value, datetime.date) for value in there):
        return None
    plain: Callable[[Any], int] = _day if kind == "DATE" else int
    return _laid(letter, found, array(code, [0 if value is None else plain(value) for value in found]).tobytes())


def _day(value: datetime.date) -> int:
    return value.toordinal() - _EPOCH


def _laid(letter: str, found: Sequence[Any], content: bytes) -> Values:
    there = bytes(_bits(value is not None for value in found))
    held = memory(len(there) + len(content))
    held.view(0, len(there))[:] = there
    held.view(len(there), len(content))[:] = content
    return Values(letter, len(found), (held.address, held.address + len(there)), held)


def _bits(truths: Any) -> bytearray:
    """A bit each, the lowest first, to whole words: what is read after them may be."""
    made = bytearray()
    byte, at = 0, 0
    for truth in truths:
        byte |= truth << at
        at += 1
        if at == 8:
            made.append(byte)
            byte, at = 0, 0
    made.append(byte)
    return made + bytes(-len(made) % 8)
