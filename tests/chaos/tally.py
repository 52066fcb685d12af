"""What happened in a run, counted while it happens, and shown as a table."""

import threading
from collections import Counter
from collections.abc import Mapping


class Tally:
    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._one_at_a_time = threading.Lock()

    def count(self, what: str, times: int = 1) -> None:
        with self._one_at_a_time:
            self._counts[what] += times

    def __getitem__(self, what: str) -> int:
        return self._counts[what]

    def table(self, more: Mapping[str, int]) -> str:
        rows = sorted({**self._counts, **more}.items())
        return "\n".join(f"  {what:<44}{times:>7}" for what, times in rows)
