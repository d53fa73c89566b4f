"""The values of one record of a CSV file, however its quotation marks stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

STRAY: Final = "stray_quote"
SPACE: Final = "space_outside_quotes"
BEHIND: Final = "text_after_quote"
OPEN: Final = "unterminated_quote"


@dataclass(frozen=True, slots=True)
class Values:
    """What a record holds. `odd` names how its quotation marks break the form.

    `open_at`: from there on stands a value that is opened and not closed; `values` are those before it.
    """

    values: list[bytes]
    odd: frozenset[str] = frozenset()
    open_at: int | None = None


class Splitter:
    """Splits records of a file with a given separator.

    A value in quotation marks loses them, and spaces between them and the separator. Any other value is taken as it
    stands, with whatever quotation marks are in it.
    """

    def __init__(self, mark: bytes, width: int) -> None:
        form = {b"m": re.escape(mark), b"w": b"%d" % (width - 1)}
        plain, quoted = rb'[^"%(m)b\r\n\0]*+' % form, rb'"[^"\0]*+(?:""[^"\0]*+)*+"'
        #: a whole line of the right width in strict form
        self.strict = re.compile(
            rb"(?:%(q)b|%(p)b)(?:%(m)b(?:%(q)b|%(p)b)){%(w)b}+" % {**form, b"q": quoted, b"p": plain}
        )
        self._value = re.compile(
            rb' *+"([^"]*+(?:""[^"]*+)*+)" *+(?=%(m)b|\Z)|( *+"[^"]*+(?:""[^"]*+)*+"[^%(m)b]*+)|([^%(m)b]*+)' % form
        )

    def split(self, record: bytes, *, by_line: bool = False) -> Values:
        """The values of a record without its line end. `by_line`: a value that is not closed ends at its separator."""
        values: list[bytes] = []
        odd: set[str] = set()
        for place, size, quoted, behind, plain in self._found(record):
            if quoted is not None:
                values.append(quoted.replace(b'""', b'"'))
                odd.update(() if size == len(quoted) + 2 else (SPACE,))
            elif behind is not None:
                values.append(behind)
                odd.add(BEHIND)
            elif b'"' not in plain:
                values.append(plain)
            elif not by_line and plain.lstrip(b" ").startswith(b'"'):
                return Values(values, frozenset(odd), place)
            else:
                values.append(plain)
                odd.add(OPEN if plain.lstrip(b" ").startswith(b'"') else STRAY)
        return Values(values, frozenset(odd))

    def _found(self, record: bytes) -> Iterator[tuple[int, int, bytes | None, bytes | None, bytes]]:
        place = 0
        while place <= len(record) and (found := self._value.match(record, place)):
            yield place, found.end() - place, found[1], found[2], found[3]
            place = found.end() + 1


def written(values: list[bytes], mark: bytes) -> bytes:
    """A record in strict form: quotation marks only where a value needs them."""
    line = mark.join(values)
    if b'"' not in line and b"\n" not in line and b"\r" not in line and line.count(mark) == len(values) - 1:
        return line
    return mark.join([quoted(value, mark) for value in values])


def quoted(value: bytes, mark: bytes) -> bytes:
    """One value in strict form."""
    if b'"' in value or b"\n" in value or b"\r" in value or mark in value:
        return b'"%b"' % value.replace(b'"', b'""')
    return value
