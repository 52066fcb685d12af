"""A clock for the whole shop, which stands where it is put."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from bookshop import database


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self, zone: object) -> datetime:
        """A little later each time, so that nothing happens at the same moment as another."""
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def moves(self, **time: int) -> None:
        self.moment += timedelta(**time)


@contextmanager
def clock_in_hand() -> Iterator[Clock]:
    """Everybody in the shop asks bookshop.database for the time, and there it is exchanged."""
    clock, datetime_itself = Clock(), database.datetime
    database.datetime = clock  # type: ignore[assignment, misc]
    try:
        yield clock
    finally:
        database.datetime = datetime_itself  # type: ignore[misc]
