"""Tells the merchant what has happened: a row written with the fact, carried until it arrives.

Each try is signed anew, with its own time. What is not answered 2xx is tried again after 1, 2,
4 ... seconds, at most 60; after a start all that is owed is tried at once.
"""

import hashlib
import hmac
import json
import logging
import secrets
import sqlite3
import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from billing_sandbox import faults
from billing_sandbox.database import Database, now

COURIERS = 3  # one slow answer does not hold up the others
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds between tries
PATIENCE = 10.0  # seconds for one try

log = logging.getLogger(__name__)


def announce(connection: sqlite3.Connection, kind: str, data: dict[str, Any]) -> None:
    """Written in the transaction that makes it true."""
    event = {"id": f"evt_{secrets.token_hex(12)}", "type": kind, "created_at": now(), "data": data}
    connection.execute(
        "INSERT INTO events (id, type, body, copies, next_try_at, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            event["id"],
            kind,
            json.dumps(event),
            faults.current(connection).copies_of_a_webhook,
            time.time(),
            event["created_at"],
        ],
    )


def told(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every event, oldest first, and how far it has come."""
    return [
        {
            "id": row["id"],
            "type": row["type"],
            "state": _state(row),
            "tries": row["tries"],
            "last_answer": row["last_answer"],
            "delivered_at": row["delivered_at"],
            "created_at": row["created_at"],
            "data": json.loads(row["body"])["data"],
        }
        for row in connection.execute("SELECT * FROM events ORDER BY rowid")
    ]


def _state(row: sqlite3.Row) -> str:
    if row["copies"]:
        return "waiting"
    return "delivered" if row["delivered_at"] else "dropped"


@dataclass(frozen=True)
class _Letter:
    id: str
    body: str
    tries: int
    next_try_at: float


class Courier:
    """Threads that carry what is due, and sleep until something is."""

    def __init__(self, database: Database, url: str, secret: str) -> None:
        self._database = database
        self._url = url
        self._secret = secret.encode()
        self._in_hand: set[str] = set()

    def start(self) -> None:
        """The threads are daemons: a try cut off by the end of the process is made again later."""
        with self._database.writing() as connection:
            connection.execute("UPDATE events SET next_try_at = ? WHERE copies > 0", [time.time()])
        for number in range(COURIERS):
            threading.Thread(target=self._work, name=f"courier {number}", daemon=True).start()

    def _work(self) -> None:
        while True:
            letter = self._take()
            try:
                self._deliver(letter)
            except sqlite3.Error:  # a full disk, say: the letter is still owed and goes again
                log.exception("webhook %s could not be marked", letter.id)
                with self._database.changed:
                    self._database.changed.wait(FIRST_PAUSE)
            finally:
                self._in_hand.discard(letter.id)

    def _take(self) -> _Letter:
        """Wait for the next letter that is due and that no other courier carries."""
        with self._database.changed:
            while (letter := self._next()) is None or letter.next_try_at > time.time():
                pause = letter.next_try_at - time.time() if letter else None
                self._database.changed.wait(pause)
            self._in_hand.add(letter.id)
            return letter

    def _next(self) -> _Letter | None:
        rows = self._database.reading().execute(
            "SELECT id, body, tries, next_try_at FROM events WHERE copies > 0"
            " ORDER BY next_try_at LIMIT ?",
            [COURIERS],  # the others carry all of them but one, at most
        )
        return next((_Letter(**row) for row in rows if row["id"] not in self._in_hand), None)

    def _deliver(self, letter: _Letter) -> None:
        answer = self._send(letter.body.encode())
        arrived = answer.startswith("2")
        if not arrived:
            log.warning("webhook %s, try %d: %s", letter.id, letter.tries + 1, answer)
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE events SET tries = tries + 1, last_answer = ?, next_try_at = ?,"
                " copies = CASE WHEN ? THEN max(copies - 1, 0) ELSE copies END,"
                " delivered_at = CASE WHEN ? THEN ? ELSE delivered_at END WHERE id = ?",
                [
                    answer,
                    time.time() + (0 if arrived else pause_after(letter.tries + 1)),
                    arrived,
                    arrived,
                    now(),
                    letter.id,
                ],
            )

    def _send(self, body: bytes) -> str:
        """The status of the answer, or what went wrong on the way."""
        timestamp = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "Billing-Timestamp": str(timestamp),
            "Billing-Signature": f"v1={signature(self._secret, timestamp, body)}",
        }
        try:
            return str(_post(self._url, body, headers))
        except (OSError, HTTPException) as error:
            return f"{type(error).__name__}: {error}"


def signature(secret: bytes, timestamp: int, body: bytes) -> str:
    return hmac.new(secret, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def pause_after(tries: int) -> float:
    return min(FIRST_PAUSE * 2.0 ** min(tries - 1, 10), LONGEST_PAUSE)


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    where = urlsplit(url)
    kind = HTTPSConnection if where.scheme == "https" else HTTPConnection
    connection = kind(where.hostname or "", where.port, timeout=PATIENCE)
    target = (where.path or "/") + (f"?{where.query}" if where.query else "")
    try:
        connection.request("POST", target, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
