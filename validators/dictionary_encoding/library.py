"""The compiled part: `encode.c` as a library beside it, made when the project is set up and a C compiler is there."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path

#: switches it off, to read everything without it
OFF = "PLUSMDS_WITHOUT_LIBRARY"
LIBRARY = Path(__file__).with_name("encode.so")
#: bytes after a text, and after the values of a text column, that the library may touch
PADDING = 64

LEFT_OUT, NUMBERED, TEXT = 0, 1, 2


#: bytes that a distinct value takes beside its text
VALUE = 24


class Column(ctypes.Structure):
    """The state of a column in one thread, as `encode.c` has it."""

    _fields_ = (
        ("kind", ctypes.c_uint32),
        ("shaped", ctypes.c_uint32),
        ("count", ctypes.c_uint32),
        ("most", ctypes.c_uint32),
        ("mask", ctypes.c_uint32),
        ("blank", ctypes.c_uint32),
        ("slots", ctypes.c_void_p),
        ("values", ctypes.c_void_p),
        ("longer", ctypes.c_void_p),
        ("longer_used", ctypes.c_uint32),
        ("longer_most", ctypes.c_uint32),
        ("seeds", ctypes.c_uint64 * 2),
        ("numbers", ctypes.c_void_p),
        ("text", ctypes.c_void_p),
        ("ends", ctypes.c_void_p),
        ("present", ctypes.c_void_p),
        ("wholes", ctypes.c_void_p),
        ("whole", ctypes.c_void_p),
    )


@cache
def library() -> ctypes.CDLL | None:
    """The library; None where it was not made, or is switched off."""
    if os.environ.get(OFF) or not LIBRARY.exists():
        return None
    try:
        found = ctypes.CDLL(str(LIBRARY))
    except OSError:
        return None
    pointer, count = ctypes.c_void_p, ctypes.c_int64
    found.plusmds_encode.restype = count
    found.plusmds_encode.argtypes = (
        pointer, count, ctypes.c_uint8, ctypes.c_uint32, ctypes.c_uint32, ctypes.POINTER(Column), count,
    )  # fmt: skip
    found.plusmds_whole.restype = count
    found.plusmds_whole.argtypes = (pointer, count, ctypes.POINTER(count))
    found.plusmds_values.restype = None
    found.plusmds_values.argtypes = (ctypes.POINTER(Column), pointer, pointer)
    found.plusmds_merge.restype = ctypes.c_int32
    found.plusmds_merge.argtypes = (ctypes.POINTER(Column), ctypes.POINTER(Column), pointer)
    found.plusmds_renumber.restype = ctypes.c_int32
    found.plusmds_renumber.argtypes = (pointer, count, pointer, ctypes.c_uint32)
    found.plusmds_count.restype = ctypes.c_int32
    found.plusmds_count.argtypes = (pointer, count, pointer, ctypes.c_uint32)
    seeds = ctypes.POINTER(ctypes.c_uint64)
    found.plusmds_hash_numbers.restype = None
    found.plusmds_hash_numbers.argtypes = (pointer, pointer, count, seeds)
    found.plusmds_hash_texts.restype = None
    found.plusmds_hash_texts.argtypes = (pointer, pointer, pointer, count, seeds)
    found.plusmds_differ.restype = ctypes.c_int32
    found.plusmds_differ.argtypes = (
        pointer, count, pointer, pointer, ctypes.c_uint32, pointer, ctypes.c_uint64,
    )  # fmt: skip
    found.plusmds_set_bits.restype = ctypes.c_int32
    found.plusmds_set_bits.argtypes = (pointer, pointer, count, pointer, ctypes.c_uint32)
    return found


def loaded() -> ctypes.CDLL:
    """The library, where it is known to be there."""
    found = library()
    assert found is not None
    return found
