"""Whether all rows of an encoded file differ in some columns: by a hash of each row, looked up among the others.

That they differ is certain; that two hashes are the same says only that somebody has to look.
"""

from __future__ import annotations

import ctypes
import secrets
from typing import TYPE_CHECKING, Final

from validators.dictionary_encoding.library import loaded
from validators.dictionary_encoding.memory import Memory, memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validators.dictionary_encoding.blocks import Encoded

#: hashes that are compared together; four times as many places for them fit into the cache of a core
TOGETHER: Final = 1 << 15
MOST_PARTS: Final = 1 << 16


def all_differ(encoded: Encoded, places: Sequence[int]) -> bool:
    """Whether no two rows without a blank in the columns at `places` have the same values there; False also where that
    is not sure."""
    hashes, rows = _hashes(encoded, places), encoded.rows
    parts = min(rows // TOGETHER + 1, MOST_PARTS)
    ordered, starts, slots = memory(8 * rows), memory(8 * (parts + 1)), memory(8 * 4 * TOGETHER)
    differ = loaded().plusmds_differ(
        hashes.address, rows, ordered.address, starts.address, parts, slots.address, 4 * TOGETHER - 1
    )
    return bool(differ)


def _hashes(encoded: Encoded, places: Sequence[int]) -> Memory:
    """A hash of each row; 0 where one of its values is blank."""
    library, seeds = loaded(), (ctypes.c_uint64 * 2)(secrets.randbits(64) | 1, secrets.randbits(64) | 1)
    hashes = memory(8 * encoded.rows)
    ctypes.memset(hashes.address, 1, 8 * encoded.rows)
    at = hashes.address
    for block in encoded.blocks:
        base = block.held.address
        for place in places:
            if place in encoded.distinct:
                library.plusmds_hash_numbers(at, base + block.numbers[place], block.rows, seeds)
            else:
                texts = block.text[place]
                library.plusmds_hash_texts(at, base + texts.text, base + texts.ends, block.rows, seeds)
        at += 8 * block.rows
    return hashes
