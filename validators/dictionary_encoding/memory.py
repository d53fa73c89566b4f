"""Memory for the library: zeroed, lazily taken from the system, and given back when nothing refers to it any more."""

from __future__ import annotations

import ctypes
import mmap
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Memory:
    """Some bytes at an address that stays."""

    held: mmap.mmap
    address: int

    def view(self, start: int, size: int) -> memoryview:
        """Some of the bytes, to be written to."""
        return memoryview(self.held)[start : start + size]


def memory(size: int) -> Memory:
    """So many bytes, all 0."""
    # memory that is shared with no other process costs the system half as much
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    held = mmap.mmap(-1, max(size, 1), **private)
    return Memory(held, ctypes.addressof(ctypes.c_char.from_buffer(held)))


class Laid:
    """Lays several stretches, each from a multiple of 64 bytes on, out in one piece of memory."""

    def __init__(self) -> None:
        self.size = 0

    def add(self, size: int) -> int:
        """The offset of a stretch of so many bytes."""
        start = self.size
        self.size = -(-(start + size) // 64) * 64
        return start
