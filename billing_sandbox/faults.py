"""How the sandbox misbehaves when told to: kept in the database, a restart does not cure it."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from billing_sandbox.problems import Unusable

MOST_LATENCY_MS = 60_000

# type() and not isinstance(): in Python a bool is an int as well.
_USABLE: dict[str, Callable[[Any], bool]] = {
    "latency_ms": lambda value: type(value) is int and 0 <= value <= MOST_LATENCY_MS,
    "error_rate": lambda value: type(value) in (int, float) and 0 <= value <= 1,
    "drop_webhooks": lambda value: type(value) is bool,
    "duplicate_webhooks": lambda value: type(value) is bool,
    "timeout_after_commit": lambda value: type(value) is bool,
}


@dataclass(frozen=True)
class Faults:
    latency_ms: int = 0
    error_rate: float = 0.0
    drop_webhooks: bool = False
    duplicate_webhooks: bool = False
    timeout_after_commit: bool = False

    @property
    def copies_of_a_webhook(self) -> int:
        return 0 if self.drop_webhooks else 2 if self.duplicate_webhooks else 1

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def current(connection: sqlite3.Connection) -> Faults:
    rows = connection.execute("SELECT name, value FROM faults")
    return Faults(**{name: json.loads(value) for name, value in rows})


def change(connection: sqlite3.Connection, wanted: dict[str, object]) -> Faults:
    """Any subset; what is not named stays as it is."""
    for name, value in wanted.items():
        _check(name, value)
        connection.execute(
            "INSERT OR REPLACE INTO faults (name, value) VALUES (?, ?)", [name, json.dumps(value)]
        )
    faults = current(connection)
    if faults.drop_webhooks:  # those that wait for another try are lost as well
        connection.execute("UPDATE events SET copies = 0 WHERE copies > 0")
    return faults


def _check(name: str, value: object) -> None:
    usable = _USABLE.get(name)
    if usable is None or not usable(value):
        raise Unusable(
            name,
            f"Known are {', '.join(_USABLE)}: latency_ms a whole number from 0 to "
            f"{MOST_LATENCY_MS}, error_rate a number from 0 to 1, the others true or false.",
        )
