"""The digest of a file as received."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from validators.readers.background import Background, CancelledError
from validators.source import Digest

if TYPE_CHECKING:
    from hashlib import _Hash as HASH  # pyright: ignore[reportPrivateUsage]  it has no public name before 3.12
    from pathlib import Path

    from validators.readers.background import Stop

BLOCK = 1 << 20


def digest_of(state: HASH) -> Digest:
    """Both digests from one SHA-256 state: the second costs nothing, and does not follow from the first."""
    key = state.copy()
    key.update(b"plusmds key")
    return Digest(state.hexdigest(), key.digest())


def digest_in_background(path: Path) -> Background[Digest]:
    """Start to read a file for its digest."""

    def work(stop: Stop) -> Digest:
        state = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                if stop.is_set():
                    raise CancelledError
                state.update(block)
        return digest_of(state)

    return Background(work)
