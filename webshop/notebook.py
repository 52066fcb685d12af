"""Searches on their way into the database: no search waits for it, and none fails for it."""

import logging
import threading

from bookshop.database import Database
from bookshop.searches import service as searches
from bookshop.searches.service import Searched

_MOST_WAITING = 1000  # more are let go: the database is away, or far too slow
_REST = 2.0  # seconds between two writings: what comes meanwhile is written together

_log = logging.getLogger(__name__)


class Notebook:
    """Safe to share between threads. What waits when its process dies is lost, and that is fine."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changing = threading.Lock()
        self._waiting: list[Searched] = []
        self._writer: threading.Thread | None = None
        self._hurry = threading.Event()

    def note(self, search: Searched) -> None:
        with self._changing:
            if len(self._waiting) >= _MOST_WAITING:
                return
            self._waiting.append(search)
            if self._writer is None:
                self._writer = threading.Thread(target=self._write_all, daemon=True)
                self._writer.start()

    def settle(self) -> None:
        """Returns when all is written, or has failed to be."""
        self._hurry.set()
        while writer := self._writer:
            writer.join()
        self._hurry.clear()

    def _write_all(self) -> None:
        while some := self._taken():
            try:
                with self._database.transaction() as session:
                    searches.keep(session, some)
            except Exception:
                _log.exception("%d searches could not be kept", len(some))
            self._hurry.wait(_REST)

    def _taken(self) -> list[Searched]:
        with self._changing:
            some, self._waiting = self._waiting, []
            if not some:
                self._writer = None
            return some
