"""Two deeds that meet: one begins at a chosen moment of the other's transaction.

Nobody sleeps. The first stops at the moment, the rival acts until it is done or has to wait for
the first one, and then the first goes on.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, get_ident
from typing import Any

from sqlalchemy import Connection, event, text

from bookshop.errors import ShopError
from tests.shop import Shop
from tests.waiting import until

Deed = Callable[[], object]
ITS_FIRST_LOCK = r"BEGIN IMMEDIATE|FOR (NO KEY )?UPDATE|^(INSERT|UPDATE|DELETE)"
ITS_FIRST_WRITE = r"^(INSERT|UPDATE|DELETE)"
ITS_COMMIT = "commit"


def meet(shop: Shop, first: Deed, rival: Deed, before: str) -> tuple[str, str]:
    """What came of each. Before what the first one stops is one of the above."""
    stopper = _Stopper(shop, rival)
    with ThreadPoolExecutor(1) as stopper.pool, stopper.listening(before):
        came_of_it = outcome(first)
        assert stopper.other is not None, f"it never came to {before}"
        return came_of_it, stopper.other.result(30)


def outcome(deed: Deed) -> str:
    """Done, or how the shop refused it; any other error is an error."""
    try:
        deed()
    except ShopError as refusal:
        return type(refusal).__name__
    return "done"


class _Stopper:
    pool: ThreadPoolExecutor
    other: Future[str] | None = None

    def __init__(self, shop: Shop, rival: Deed) -> None:
        self._engine, self._rival = shop.database.engine, rival
        self._first, self._wants_to_write = get_ident(), Event()

    @contextmanager
    def listening(self, before: str) -> Iterator[None]:
        def says(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
            if get_ident() != self._first:
                if statement == "BEGIN IMMEDIATE":
                    self._wants_to_write.set()
            elif before != ITS_COMMIT and re.search(before, statement):
                self._stop(connection)

        def commits(connection: Connection) -> None:
            if before == ITS_COMMIT and get_ident() == self._first:
                self._stop(connection)

        event.listen(self._engine, "before_cursor_execute", says)
        event.listen(self._engine, "commit", commits)
        try:
            yield
        finally:
            event.remove(self._engine, "before_cursor_execute", says)
            event.remove(self._engine, "commit", commits)

    def _stop(self, connection: Connection) -> None:
        """The first time: until the rival has done what it can."""
        if self.other is None:
            self.other = other = self.pool.submit(outcome, self._rival)
            until(lambda: other.done() or self._waits_for(connection), "the rival")

    def _waits_for(self, connection: Connection) -> bool:
        own: Any = connection.connection.dbapi_connection
        if self._engine.dialect.name == "sqlite":
            return bool(own.in_transaction) and self._wants_to_write.is_set()
        blocked = text("SELECT 1 FROM pg_stat_activity WHERE :own = ANY(pg_blocking_pids(pid))")
        with self._engine.connect() as asking:
            return asking.execute(blocked, {"own": own.info.backend_pid}).first() is not None
