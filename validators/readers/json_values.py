"""From JSON values to the text of a scan file, without losing what only JSON can say."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from validators.readers.columns import missing_columns, near_miss, normal, unknown_columns
from validators.readers.faults import FaultLog, fault
from validators.readers.staging import StagedSource, StageWriter
from validators.source import JSON_EMPTY, JSON_MARK, Census

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validators.readers.background import Background
    from validators.readers.opening import Opening
    from validators.source import Digest, StructureFault, TableShape

#: characters of a value of the wrong type that are carried on
CARRIED: Final = 40
#: of a number that is written out in full: that of the largest floating-point number
LARGEST_EXPONENT: Final = 308


def _is_blank(value: Any) -> bool:
    """Whether a key holds nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


class Number(str):
    """A number as it is written: nothing is lost by reading it."""

    __slots__ = ()


class NotANumber(str):
    """NaN, Infinity or -Infinity, which JSON does not know."""

    __slots__ = ()


class Doubled(dict[str, Any]):
    """An object in which a key stands twice; the last value counts."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Doubled(found)


#: reads strict JSON and keeps numbers as they are written
DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=NotANumber
)


def type_name(value: Any) -> str:
    """The JSON type of a value."""
    if isinstance(value, Number | NotANumber):
        return "number"
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def wrong_type(value: Any) -> str:
    """What is carried in place of a value of another type than the item's."""
    try:
        written = _compact(value)
    except RecursionError:
        written = "…"
    return f"{JSON_MARK}{type_name(value)}:{written[:CARRIED]}"


def _compact(value: Any) -> str:
    """JSON text without spaces, in ASCII, numbers as they were written."""
    if isinstance(value, Number | NotANumber):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join([_compact(one) for one in value])}]"
    if isinstance(value, dict):
        return "{" + ",".join([f"{json.dumps(key)}:{_compact(one)}" for key, one in value.items()]) + "}"
    return json.dumps(value)


def text_value(value: Any) -> str:
    """A value of an item that is text."""
    if value is None:
        return ""
    if type(value) is str:
        return (value or JSON_EMPTY) if value.isascii() or _encodable(value) else wrong_type(value)
    return wrong_type(value)


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # one half of a pair that JSON's escapes can write and no text can hold
        return False
    return True


def integer_value(value: Any) -> str:
    """A value of an item that is a whole number: 7, 7.0 and 70e-1 are 7, and -0 is 0."""
    if value is None:
        return ""
    if not isinstance(value, Number):
        return wrong_type(value)
    return str(value) if value.isdecimal() else _digits(value)


def _digits(written: str) -> str:
    """The digits of a number that is whole and not beyond all measure; any other as it is written."""
    try:
        number = Decimal(written)
    except InvalidOperation:  # an exponent that no computer holds
        return str(written)
    if not number:
        return "0"
    whole = number.adjusted() <= LARGEST_EXPONENT and number == number.to_integral_value()
    return str(int(number)) if whole else str(written)


def list_value(value: Any) -> str:
    """A value of an item that is a list: its texts with `|` between them."""
    if value is None or value == []:
        return ""
    plain = isinstance(value, list) and all(type(one) is str and one and "|" not in one for one in value)
    return "|".join(value) if plain and _encodable("".join(value)) else wrong_type(value)


class JsonStage:
    """Writes the records of one table, and remembers which keys there were."""

    def __init__(self, opening: Opening, table: str) -> None:
        shape = opening.shape(table)
        if shape is None:
            raise opening.refused("JSON can be read where the table is known. Name the table.")
        self.shape: TableShape = shape
        self.log: FaultLog = opening.log(table)
        self.row = 0
        self.utf_8 = False
        self._opening, self._table = opening, table
        self._out = StageWriter(opening.staged(table), self._columns(frozenset(shape.items)))
        self._readers = [self._reader(item) for item in shape.items]
        self._items = frozenset(shape.items)
        self._seen: set[str] = set()
        #: keys that are no items, and whether some record has a value there
        self._unknown: dict[str, bool] = {}

    def _reader(self, item: str) -> Any:
        if item in self.shape.integer_items:
            return integer_value
        return list_value if item in self.shape.list_items else text_value

    def _columns(self, seen: frozenset[str]) -> tuple[str, ...]:
        return tuple(item if item in seen else f"_absent_{at}" for at, item in enumerate(self.shape.items, 1))

    def refuse(self, kind: str, line: int) -> None:
        """A record that cannot be read."""
        self.row += 1
        self.log.add(kind, self.row, line)
        self._check_rows()

    def add(self, value: Any, line: int) -> None:
        """One record."""
        if not isinstance(value, dict):
            self.refuse("not_an_object", line)
            return
        self.row += 1
        if isinstance(value, Doubled):
            self.log.add("duplicate_key", self.row, line)
        if any(isinstance(one, NotANumber) for one in value.values()):
            self.log.add("not_a_number", self.row, line)
        values = [read(value.get(item)).encode() for item, read in zip(self.shape.items, self._readers, strict=True)]
        if max(map(len, values)) > self._opening.limits.max_cell_bytes or sum(map(len, values)) > 900_000:
            self.log.add("long_cell", self.row, line)
            return
        if any(b"\0" in one for one in values):
            self.log.add("nul_character", self.row, line)
        self._note_keys(value)
        self._out.add(self.row, line, values)
        self._check_rows()

    def _note_keys(self, record: dict[str, Any]) -> None:
        self._seen.update(record.keys() & self._items)
        for name in record.keys() - self._items:
            if name in self._unknown or len(self._unknown) < self._opening.limits.max_columns:
                self._unknown[name] = self._unknown.get(name, False) or not _is_blank(record[name])

    def _check_rows(self) -> None:
        most = self._opening.limits.max_rows
        if most is not None and self.row > most:
            raise self._opening.refused(f"it has more than {most:,} records.")

    def close(self) -> None:
        """Close the scan file."""
        self._out.close()

    def source(self, form: str, digest: Background[Digest], *more: StructureFault) -> StagedSource:
        """The source, when all records are in."""
        self.close()
        log = self.log.faults(limit=f"{self._opening.limits.max_cell_bytes:,}")
        return StagedSource(
            table=self._table,
            name=self._opening.name,
            format=form,
            bytes=self._opening.bytes,
            scan_path=self._out.path,
            columns=self._columns(frozenset(self._seen) if self._out.records else self._items),
            digest=digest.result,
            shape=self.shape,
            faults=(*self._opening.faults, *more, *self._key_faults(), *log),
            marks=self._out.marks,
            counted=Census(self._out.records, self.row - self._out.records),
            log=self.log,
        )

    def _key_faults(self) -> Iterator[StructureFault]:
        """Keys that are no items, and items that no record has."""
        if not self.row:
            yield fault("no_records", self._table)
        near = {name: normal(name) for name in self._unknown if normal(name) in self._items}
        if near:
            yield near_miss(self._table, near)
        others = {name: name for name in self._unknown if name not in near}
        empty = [name for name, filled in self._unknown.items() if not filled]
        # the keys stand in no scan file, where it could be read again whether they are filled
        yield from (replace(found, unread={}) for found in unknown_columns(self._table, others, empty=empty))
        if self._out.records:
            # a key that no record has is how JSON writes a blank: a fault of the file only where a value has to be
            yield from (f for f in missing_columns(self._seen, self.shape) if f.kind == "missing_mandatory")
