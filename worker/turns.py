"""Long errands side by side in one process, a piece of each at a time.

A catalogue of a million books takes minutes; whoever uploads ten books meanwhile waits for one of
its pieces, not for its end.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

AT_ONCE = 16  # further ones wait in the queue: each has its turn before its hold lapses

GiveWay = Callable[[], None]


class _ToldToStop(BaseException):
    """Ends a thread, and is no failure of its errand."""


class Turns:
    """One errand at a time has its turn; at `give_way` it goes to the end of the line."""

    def __init__(self) -> None:
        self._line: deque[int] = deque()
        self._changed = threading.Condition()
        self._room = threading.Semaphore(AT_ONCE)
        self._threads: set[threading.Thread] = set()
        self._stopping = False

    def begin(self, errand: Callable[[GiveWay], object]) -> None:
        """In a thread of its own. Waits while there are too many."""
        self._room.acquire()
        thread = threading.Thread(target=self._run, args=(errand,))
        self._threads.add(thread)
        thread.start()

    def stop(self) -> None:
        """Each ends after the piece at hand: what is left of it goes on elsewhere or later."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in list(self._threads):
            thread.join()

    def _run(self, errand: Callable[[GiveWay], object]) -> None:
        try:
            with suppress(_ToldToStop):
                self._wait_for_turn()
                errand(self._give_way)
        finally:
            self._leave()
            self._threads.discard(threading.current_thread())
            self._room.release()

    def _give_way(self) -> None:
        self._leave()
        self._wait_for_turn()

    def _wait_for_turn(self) -> None:
        own = threading.get_ident()
        with self._changed:
            self._line.append(own)
            self._changed.wait_for(lambda: self._stopping or self._line[0] == own)
            if self._stopping:
                raise _ToldToStop

    def _leave(self) -> None:
        with self._changed:
            if threading.get_ident() in self._line:
                self._line.remove(threading.get_ident())
            self._changed.notify_all()
