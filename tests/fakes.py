"""Stand-ins for the outside world, which remember what they were asked and can be told to fail."""

from dataclasses import dataclass, field, replace
from itertools import count

from bookshop.money import Money
from bookshop.notifications.models import Letter
from bookshop.payments.gateway import BilledMove, BilledPayment, BillingUnreachable
from bookshop.payments.models import PaymentState


@dataclass
class FakeBilling:
    """Keeps the promise that matters: the same key is the same effect."""

    down: bool = False
    payments: dict[str, BilledPayment] = field(default_factory=dict)
    refunds: dict[str, BilledMove] = field(default_factory=dict)
    transfers: dict[str, BilledMove] = field(default_factory=dict)
    _ids: count = field(default_factory=lambda: count(1))

    def open(self, key: str, amount: Money, reference: str, return_url: str) -> BilledPayment:
        self._answer()
        if key not in self.payments:
            id = f"pay{next(self._ids)}"
            self.payments[key] = BilledPayment(
                id, PaymentState.OPEN, amount, reference, f"http://billing/pay/{id}", Money(0)
            )
        return self.payments[key]

    def look(self, billing_id: str) -> BilledPayment:
        self._answer()
        return next(p for p in self.payments.values() if p.id == billing_id)

    def cancel(self, billing_id: str) -> BilledPayment:
        payment = self.look(billing_id)
        if payment.state is PaymentState.OPEN:
            self._becomes(payment, PaymentState.CANCELLED)
        return self.look(billing_id)

    def refund(self, key: str, billing_id: str, amount: Money) -> BilledMove:
        payment = self.look(billing_id)
        if key not in self.refunds:
            refunded = Money(payment.refunded + amount)
            assert payment.state is PaymentState.PAID
            assert refunded <= payment.amount, "refunded more than was captured"
            self.payments[payment.reference] = replace(payment, refunded=refunded)
            self.refunds[key] = BilledMove(f"ref{next(self._ids)}", key, amount)
        return self.refunds[key]

    def transfer(self, key: str, account: str, amount: Money, reference: str) -> BilledMove:
        self._answer()
        if key not in self.transfers:
            self.transfers[key] = BilledMove(f"tra{next(self._ids)}", key, amount)
        return self.transfers[key]

    def all_payments(self) -> list[BilledPayment]:
        self._answer()
        return list(self.payments.values())

    def all_refunds(self) -> list[BilledMove]:
        return list(self.refunds.values())

    def all_transfers(self) -> list[BilledMove]:
        return list(self.transfers.values())

    def customer(self, key: str, outcome: PaymentState) -> None:
        """What the customer does on the pay page; a payment that is over stays as it is."""
        if self.payments[key].state is PaymentState.OPEN:
            self._becomes(self.payments[key], outcome)

    def _becomes(self, payment: BilledPayment, state: PaymentState) -> None:
        self.payments[payment.reference] = replace(payment, state=state)

    def _answer(self) -> None:
        if self.down:
            raise BillingUnreachable("the line is dead")


@dataclass
class FakePost:
    down: bool = False
    sent: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        if self.down:
            raise ConnectionRefusedError("the post office is closed")
        self.sent.append(letter)
