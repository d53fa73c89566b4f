"""Work that goes on in a process of its own: in a thread, Python would do it in turns with everything else.

The process is a copy of this one, so that it begins at once with all that is known here. It is a way of being quick and
nothing else: whatever goes wrong there is left to this process, which does the work again and meets it.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from validators.readers.background import Background, CancelledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from validators.readers.background import Stop

T = TypeVar("T")


def can_be_copied() -> bool:
    """Whether this process may be copied, and that is of use.

    No other thread may hold a lock that nobody would open in the copy, and the copy has to be waited for.
    """
    if (
        sys.platform != "linux"
        or len(os.sched_getaffinity(0)) < 2
        or signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN
    ):
        return False
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir()) == 1
    except OSError:
        return False


class Apart(Generic[T]):
    """Does `work` in a copy of this process from now on. `packed` makes JSON of its result, `unpacked` reads that.

    OSError where there may be no more processes.
    """

    def __init__(self, work: Callable[[Stop], T], packed: Callable[[T], Any], unpacked: Callable[[Any], T]) -> None:
        self._work = work
        self._unpacked = unpacked
        self._lock = threading.Lock()
        self._result: Callable[[], T] | None = None
        self._pipe, answer = os.pipe()
        here = os.getpid()
        # what a signal begins here, such as to remove what was made, must not begin in the copy too
        held = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self._copy = os.fork()
            if not self._copy:
                _work_and_end(work, packed, answer, here)
        except OSError:
            os.close(self._pipe)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
            os.close(answer)

    def result(self) -> T:
        """Wait for the result. Raises what the work raised."""
        with self._lock:
            if self._result is None:
                self._result = self._received()
        return self._result()

    def cancel(self) -> None:
        """End it, and wait until it has."""
        with self._lock:
            if self._result is None:
                with suppress(ProcessLookupError):
                    os.kill(self._copy, signal.SIGKILL)
                os.close(self._pipe)
                self._wait()
                self._result = _cancelled

    def _received(self) -> Callable[[], T]:
        with open(self._pipe, "rb") as pipe:  # noqa: PTH123 - it has a number and no path
            told = pipe.read()
        self._wait()
        try:
            found = self._unpacked(json.loads(told))
        except ValueError:  # nothing, or not all of it
            return Background(self._work).result
        return lambda: found

    def _wait(self) -> None:
        with suppress(ChildProcessError):  # somebody else has waited for whatever ended
            os.waitpid(self._copy, 0)


class Alone:
    """Says to stop where the process that asked for the work is no more."""

    def __init__(self, asking: int) -> None:
        self._asking = asking

    def is_set(self) -> bool:
        """Whether it is."""
        return os.getppid() != self._asking


def _work_and_end(work: Callable[[Stop], T], packed: Callable[[T], Any], answer: int, asking: int) -> NoReturn:
    """The life of the copy: nothing of what the process has opened, registered or promised is done a second time."""
    try:
        gc.disable()  # no object of the process comes to its end here
        told = json.dumps(packed(work(Alone(asking)))).encode()
        with open(answer, "wb") as pipe:
            pipe.write(told)
    finally:
        os._exit(0)


def _cancelled() -> NoReturn:
    raise CancelledError
