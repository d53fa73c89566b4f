"""Takes a body as it arrives, bounded in size and time, and writes it to a file: memory does not grow with it."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path

from service.errors import Problem
from service.settings import Settings
from validators.limits import MIB

_BUFFER = MIB
#: what follows is not read any more: the connection cannot be used again
_CLOSE = {"Connection": "close"}


def refuse_by_length(content_length: str | None, settings: Settings) -> None:
    """Refuse a body that says beforehand that it is too large."""
    if content_length is not None and content_length.isdecimal() and int(content_length) > settings.max_body_mb * MIB:
        raise _too_large(settings)


async def receive(body: AsyncIterator[bytes], path: Path, settings: Settings) -> int:
    """Write a body to `path` and return its size. The bytes are counted here: a chunked body states no length."""
    try:
        async with asyncio.timeout(settings.body_seconds):
            return await _write(body, path, settings)
    except TimeoutError:
        raise Problem(
            "body_stalled",
            f"A body has to keep arriving: at most {settings.body_idle_seconds:g} s of silence, "
            f"{settings.body_seconds:g} s altogether.",
            headers=_CLOSE,
        ) from None
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise Problem("storage_full", "Try again later, or send a smaller file.", headers=_CLOSE) from None


async def _write(body: AsyncIterator[bytes], path: Path, settings: Settings) -> int:
    size = 0
    with path.open("xb", buffering=_BUFFER) as file:
        while True:
            async with asyncio.timeout(settings.body_idle_seconds):
                chunk = await anext(body, None)
            if chunk is None:
                break
            size += len(chunk)
            if size > settings.max_body_mb * MIB:
                raise _too_large(settings)
            file.write(chunk)  # in the loop on purpose: measured faster than a thread, and a chunk is 64 KiB
    return size


def _too_large(settings: Settings) -> Problem:
    detail = f"At most {settings.max_body_mb} MB are taken. A zip or Parquet is smaller; the command line has no limit."
    return Problem("body_too_large", detail, headers=_CLOSE)
