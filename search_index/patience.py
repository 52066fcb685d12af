"""How long one question may take: first less is tried, and then what there is must do."""

from collections.abc import Callable
from time import thread_time

Clock = Callable[[], float]  # seconds

# Of the 250 ms that an answer may take; narrowing what was found needs the rest.
_HURRY_AFTER, _STOP_AFTER = 0.1, 0.18


class TimeIsUp(Exception):
    pass


class Patience:
    """Of the thread's own work: what else the machine does meanwhile makes no answer worse."""

    def __init__(self, clock: Clock = thread_time) -> None:
        self._clock = clock
        self._asked = self._began = clock()
        self.ended = False  # the answer is less than it could be

    def begin(self) -> None:
        """The looking begins now: what came before is done once, and not for every question."""
        self._began = self._clock()

    def took(self) -> float:
        """Seconds since it was asked."""
        return self._clock() - self._asked

    def is_short(self) -> bool:
        if self._looked() > _HURRY_AFTER:
            self.ended = True
        return self.ended

    def check(self) -> None:
        """Raises TimeIsUp."""
        if self._looked() > _STOP_AFTER:
            self.ended = True
            raise TimeIsUp

    def _looked(self) -> float:
        return self._clock() - self._began
