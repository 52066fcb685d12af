"""What we ask of whoever takes the money. Any asking may be repeated: its key names the effect."""

from dataclasses import dataclass
from typing import Protocol

from bookshop.money import Money
from bookshop.payments.models import PaymentState


class BillingUnreachable(Exception):
    """No answer, or not one we can use: whether it was done is unknown. Ask again."""


class BillingRefused(Exception):
    """Billing understood us and says no: asking again will not help, a person must look."""


@dataclass(frozen=True)
class BilledPayment:
    """A payment as billing knows it. `refunded` is how much of it has been given back."""

    id: str
    state: PaymentState
    amount: Money
    reference: str
    pay_url: str
    refunded: Money


@dataclass(frozen=True)
class BilledMove:
    """A refund or a transfer as billing knows it; `key` is the idempotency key it was made with."""

    id: str
    key: str
    amount: Money


class Billing(Protocol):
    def open(self, key: str, amount: Money, reference: str, return_url: str) -> BilledPayment:
        """A payment page for this amount. The same key is the same payment."""

    def look(self, billing_id: str) -> BilledPayment: ...

    def cancel(self, billing_id: str) -> BilledPayment:
        """Close it if it is still open; the answer says what it is now, which may be paid."""

    def refund(self, key: str, billing_id: str, amount: Money) -> BilledMove: ...

    def transfer(self, key: str, account: str, amount: Money, reference: str) -> BilledMove: ...

    def all_payments(self) -> list[BilledPayment]: ...

    def all_refunds(self) -> list[BilledMove]: ...

    def all_transfers(self) -> list[BilledMove]: ...
