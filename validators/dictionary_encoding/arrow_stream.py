"""Columns in memory as a stream that the Arrow C data interface defines: DuckDB reads them where they stand.

The layouts are those of the specification of Arrow's columnar format: buffers of a fixed width, UTF-8 text with 32-bit
offsets, and both as the dictionary of 16-bit numbers. Memory stays with this side; the other only says when it is done.
"""

from __future__ import annotations

import ctypes
from array import array
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_NULLABLE = 2
_NUMBERS = "S"
_DONE, _FAILED = 0, 5
_TOLD = ctypes.create_string_buffer(b"the values could not be had")
_UNCOUNTED = -1


class _Schema(ctypes.Structure):
    pass


class _Array(ctypes.Structure):
    pass


class _Stream(ctypes.Structure):
    pass


_RELEASE_SCHEMA = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Schema))
_RELEASE_ARRAY = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Array))
_RELEASE_STREAM = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Stream))
_GET_SCHEMA = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Schema))
_GET_NEXT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Array))
_LAST_ERROR = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.POINTER(_Stream))

_Schema._fields_ = (  # type: ignore[misc]
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
    ("dictionary", ctypes.POINTER(_Schema)),
    ("release", _RELEASE_SCHEMA),
    ("private_data", ctypes.c_void_p),
)
_Array._fields_ = (  # type: ignore[misc]
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", ctypes.POINTER(_Array)),
    ("release", _RELEASE_ARRAY),
    ("private_data", ctypes.c_void_p),
)
_Stream._fields_ = (  # type: ignore[misc]
    ("get_schema", _GET_SCHEMA),
    ("get_next", _GET_NEXT),
    ("get_last_error", _LAST_ERROR),
    ("release", _RELEASE_STREAM),
    ("private_data", ctypes.c_void_p),
)


@dataclass(frozen=True, slots=True)
class Values:
    """Some values of one column. `format`: Arrow's letter for their type. `buffers`: addresses, the first that of a bit
    for each value that is there, or None where all are. `dictionary`: what the values are numbers of. `owner` keeps the
    memory."""

    format: str
    length: int
    buffers: tuple[int | None, ...]
    owner: object
    dictionary: Values | None = None

    def all_there(self) -> Values:
        """The same, where it is known that none is asked for that is not there: reading them costs less."""
        return replace(self, buffers=(None, *self.buffers[1:]))

    def side_by_side(self, rows: int) -> Values:
        """A column with each of the values once, by number, and then the first over and over."""
        numbers = array("H", range(self.length)) + array("H", bytes(2 * (rows - self.length)))
        return Values(_NUMBERS, rows, (None, numbers.buffer_info()[0]), numbers, self)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows: a stretch of values for each column."""

    rows: int
    columns: tuple[Values, ...]


class Table:
    """Batches whose columns have the same names and types, in their order. They are read once: how they look may be
    asked before as often as wanted.

    It has to be kept until the other side has read all that it asked for. A batch lives until that is done with it.
    """

    def __init__(self, names: Sequence[str], batches: Iterable[Batch]) -> None:
        self._names = tuple(names)
        self._batches = iter(batches)
        self._first = next(self._batches)
        self._formats = tuple(_formats(values) for values in self._first.columns)
        self._readings: list[_Reading] = []
        #: why a batch could not be made; the other side has been told that there was a failure
        self.failure: Exception | None = None

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A stream of the batches, in a capsule. Another schema cannot be asked for."""
        del requested_schema
        reading = _Reading(self._names, self._formats, self._next)
        self._readings.append(reading)
        return _new_capsule(ctypes.addressof(reading.stream), _CAPSULE, None)

    def _next(self) -> Batch | None:
        first, self._first = self._first, None
        try:
            return first or next(self._batches, None)
        except Exception as error:
            self.failure = error
            raise


def _formats(values: Values) -> tuple[str, str]:
    """The format of a column, and that of its dictionary."""
    return values.format, values.dictionary.format if values.dictionary else ""


class _Reading:
    """One reading of a table."""

    def __init__(
        self, names: tuple[str, ...], formats: tuple[tuple[str, str], ...], following: Callable[[], Batch | None]
    ) -> None:
        self._names, self._formats, self._following = names, formats, following
        self._kept: list[object] = []
        self.stream = _Stream(_GET_SCHEMA(self._schema), _GET_NEXT(self._next), _ERROR, _RELEASED_STREAM)

    def _schema(self, stream: object, into: Any) -> int:
        del stream
        fields = [self._field(name, *formats) for name, formats in zip(self._names, self._formats, strict=True)]
        ctypes.pointer(into.contents)[0] = self._struct_schema(fields)
        return _DONE

    def _field(self, name: str, letter: str, dictionary: str) -> _Schema:
        field = _Schema(letter.encode(), name.encode(), None, _NULLABLE, release=_RELEASED_SCHEMA)
        if dictionary:
            field.dictionary = ctypes.pointer(self._field("", dictionary, ""))
        self._kept.append(field)
        return field

    def _struct_schema(self, fields: list[_Schema]) -> _Schema:
        children = (ctypes.POINTER(_Schema) * len(fields))(*map(ctypes.pointer, fields))
        self._kept.append(children)
        return _Schema(b"+s", b"", None, 0, len(fields), children, release=_RELEASED_SCHEMA)

    def _next(self, stream: object, into: Any) -> int:
        """The next batch; an array that is released already says that there is none."""
        del stream
        try:
            batch = self._following()
        except Exception:  # noqa: BLE001 - the table keeps it
            return _FAILED
        if batch is None:
            into.contents.release = _RELEASE_ARRAY()
            return _DONE
        kept: list[object] = [batch]
        columns = [ctypes.pointer(_array(made, kept)) for made in batch.columns]
        children = (ctypes.POINTER(_Array) * len(columns))(*columns)
        buffers = (ctypes.c_void_p * 1)(None)
        number = next(_NUMBERS_HANDED)
        _HANDED[number] = (*kept, children, buffers)
        ctypes.pointer(into.contents)[0] = _Array(
            batch.rows, 0, 0, 1, len(columns), buffers, children, None, _RELEASED_ARRAY, number
        )
        return _DONE


#: number of a batch → all that it is made of, until the other side is done with it
_HANDED: dict[int, tuple[object, ...]] = {}
_NUMBERS_HANDED = count(1)


def _array(made: Values, kept: list[object]) -> _Array:
    buffers = (ctypes.c_void_p * len(made.buffers))(*made.buffers)
    nulls = 0 if made.buffers[0] is None else _UNCOUNTED
    array = _Array(made.length, nulls, 0, len(made.buffers), 0, buffers, release=_RELEASED_ARRAY)
    if made.dictionary is not None:
        array.dictionary = ctypes.pointer(_array(made.dictionary, kept))
    kept += [array, buffers]
    return array


def _forget_array(made: Any) -> None:
    _HANDED.pop(made.contents.private_data or 0, None)
    _forget(made, _RELEASE_ARRAY)


def _forget(made: Any, kind: type) -> None:
    """The other side is done with a structure: the mark for that is that nothing is left to be called."""
    made.contents.release = kind()


# never freed: they may be called when all else is gone
_RELEASED_SCHEMA = _RELEASE_SCHEMA(lambda made: _forget(made, _RELEASE_SCHEMA))
_RELEASED_ARRAY = _RELEASE_ARRAY(_forget_array)
_RELEASED_STREAM = _RELEASE_STREAM(lambda made: _forget(made, _RELEASE_STREAM))
_ERROR = _LAST_ERROR(lambda _: ctypes.addressof(_TOLD))

_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
#: the capsule refers to this text as long as it lives
_CAPSULE = b"arrow_array_stream"
