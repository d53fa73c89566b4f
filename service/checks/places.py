"""How many checks there may be at once. Who comes when all places are taken is told so, and when to come again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from service.errors import Problem
from service.settings import Settings

_RETRY_SECONDS = 5


class Places:
    """Places to be received at, and fewer places to be checked at, for which those received wait in turn."""

    def __init__(self, settings: Settings) -> None:
        self._free = settings.requests_at_once
        self._checks = asyncio.Semaphore(settings.checks_at_once)
        self._longest_wait = settings.queue_seconds

    @contextmanager
    def received(self) -> Generator[None]:
        """A place while a request lasts; Problem where there is none."""
        if self._free == 0:
            raise _busy(f"All places are taken. Come again in {_RETRY_SECONDS} s.")
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1

    @asynccontextmanager
    async def checked(self) -> AsyncGenerator[None]:
        """A place to be checked at, waited for; Problem where none falls free in time."""
        try:
            async with asyncio.timeout(self._longest_wait):
                await self._checks.acquire()
        except TimeoutError:
            raise _busy("The checks before this one take long. Send the file again.") from None
        try:
            yield
        finally:
            self._checks.release()


def _busy(detail: str) -> Problem:
    return Problem("busy", detail, headers={"Retry-After": str(_RETRY_SECONDS), "Connection": "close"})
