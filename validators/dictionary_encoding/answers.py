"""What was asked of the distinct values of a column, by their numbers, as values of Arrow."""

from __future__ import annotations

import datetime
from array import array
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from validators.dictionary_encoding.arrow_stream import Values
from validators.dictionary_encoding.memory import memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
#: 0 and 1 as the digits that are written so
_AS_DIGITS: Final = b"01".ljust(256)
_EPOCH: Final = datetime.date(1970, 1, 1).toordinal()


def answers(kind: str, found: Sequence[Any]) -> Values | None:
    """Values of a DuckDB type by number, None where there is none; None for a type that is not known here, and for days
    that Python has no date for, which come as text."""
    if kind == "BOOLEAN":
        return _laid("b", found, _bits(value is True for value in found))
    if kind == "VARCHAR":
        return _texts(found)
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


def _texts(found: Sequence[str | None]) -> Values:
    parts = [(text or "").encode() for text in found]
    ends = array("I", [0, *accumulate(map(len, parts))]).tobytes()
    there, content = _bits(text is not None for text in found), b"".join(parts)
    laid = there + ends + content
    held = memory(len(laid))
    held.view(0, len(laid))[:] = laid
    base = held.address
    return Values("u", len(found), (base, base + len(there), base + len(there) + len(ends)), held)


def _laid(letter: str, found: Sequence[Any], content: bytes) -> Values:
    there = _bits(value is not None for value in found)
    held = memory(len(there) + len(content))
    held.view(0, len(there))[:] = there
    held.view(len(there), len(content))[:] = content
    return Values(letter, len(found), (held.address, held.address + len(there)), held)


def _bits(truths: Iterable[bool]) -> bytes:
    """A bit each, the lowest first, to whole words: what is read after them may be."""
    signs = bytes(truths)
    # the first sign is the lowest bit: it comes last in what is read as a number
    number = int(signs[::-1].translate(_AS_DIGITS) or b"0", 2)
    return number.to_bytes(len(signs) // 64 * 8 + 8, "little")
