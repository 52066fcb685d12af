"""What the billing company keeps: payments, refunds, transfers, and how they look from outside."""

import sqlite3
from dataclasses import asdict, dataclass
from typing import Any, Literal

from billing_sandbox import money
from billing_sandbox.problems import Unknown

State = Literal["pending", "paid", "declined", "cancelled"]
Outcome = Literal["paid", "declined"]


@dataclass(frozen=True, kw_only=True)
class Movement:
    id: str
    amount: int
    currency: str
    reference: str
    idempotency_key: str
    created_at: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"amount": money.as_decimal(self.amount)}


@dataclass(frozen=True, kw_only=True)
class Payment(Movement):
    return_url: str
    pay_url: str
    state: State
    refunded: int

    @property
    def final(self) -> bool:
        return self.state != "pending"

    @property
    def refundable(self) -> int:
        return self.amount - self.refunded if self.state == "paid" else 0

    def as_json(self) -> dict[str, Any]:
        return super().as_json() | {"refunded": money.as_decimal(self.refunded)}


@dataclass(frozen=True, kw_only=True)
class Refund(Movement):
    """Its reference is that of its payment."""

    payment: str
    state: Literal["done"] = "done"


@dataclass(frozen=True, kw_only=True)
class Transfer(Movement):
    account: str
    state: Literal["done"] = "done"


def find_payment(connection: sqlite3.Connection, payment_id: str) -> Payment:
    row = connection.execute("SELECT * FROM payments WHERE id = ?", [payment_id]).fetchone()
    if row is None:
        raise Unknown(f"There is no payment {payment_id}.")
    return Payment(**row)


def payments(connection: sqlite3.Connection, **wanted: str) -> list[Payment]:
    return [Payment(**row) for row in _rows(connection, "payments", wanted)]


def latest_payments(connection: sqlite3.Connection, most: int) -> list[Payment]:
    rows = connection.execute("SELECT * FROM payments ORDER BY rowid DESC LIMIT ?", [most])
    return [Payment(**row) for row in rows]


def refunds(connection: sqlite3.Connection, **wanted: str) -> list[Refund]:
    return [Refund(**row) for row in _rows(connection, "refunds", wanted)]


def transfers(connection: sqlite3.Connection, **wanted: str) -> list[Transfer]:
    return [Transfer(**row) for row in _rows(connection, "transfers", wanted)]


def _rows(connection: sqlite3.Connection, table: str, wanted: dict[str, str]) -> sqlite3.Cursor:
    """Oldest first. The names of tables and columns are our own words; the values are bound."""
    conditions = "".join(f" AND {column} = :{column}" for column in wanted)
    query = f"SELECT * FROM {table} WHERE true{conditions} ORDER BY rowid"  # noqa: S608
    return connection.execute(query, wanted)
