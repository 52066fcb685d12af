"""The sandbox's one SQLite file: its tables, and how a change is made whole or not at all.

WAL and one BEGIN IMMEDIATE per change: what was answered survives kill -9, and writers queue
instead of being turned away.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

_WAITS_FOR_ITS_TURN = 30  # seconds

TABLES = """
CREATE TABLE IF NOT EXISTS payments (
    id TEXT PRIMARY KEY,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    reference TEXT NOT NULL,
    return_url TEXT NOT NULL,
    pay_url TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'paid', 'declined', 'cancelled')),
    refunded INTEGER NOT NULL CHECK (refunded BETWEEN 0 AND amount),
    idempotency_key TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS refunds (
    id TEXT PRIMARY KEY,
    payment TEXT NOT NULL REFERENCES payments,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    reference TEXT NOT NULL,
    state TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS transfers (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    reference TEXT NOT NULL,
    state TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS payments_by_reference ON payments (reference);
CREATE INDEX IF NOT EXISTS refunds_by_reference ON refunds (reference);
CREATE INDEX IF NOT EXISTS transfers_by_reference ON transfers (reference);

CREATE TABLE IF NOT EXISTS answers (  -- what was said to each Idempotency-Key
    key TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    copies INTEGER NOT NULL CHECK (copies >= 0),  -- how many are still to be delivered
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at REAL NOT NULL,
    last_answer TEXT,
    delivered_at TEXT,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_to_deliver ON events (next_try_at) WHERE copies > 0;

CREATE TABLE IF NOT EXISTS faults (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""


class Database:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._of_this_thread = threading.local()
        self.changed = threading.Condition()  # told of every commit; the couriers wait on it

    def prepare(self) -> None:
        """Make the tables. Leaves nothing open: a connection must not be carried over a fork."""
        with closing(_connect(self._path)) as connection:
            connection.executescript(TABLES)

    def reading(self) -> sqlite3.Connection:
        """For a look that changes nothing."""
        if not hasattr(self._of_this_thread, "connection"):
            self._of_this_thread.connection = _connect(self._path)
        connection: sqlite3.Connection = self._of_this_thread.connection
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        connection = self.reading()
        connection.execute("BEGIN IMMEDIATE")
        with connection:  # commits, or rolls back
            yield connection
        with self.changed:
            self.changed.notify_all()


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAITS_FOR_ITS_TURN, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
