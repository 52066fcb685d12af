"""Billing over REST. Every asking that changes something carries its idempotency key."""

from typing import Any

import httpx

from bookshop.money import CURRENCY, Money, as_decimal, parse
from bookshop.payments.gateway import BilledMove, BilledPayment, BillingUnreachable
from bookshop.payments.models import PaymentState

PATIENCE = 8  # seconds; less than an errand is held for

_STATES = {
    "pending": PaymentState.OPEN,
    "paid": PaymentState.PAID,
    "declined": PaymentState.DECLINED,
    "cancelled": PaymentState.CANCELLED,
}


class BillingRefused(Exception):
    """Billing understood us and says no: asking again will not help, a person must look."""


class BillingOverHttp:
    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=PATIENCE)

    def open(self, key: str, amount: Money, reference: str, return_url: str) -> BilledPayment:
        asked = {**_amount(amount), "reference": reference, "return_url": return_url}
        return _payment(self._ask("POST", "/payments", asked, key))

    def look(self, billing_id: str) -> BilledPayment:
        return _payment(self._ask("GET", f"/payments/{billing_id}"))

    def cancel(self, billing_id: str) -> BilledPayment:
        """A payment that is over already stays what it is: then looking tells."""
        try:
            return _payment(self._ask("POST", f"/payments/{billing_id}/cancel"))
        except BillingRefused:
            return self.look(billing_id)

    def refund(self, key: str, billing_id: str, amount: Money) -> BilledMove:
        asked = _amount(amount)
        return _move(self._ask("POST", f"/payments/{billing_id}/refunds", asked, key))

    def transfer(self, key: str, account: str, amount: Money, reference: str) -> BilledMove:
        asked = {**_amount(amount), "account": account, "reference": reference}
        return _move(self._ask("POST", "/transfers", asked, key))

    def all_payments(self) -> list[BilledPayment]:
        return [_payment(row) for row in self._ask("GET", "/payments")]

    def all_refunds(self) -> list[BilledMove]:
        return [_move(row) for row in self._ask("GET", "/refunds")]

    def all_transfers(self) -> list[BilledMove]:
        return [_move(row) for row in self._ask("GET", "/transfers")]

    def _ask(
        self, method: str, path: str, body: dict[str, str] | None = None, key: str | None = None
    ) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        try:
            answer = self._client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise BillingUnreachable(f"{method} {path}: {error!r}") from error
        if answer.status_code >= 500 or answer.status_code in (408, 429):
            raise BillingUnreachable(f"{method} {path}: {answer.status_code}")
        if answer.is_error:
            raise BillingRefused(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()


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


def _move(row: dict[str, str]) -> BilledMove:
    return BilledMove(id=row["id"], key=row["idempotency_key"], amount=parse(row["amount"]))
