"""Billing over REST. Every asking that changes something carries its idempotency key."""

from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from bookshop.money import CURRENCY, Money, NotMoney, as_decimal, parse
from bookshop.payments.gateway import (
    BilledMove,
    BilledPayment,
    BillingRefused,
    BillingUnreachable,
)
from bookshop.payments.models import PaymentState

T = TypeVar("T")

PATIENCE = 3.5  # seconds; an errand asks at most three times, and is held for longer than that

_STATES = {
    "pending": PaymentState.OPEN,
    "paid": PaymentState.PAID,
    "declined": PaymentState.DECLINED,
    "cancelled": PaymentState.CANCELLED,
}


class BillingOverHttp:
    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=PATIENCE)

    def open(self, key: str, amount: Money, reference: str, return_url: str) -> BilledPayment:
        asked = {**_amount(amount), "reference": reference, "return_url": return_url}
        return self._ask(_payment, "POST", "/payments", asked, key)

    def look(self, billing_id: str) -> BilledPayment:
        return self._ask(_payment, "GET", f"/payments/{billing_id}")

    def cancel(self, billing_id: str) -> BilledPayment:
        """A payment that is over already stays what it is: then looking tells."""
        try:
            return self._ask(_payment, "POST", f"/payments/{billing_id}/cancel")
        except BillingRefused:
            return self.look(billing_id)

    def refund(self, key: str, billing_id: str, amount: Money) -> BilledMove:
        return self._ask(_move, "POST", f"/payments/{billing_id}/refunds", _amount(amount), key)

    def transfer(self, key: str, account: str, amount: Money, reference: str) -> BilledMove:
        asked = {**_amount(amount), "account": account, "reference": reference}
        return self._ask(_move, "POST", "/transfers", asked, key)

    def all_payments(self) -> list[BilledPayment]:
        return self._ask(_each(_payment), "GET", "/payments")

    def all_refunds(self) -> list[BilledMove]:
        return self._ask(_each(_move), "GET", "/refunds")

    def all_transfers(self) -> list[BilledMove]:
        return self._ask(_each(_move), "GET", "/transfers")

    def _ask(
        self,
        read: Callable[[Any], T],
        method: str,
        path: str,
        body: dict[str, str] | None = None,
        key: str | None = None,
    ) -> T:
        headers = {"Idempotency-Key": key} if key else {}
        try:
            answer = self._client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            url = error.request.url.copy_with(userinfo=b"")  # a password is nobody's to read
            raise BillingUnreachable(f"{method} {url}: {error!r}") from error
        if answer.is_client_error and answer.status_code not in (408, 429):
            raise BillingRefused(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        if not answer.is_success:
            raise BillingUnreachable(f"{method} {path}: {answer.status_code}")
        try:
            return read(answer.json())
        except (ValueError, KeyError, TypeError, NotMoney) as error:
            # Not billing's: the page of a proxy, say.
            raise BillingUnreachable(f"{method} {path}: {answer.text[:500]}") from error


def _amount(amount: Money) -> dict[str, str]:
    return {"amount": as_decimal(amount), "currency": CURRENCY}


def _payment(row: dict[str, str]) -> BilledPayment:
    return BilledPayment(
        id=row["id"],
        state=_STATES[row["state"]],
        amount=parse(row["amount"]),
        reference=row["reference"],
        pay_url=row["pay_url"],
        refunded=parse(row["refunded"]),
    )


def _each(read: Callable[[dict[str, str]], T]) -> Callable[[Any], list[T]]:
    return lambda rows: [read(row) for row in rows]


def _move(row: dict[str, str]) -> BilledMove:
    return BilledMove(id=row["id"], key=row["idempotency_key"], amount=parse(row["amount"]))
