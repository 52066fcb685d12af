"""What wakes the supervisor: a process ended, somebody asks to stop, or its guard is gone."""

import os
import select
import signal
import sys
from types import FrameType, TracebackType
from typing import Self

STOP = (signal.SIGTERM, signal.SIGINT)


class Bell:
    """Signals ring it; so does the end of stdin, which the guard holds open as long as it lives."""

    def __init__(self) -> None:
        self.asked_to_stop = False
        self._heard, self._rung = os.pipe()
        os.set_blocking(self._rung, False)
        os.set_blocking(self._heard, False)

    def __enter__(self) -> Self:
        signal.set_wakeup_fd(self._rung, warn_on_full_buffer=False)
        for number in (*STOP, signal.SIGCHLD):
            signal.signal(number, _leave_to_the_wakeup)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(-1)
        os.close(self._heard)
        os.close(self._rung)

    def wait(self, seconds: float | None) -> None:
        """Until it rings, at most so long (None: as long as it takes)."""
        sources = [self._heard] if self.asked_to_stop else [self._heard, sys.stdin.fileno()]
        rang, _, _ = select.select(sources, [], [], seconds)
        if self._heard in rang:
            self.asked_to_stop |= any(number in STOP for number in os.read(self._heard, 4096))
        if sys.stdin.fileno() in rang:
            self.asked_to_stop |= not os.read(sys.stdin.fileno(), 4096)


def _leave_to_the_wakeup(_number: int, _frame: FrameType | None) -> None:
    """A signal needs a handler of Python's for its number to be written to the wakeup pipe."""
