"""A request with an Idempotency-Key takes effect once; its repeats hear the first answer again.

A refusal is an answer too: whoever has heard "no" to a key may rely on it. Only what was never
understood (a malformed body, an unknown payment) is not remembered.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from billing_sandbox.problems import Refused, Unreadable

_LONGEST_KEY = 255


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]
    repeated: bool = False


def usable(key: str | None) -> str:
    if not key:
        raise Unreadable("The header Idempotency-Key is missing: name the effect you want once.")
    if len(key) > _LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Unreadable(f"An Idempotency-Key is up to {_LONGEST_KEY} printable ASCII characters.")
    return key


def once(
    connection: sqlite3.Connection, key: str, request: str, create: Callable[[], dict[str, Any]]
) -> Answer:
    """`request` tells one request from another; `create` refuses before it writes anything."""
    kept = connection.execute("SELECT * FROM answers WHERE key = ?", [key]).fetchone()
    if kept is None:
        answer = _first(create)
        connection.execute(
            "INSERT INTO answers (key, request, status, body) VALUES (?, ?, ?, ?)",
            [key, request, answer.status, json.dumps(answer.body)],
        )
        return answer
    if kept["request"] != request:
        raise Refused("This Idempotency-Key was used for another request.")
    return Answer(kept["status"], json.loads(kept["body"]), repeated=True)


def _first(create: Callable[[], dict[str, Any]]) -> Answer:
    try:
        return Answer(HTTPStatus.CREATED, create())
    except Refused as refusal:
        return Answer(refusal.status, refusal.body)
