"""How long one question may take: first less is tried, and then what there is must do."""

from collections.abc import Callable
from time import perf_counter, thread_time

Clock = Callable[[], float]  # seconds

# Of the 250 ms that an answer may take; narrowing what was found needs the rest.
_HURRY_AFTER, STOP_AFTER, _LAST_MOMENTS = 0.1, 0.18, 0.04


class TimeIsUp(Exception):
    pass


class Patience:
    """A question has one, from when it is asked until it is answered.

    The looking ends by the wall, as the customer waits. Before that, likenesses are left out only
    for the thread's own work: on a busy machine what can be found in time is found as well as ever.
    """

    def __init__(self, clock: Clock | None = None, seconds: float = STOP_AFTER) -> None:
        self._wall, self._work = clock or perf_counter, clock or thread_time
        self._asked, self._worked = self._wall(), self._work()
        self._seconds = seconds
        self.ended = False  # the answer is less than it could be

    def took(self) -> float:
        """Seconds since it was asked."""
        return self._wall() - self._asked

    def left(self) -> float:
        return max(0.0, self._seconds - self.took())

    def is_short(self) -> bool:
        if self._work() - self._worked > _HURRY_AFTER or not self.left():
            self.ended = True
        return self.ended

    def check(self) -> None:
        """Raises TimeIsUp."""
        if self.took() > self._seconds:
            self.ended = True
            raise TimeIsUp

    def use_last_moments(self) -> None:
        """Time was up: it takes little to find at least something."""
        self._seconds = self.took() + _LAST_MOMENTS
