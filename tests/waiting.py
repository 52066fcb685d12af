"""Wait for a condition, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(
    condition: Callable[[], T | None], what: str = "", patience: float = 20, every: float = 0.02
) -> T:
    """What the condition answers once it is true; it is looked at every so many seconds."""
    deadline = time.monotonic() + patience
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience} s for {what or condition}: {answer!r}")
        time.sleep(every)
