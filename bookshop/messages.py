"""Everything that can happen in the bookshop, named in the past tense.

A message carries only ids, text and whole numbers, so it survives JSON unchanged.
"""

from dataclasses import dataclass, fields

from bookshop.money import Money


@dataclass(frozen=True)
class Message:
    @property
    def key(self) -> str:
        """Names the event for good: "PaymentRefused-12-1". A repeat has the same key."""
        ids = (getattr(self, field.name) for field in fields(self))
        return "-".join(
            [type(self).__name__, *(str(part) for part in ids if isinstance(part, int))]
        )


# People


@dataclass(frozen=True)
class UserRegistered(Message):
    user_id: int


# The catalogue


@dataclass(frozen=True)
class CatalogueUploaded(Message):
    import_id: int


@dataclass(frozen=True)
class ImportApproved(Message):
    import_id: int


@dataclass(frozen=True)
class ImportUndoAsked(Message):
    import_id: int


@dataclass(frozen=True)
class BooksChanged(Message):
    """The facts of these books, or which of them are on sale, are no longer what they were."""

    book_ids: list[int]


@dataclass(frozen=True)
class PromisedCopiesMissing(Message):
    """The seller now says he has fewer copies than orders were promised."""

    offer_id: int
    movement_id: int


# The life of an order; `round` counts how often it was placed, from 1


@dataclass(frozen=True)
class OrderPlaced(Message):
    order_id: int
    round: int


@dataclass(frozen=True)
class StockReserved(Message):
    order_id: int
    round: int


@dataclass(frozen=True)
class StockRefused(Message):
    order_id: int
    round: int


@dataclass(frozen=True)
class OrderPaid(Message):
    order_id: int


@dataclass(frozen=True)
class OrderCancelled(Message):
    order_id: int


@dataclass(frozen=True)
class OrderCompleted(Message):
    order_id: int


# Payments; `attempt` counts from 1


@dataclass(frozen=True)
class PaymentDue(Message):
    order_id: int
    attempt: int
    amount: Money


@dataclass(frozen=True)
class PaymentNews(Message):
    """Billing, the customer's return or the clock says: something may have changed, go and ask.

    `occasion` tells one asking from the next.
    """

    order_id: int
    attempt: int
    occasion: str


@dataclass(frozen=True)
class PaymentConfirmed(Message):
    order_id: int
    attempt: int


@dataclass(frozen=True)
class PaymentRefused(Message):
    order_id: int
    attempt: int


@dataclass(frozen=True)
class PaymentCancelled(Message):
    order_id: int
    attempt: int


@dataclass(frozen=True)
class PaymentNotWanted(Message):
    """The order is gone: an open payment must be closed at billing."""

    order_id: int
    attempt: int


@dataclass(frozen=True)
class RefundDue(Message):
    """`n` counts the refunds of this parcel, from 1."""

    order_id: int
    parcel_id: int
    n: int
    amount: Money


@dataclass(frozen=True)
class RefundMade(Message):
    order_id: int
    parcel_id: int
    n: int


@dataclass(frozen=True)
class TransferDue(Message):
    order_id: int
    parcel_id: int
    amount: Money


@dataclass(frozen=True)
class TransferMade(Message):
    order_id: int
    parcel_id: int


# The life of a parcel


@dataclass(frozen=True)
class ParcelWaiting(Message):
    """Paid: the seller is asked to confirm."""

    order_id: int
    parcel_id: int


@dataclass(frozen=True)
class ConfirmationOverdue(Message):
    """A day without an answer: the seller is reminded."""

    order_id: int
    parcel_id: int


@dataclass(frozen=True)
class ParcelConfirmed(Message):
    order_id: int
    parcel_id: int


@dataclass(frozen=True)
class SendingOverdue(Message):
    """Confirmed days ago and still not sent: the seller is reminded."""

    order_id: int
    parcel_id: int


@dataclass(frozen=True)
class ParcelSent(Message):
    order_id: int
    parcel_id: int


@dataclass(frozen=True)
class ParcelReceived(Message):
    order_id: int
    parcel_id: int


@dataclass(frozen=True)
class ParcelRejected(Message):
    order_id: int
    parcel_id: int


@dataclass(frozen=True)
class ParcelCancelled(Message):
    order_id: int
    parcel_id: int


@dataclass(frozen=True)
class ParcelReturned(Message):
    order_id: int
    parcel_id: int


@dataclass(frozen=True)
class ProblemReported(Message):
    """The customer says a parcel is missing or wrong; `n` counts his reports, from 1."""

    order_id: int
    parcel_id: int
    n: int


@dataclass(frozen=True)
class ProblemSettled(Message):
    order_id: int
    parcel_id: int
    n: int


# The shop itself


@dataclass(frozen=True)
class AuditAsked(Message):
    """An operator wants to know now: `at` that time, in seconds since 1970."""

    at: int


# Letters


@dataclass(frozen=True)
class LetterWritten(Message):
    letter_id: int


MESSAGES: dict[str, type[Message]] = {kind.__name__: kind for kind in Message.__subclasses__()}


def to_json(message: Message) -> dict[str, object]:
    """Plain values only, so nothing below them need be copied."""
    return dict(vars(message))


def from_json(name: str, body: dict[str, object]) -> Message:
    return MESSAGES[name](**body)
