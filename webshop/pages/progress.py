"""How far an order has come, for the page of its customer."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _

from bookshop.database import now
from bookshop.money import Money
from bookshop.orders.models import Order, Parcel
from bookshop.orders.parcels import REPORTS_ACCEPTED
from bookshop.orders.sending import send_by
from bookshop.orders.states import OrderState, ParcelState
from bookshop.payments.models import OPEN_STATES, Payment, PaymentState, nothing_was_charged
from webshop.pages.timeline import Step, money_is_back, timeline, why_it_ended
from webshop.shown import shown_money


class Badge(NamedTuple):
    """A word and a sign, never colour alone."""

    tone: str
    sign: str
    text: str


BEFORE_PAYMENT = (OrderState.PLACED, OrderState.SHORT, OrderState.RESERVED)
ON_ITS_WAY = (ParcelState.SENT, ParcelState.RECEIVED, ParcelState.SETTLED)


@dataclass(frozen=True)
class Progress:
    """What the page of an order asks about it."""

    order: Order
    payments: list[Payment]

    @property
    def badge(self) -> Badge:
        if self.order.all_given_back:
            return self._badge_of_the_end
        return {
            OrderState.PLACED: Badge("", "…", _("Being reserved")),
            OrderState.SHORT: Badge("warn", "!", _("Not everything is there")),
            OrderState.RESERVED: Badge("", "…", _("To be paid")),
            OrderState.PAID: Badge("good", "✓", _("Paid")),
            OrderState.COMPLETED: Badge("good", "✓", _("Completed")),
        }[self.order.state]

    @property
    def version(self) -> str:
        """Another one whenever the page would look different."""
        order = self.order
        seen = [
            (order.state, order.expires_at),
            *((one.attempt, one.state, one.pay_url) for one in self.payments),
            *((one.state, one.problem, one.receive_by, one.tracking) for one in order.parcels),
            *(self.late_since(one) for one in order.parcels),
        ]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]

    @property
    def last_payment(self) -> Payment | None:
        return self.payments[-1] if self.payments else None

    @property
    def pay_url(self) -> str | None:
        """Where it can be paid now."""
        last = self.last_payment
        waits = self.order.state is OrderState.RESERVED and last is not None
        return last.pay_url if waits and last and last.state is PaymentState.OPEN else None

    @property
    def declined(self) -> bool:
        """The last try failed, and nothing new is open."""
        last = self.last_payment
        return (
            self.order.state is OrderState.RESERVED
            and last is not None
            and last.state not in (*OPEN_STATES, PaymentState.PAID)
        )

    @property
    def paid(self) -> Payment | None:
        return next((one for one in self.payments if one.state is PaymentState.PAID), None)

    @property
    def books_went_out(self) -> bool:
        """So that its end is no mere cancelling."""
        return any(parcel.sent_at for parcel in self.order.parcels)

    @property
    def what_became_of_the_money(self) -> str:
        """Of an order that is all given back; true at this moment."""
        if self.returning:
            amount = shown_money(self.returning)
            return str(_("We are returning %(amount)s the way you paid.", amount=amount))
        if self.returned:
            return money_is_back(self.returned)
        if nothing_was_charged(self.payments):
            return str(_("Nothing was charged."))
        if self.order.cancelled_because == "expired":
            return str(
                _(
                    "If you paid at the last moment, you need not do anything: either the books can"
                    " still be had and the order goes on, or all of the money goes back."
                )
            )
        return str(_("If you have just paid, all of the money comes back."))

    @property
    def sum_is(self) -> str:
        """What the order's total is to the customer now."""
        if self.paid:
            return str(_("Paid"))
        return str(_("Total") if self.order.state is OrderState.CANCELLED else _("To pay"))

    @property
    def returned(self) -> Money:
        """What billing has given back."""
        return self._total_of(ParcelState.REFUNDED)

    @property
    def returning(self) -> Money:
        """What is on its way back."""
        if self.paid is None:
            return Money(0)
        return self._total_of(ParcelState.REJECTED, ParcelState.CANCELLED, ParcelState.RETURNED)

    @property
    def sellers_wait(self) -> bool:
        """Somebody still gets his money when the customer has the books."""
        return any(
            parcel.state in (ParcelState.WAITING, ParcelState.CONFIRMED, ParcelState.SENT)
            for parcel in self.order.parcels
        )

    def _total_of(self, *states: ParcelState) -> Money:
        return Money(sum(parcel.total for parcel in self.order.parcels if parcel.state in states))

    @property
    def can_be_cancelled(self) -> bool:
        if self.order.state in BEFORE_PAYMENT:
            return True
        free = (ParcelState.WAITING, ParcelState.CONFIRMED)
        return self.order.state is OrderState.PAID and any(
            parcel.state in free for parcel in self.order.parcels
        )

    @property
    def seconds_to_next_look(self) -> int | None:
        """Machines at work are looked at often, people seldom, the past not at all."""
        if self.order.state in BEFORE_PAYMENT:
            return 2
        if self._machines_at_work():
            return 2
        if self.order.state is OrderState.PAID:
            return 15
        return None

    def badge_of(self, parcel: Parcel) -> Badge:
        if parcel.problem:
            return Badge("warn", "!", _("A problem is open"))
        return {
            ParcelState.PLANNED: self.badge,
            ParcelState.WAITING: Badge("", "…", _("Waiting for the seller")),
            ParcelState.CONFIRMED: Badge("", "…", _("Being packed")),
            ParcelState.SENT: Badge("good", "→", _("On its way")),
            ParcelState.RECEIVED: Badge("good", "✓", _("Received")),
            ParcelState.SETTLED: Badge("good", "✓", _("Received")),
            ParcelState.REJECTED: Badge("bad", "×", _("Rejected")),
            ParcelState.CANCELLED: Badge("bad", "×", _("Cancelled")),
            ParcelState.RETURNED: _being_refunded(),
            ParcelState.REFUNDED: _refunded(),
        }[parcel.state]

    def steps(self, parcel: Parcel) -> list[Step]:
        return timeline(self.order, self.paid, parcel)

    def late_since(self, parcel: Parcel) -> datetime | None:
        """When a confirmed parcel should have been on its way, if it should."""
        by = send_by(parcel)
        return by if by and by <= now() else None

    def may_report(self, parcel: Parcel) -> bool:
        """That it is missing or wrong, once it was sent and not for ever."""
        if parcel.problem or parcel.state not in ON_ITS_WAY:
            return False
        recent = parcel.sent_at is not None and parcel.sent_at > now() - REPORTS_ACCEPTED
        return recent or parcel.state is ParcelState.SENT

    @property
    def why_cancelled(self) -> str:
        """Where its parcels ended for several reasons, each tells its own."""
        reasons = {why_it_ended(parcel) for parcel in self.order.parcels if parcel.total}
        return reasons.pop() if len(reasons) == 1 else ""

    @property
    def _badge_of_the_end(self) -> Badge:
        if not self.books_went_out:
            return Badge("bad", "×", _("Cancelled"))
        states = {parcel.state for parcel in self.order.parcels if parcel.total}
        return _being_refunded() if states != {ParcelState.REFUNDED} else _refunded()

    def _machines_at_work(self) -> bool:
        """A refund, a transfer or the end of a payment is being asked of billing."""
        payment_is_open = any(one.state in OPEN_STATES for one in self.payments)
        if self.order.state is OrderState.CANCELLED and payment_is_open:
            return True
        passing = (
            ParcelState.REJECTED,
            ParcelState.RETURNED,
            ParcelState.RECEIVED,
            *([ParcelState.CANCELLED] if self.paid else []),
        )
        return any(parcel.state in passing and not parcel.ended for parcel in self.order.parcels)


def _being_refunded() -> Badge:
    return Badge("bad", "×", _("Being refunded"))


def _refunded() -> Badge:
    return Badge("bad", "×", _("Refunded"))
