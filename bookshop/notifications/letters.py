"""Which message owes which letter to whom, on one page.

Whether a letter is owed is judged by what has happened (the order's history), never by how things
stand now: the answer is the same when the message comes late, twice, or is audited a month later.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.orm import Session

from bookshop.messages import (
    ConfirmationOverdue,
    Message,
    OrderCancelled,
    OrderPaid,
    ParcelCancelled,
    ParcelConfirmed,
    ParcelRejected,
    ParcelReturned,
    ParcelSent,
    ParcelWaiting,
    PaymentConfirmed,
    PaymentRefused,
    ProblemReported,
    ProblemSettled,
    PromisedCopiesMissing,
    RefundDue,
    SendingOverdue,
    StockRefused,
    StockReserved,
    TransferMade,
    UserRegistered,
)
from bookshop.orders.models import Order, OrderEvent, Parcel
from bookshop.orders.states import OrderState
from bookshop.translations import N_

To = Literal["customer", "seller", "user"]
Condition = Callable[[Session, Any], bool]


def always(session: Session, news: Message) -> bool:
    """Always."""
    return True


def before_it_was_paid(session: Session, news: OrderCancelled) -> bool:
    """If it was not paid yet: gone, expired, or cancelled by the customer."""
    return bool(unpaid_end(session, news.order_id))


def customer_cancelled_all(session: Session, news: OrderCancelled) -> bool:
    """If the customer cancelled a paid order whole; of single parcels he was told one by one."""
    return any(
        event.before == OrderState.PAID and event.why == "customer"
        for event in events(session, news.order_id, OrderCancelled)
    )


def not_with_the_whole_order(session: Session, news: ParcelCancelled) -> bool:
    """Unless the whole order was cancelled at once: then one letter tells all."""
    order = session.get_one(Order, news.order_id)
    return any(parcel.ended_because != "order" for parcel in order.parcels if parcel.total)


def came_too_late(session: Session, news: RefundDue) -> bool:
    """If the payment came after the order had ended; once, with its first parcel's refund."""
    late = any(
        event.why == "late" and not event.after
        for event in events(session, news.order_id, PaymentConfirmed)
    )
    order = session.get_one(Order, news.order_id)
    first = next(parcel.id for parcel in order.parcels if parcel.total)
    return late and news.parcel_id == first and news.n == 1


def without_a_refund(session: Session, news: ProblemSettled) -> bool:
    """If no money goes back; a return has its own letter."""
    parcel = session.get_one(Parcel, news.parcel_id)
    # A parcel that was returned has no later problem: it was the last one that led to it.
    return parcel.ended_because != "returned" or news.n != parcel.problems


def seller_was_asked(session: Session, news: ParcelCancelled) -> bool:
    """If the seller had been asked to confirm it."""
    return any(
        event.parcel_id == news.parcel_id for event in events(session, news.order_id, ParcelWaiting)
    )


@dataclass(frozen=True)
class LetterKind:
    """`name` names the template too; the subject may use %(order)s, %(parcel)s and others."""

    name: str
    to: To
    subject: str
    condition: Condition = always

    @property
    def template(self) -> str:
        return f"{self.name}.jinja"

    @property
    def when(self) -> str:
        """For the documentation."""
        return self.condition.__doc__ or ""


# fmt: off
LETTERS: dict[type[Message], tuple[LetterKind, ...]] = {
    UserRegistered: (
        LetterKind("welcome", "user", N_("Welcome to %(shop_name)s")),
    ),
    StockReserved: (
        LetterKind("order_reserved", "customer", N_("Order %(order)s: your books are set aside")),
    ),
    StockRefused: (
        LetterKind("order_short", "customer", N_("Order %(order)s: some books are gone")),
    ),
    OrderCancelled: (
        LetterKind("order_cancelled", "customer", N_("Order %(order)s is cancelled"),
                   before_it_was_paid),
        LetterKind("order_refunded", "customer", N_("Order %(order)s is cancelled, money returned"),
                   customer_cancelled_all),
    ),
    PaymentRefused: (
        LetterKind("payment_declined", "customer", N_("Order %(order)s: the payment failed")),
    ),
    RefundDue: (
        LetterKind("payment_late", "customer",
                   N_("Order %(order)s: the payment came too late, the money goes back"),
                   came_too_late),
    ),
    OrderPaid: (
        LetterKind("order_paid", "customer", N_("Your order %(order)s is paid")),
    ),
    ParcelWaiting: (
        LetterKind("parcel_waiting", "seller", N_("New order: parcel %(parcel)s")),
    ),
    ConfirmationOverdue: (
        LetterKind("parcel_reminder", "seller",
                   N_("Parcel %(parcel)s still waits for your answer")),
    ),
    ParcelConfirmed: (
        LetterKind("parcel_confirmed", "customer", N_("Parcel %(parcel)s is confirmed")),
    ),
    SendingOverdue: (
        LetterKind("parcel_unsent", "seller", N_("Parcel %(parcel)s: the customer waits for it")),
    ),
    ParcelSent: (
        LetterKind("parcel_sent", "customer", N_("Parcel %(parcel)s is on its way")),
    ),
    ParcelRejected: (
        LetterKind("parcel_rejected", "customer",
                   N_("Parcel %(parcel)s cannot be sent, the money goes back")),
    ),
    ParcelCancelled: (
        LetterKind("parcel_cancelled", "customer",
                   N_("Parcel %(parcel)s is cancelled, the money goes back"),
                   not_with_the_whole_order),
        LetterKind("sale_cancelled", "seller",
                   N_("Parcel %(parcel)s is cancelled: please do not send it"),
                   seller_was_asked),
    ),
    ProblemReported: (
        LetterKind("problem_reported", "seller", N_("A problem with parcel %(parcel)s")),
    ),
    ProblemSettled: (
        LetterKind("problem_settled", "customer",
                   N_("Parcel %(parcel)s: your report has been answered"),
                   without_a_refund),
    ),
    ParcelReturned: (
        LetterKind("parcel_returned", "customer", N_("Parcel %(parcel)s: the money goes back")),
        LetterKind("sale_returned", "seller",
                   N_("Parcel %(parcel)s: the money goes back to the customer")),
    ),
    TransferMade: (
        LetterKind("transfer_made", "seller", N_("Your money for parcel %(parcel)s")),
    ),
    PromisedCopiesMissing: (
        LetterKind("promised_copies_missing", "seller",
                   N_("Copies of “%(title)s” are promised and missing")),
    ),
}
# fmt: on


def events(session: Session, order_id: int, what: type[Message]) -> Sequence[OrderEvent]:
    """What of this kind happened to an order and its parcels, in that order."""
    history = session.get_one(Order, order_id).history
    return [event for event in history if event.what == what.__name__]


def unpaid_end(session: Session, order_id: int) -> str:
    """Why the order ended unpaid: gone, expired or customer; "" if it did not."""
    ends = events(session, order_id, OrderCancelled)
    return next((event.why for event in ends if event.before != OrderState.PAID), "")
