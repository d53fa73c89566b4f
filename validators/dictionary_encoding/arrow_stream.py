"""Columns in memory as a stream that the Arrow C data interface defines: DuckDB reads them where they stand.

The layouts are those of the specification of Arrow's columnar format: buffers of a fixed width, UTF-8 text with 32-bit
offsets, and both as the dictionary of 16-bit numbers. Memory stays with this side; the other only says when it is done.
"""

from __future__ import annotations

import ctypes
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    _Kept = TypeVar("_Kept", bound=ctypes.Structure)

_NULLABLE = 2
_NUMBERS = "S"
_DONE = 0
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
    """Batches whose columns have the same names and types, to be read as often as wanted, in their order.

    It has to be kept until the other side has read all that it asked for: everything handed over lives as long.
    """

    def __init__(self, names: Sequence[str], batches: Sequence[Batch]) -> None:
        self._names = tuple(names)
        self._batches = tuple(batches)
        self._readings: list[_Reading] = []

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A stream of the batches, in a capsule. Another schema cannot be asked for."""
        del requested_schema
        reading = _Reading(self._names, self._batches)
        self._readings.append(reading)
        return _new_capsule(ctypes.addressof(reading.stream), _CAPSULE, None)


class _Reading:
    """One reading of a table from its start."""

    def __init__(self, names: tuple[str, ...], batches: tuple[Batch, ...]) -> None:
        self._names, self._batches, self._at = names, batches, 0
        self._kept: list[object] = []
        self.stream = _Stream(_GET_SCHEMA(self._schema), _GET_NEXT(self._next), _NO_ERROR, _RELEASED_STREAM)

    def _schema(self, stream: object, into: Any) -> int:
        del stream
        fields = [self._field(name, made) for name, made in zip(self._names, self._batches[0].columns, strict=True)]
        ctypes.pointer(into.contents)[0] = self._struct_schema(fields)
        return _DONE

    def _field(self, name: str, made: Values) -> _Schema:
        field = _Schema(made.format.encode(), name.encode(), None, _NULLABLE, release=_RELEASED_SCHEMA)
        if made.dictionary is not None:
            field.format = _NUMBERS.encode()
            field.dictionary = ctypes.pointer(self._keep(self._field("", made.dictionary)))
        return field

    def _struct_schema(self, fields: list[_Schema]) -> _Schema:
        children = (ctypes.POINTER(_Schema) * len(fields))(*(ctypes.pointer(self._keep(field)) for field in fields))
        self._kept.append(children)
        return _Schema(b"+s", b"", None, 0, len(fields), children, release=_RELEASED_SCHEMA)

    def _next(self, stream: object, into: Any) -> int:
        """The next batch; an array that is released already says that there is none."""
        del stream
        if self._at == len(self._batches):
            into.contents.release = _RELEASE_ARRAY()
            return _DONE
        batch = self._batches[self._at]
        self._at += 1
        columns = [ctypes.pointer(self._keep(self._array(made))) for made in batch.columns]
        children = (ctypes.POINTER(_Array) * len(columns))(*columns)
        buffers = (ctypes.c_void_p * 1)(None)
        self._kept += [children, buffers]
        ctypes.pointer(into.contents)[0] = _Array(
            batch.rows, 0, 0, 1, len(columns), buffers, children, release=_RELEASED_ARRAY
        )
        return _DONE

    def _array(self, made: Values) -> _Array:
        buffers = (ctypes.c_void_p * len(made.buffers))(*made.buffers)
        self._kept.append(buffers)
        nulls = 0 if made.buffers[0] is None else _UNCOUNTED
        array = _Array(made.length, nulls, 0, len(made.buffers), 0, buffers, release=_RELEASED_ARRAY)
        if made.dictionary is not None:
            array.dictionary = ctypes.pointer(self._keep(self._array(made.dictionary)))
        return array

    def _keep(self, made: _Kept) -> _Kept:
        self._kept.append(made)
        return made


def _forget(made: Any, kind: type) -> None:
    """The other side is done with a structure: the mark for that is that nothing is left to be called."""
    made.contents.release = kind()


# never freed: they may be called when all else is gone
_RELEASED_SCHEMA = _RELEASE_SCHEMA(lambda made: _forget(made, _RELEASE_SCHEMA))
_RELEASED_ARRAY = _RELEASE_ARRAY(lambda made: _forget(made, _RELEASE_ARRAY))
_RELEASED_STREAM = _RELEASE_STREAM(lambda made: _forget(made, _RELEASE_STREAM))
_NO_ERROR = _LAST_ERROR(lambda _: None)

_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
#: the capsule refers to this text as long as it lives
_CAPSULE = b"arrow_array_stream"
