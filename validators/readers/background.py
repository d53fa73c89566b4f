"""Work that goes on beside the engine: reading a file once for its digest and its census."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from validators.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class CancelledError(Exception):
    """Nobody waits for the result any more."""


class Stop(Protocol):
    """Asked by work whether it should stop early."""

    def is_set(self) -> bool:
        """Whether it should."""
        ...


class Background(Generic[T]):
    """Runs `work` in a thread from now on. `work` is given what says when it should stop early."""

    def __init__(self, work: Callable[[Stop], T]) -> None:
        self._stop = threading.Event()
        self._result: T | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[Stop], T]) -> None:
        try:
            self._result = work(self._stop)
        except BaseException as error:  # noqa: BLE001  the thread that waits raises it
            self._error = error

    def result(self) -> T:
        """Wait for the result. Raises what the work raised."""
        self._thread.join()
        if isinstance(self._error, OSError):
            raise InputError(f"The file could not be read to its end: {self._error.strerror}.") from self._error
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]  the work has returned

    def cancel(self) -> None:
        """Ask it to stop, and wait until it has."""
        self._stop.set()
        self._thread.join()
