"""What a signal that ends the command does: whatever was made of the data is removed first, as at any other end."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Final, Self

#: from the keyboard, from the system, from a terminal that is closed (which not every system knows)
SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
#: what a shell adds to the number of the signal that ended a program
ENDED_BY: Final = 128


class Stopped(KeyboardInterrupt):
    """A signal came. A class of its own: at the plain one Python may end by SIGINT though it was caught."""


class Stopping:
    """While it is entered, a signal raises Stopped; a second one acts as it would have done without.

    `asked` tells afterwards whether there was one: an engine turns the interrupt into an error of its own.
    """

    def __init__(self) -> None:
        self.asked = False
        self.status = ENDED_BY + signal.SIGINT
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            handled = {number: signal.getsignal(number) for number in SIGNALS}
            self._before = {number: how for number, how in handled.items() if how is not signal.SIG_IGN}
            for number in self._before:
                signal.signal(number, self._stop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()

    def _give_back(self) -> None:
        for number, how in self._before.items():
            signal.signal(number, how)

    def _stop(self, number: int, _: FrameType | None) -> None:
        self.asked = True
        self.status = ENDED_BY + number
        self._give_back()
        raise Stopped
