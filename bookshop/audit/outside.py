"""Whether billing and the search index say what the shop says."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bookshop.audit.hearing import PATIENCE
from bookshop.books.models import Book, Offer
from bookshop.database import now
from bookshop.messages import BooksChanged
from bookshop.outbox import Delivery, DeliveryState, OutboxMessage
from bookshop.payments.gateway import (
    BilledMove,
    BilledPayment,
    Billing,
    BillingRefused,
    BillingUnreachable,
)
from bookshop.payments.models import (
    OPEN_STATES,
    MoveState,
    Payment,
    PaymentState,
    Refund,
    Transfer,
)

SILENT = "billing does not answer (BOOKSHOP_BILLING_URL, or BOOKSHOP_PORT of the demo, says where)"


class CouldNotBeAsked(Exception):
    """Nobody knows whether it holds."""


class Index(Protocol):
    def contents(self) -> Mapping[int, int]:
        """Book id -> revision, of everything that can be found."""


@dataclass(frozen=True)
class Billed:
    """What billing said, and when it was asked; or why it did not answer."""

    at: datetime
    payments: list[BilledPayment]
    refunds: list[BilledMove]
    transfers: list[BilledMove]
    silence: str = ""


def ask(billing: Billing) -> Billed:
    at = now()
    try:
        return Billed(at, billing.all_payments(), billing.all_refunds(), billing.all_transfers())
    except (BillingUnreachable, BillingRefused) as error:
        return Billed(at, [], [], [], silence=f"{SILENT}: {error}")


def agreement(session: Session, billed: Billed, looked_at: datetime) -> list[str]:
    """Raises CouldNotBeAsked."""
    if billed.silence:
        raise CouldNotBeAsked(billed.silence)
    return _about_payments(session, billed, looked_at) + _about_moves(session, billed)


def _about_payments(session: Session, billed: Billed, looked_at: datetime) -> list[str]:
    ours = {payment.key: payment for payment in session.scalars(select(Payment))}
    offenders = []
    for theirs in billed.payments:
        payment = ours.get(theirs.reference)
        if payment is None:
            offenders.append(f"billing has {theirs.reference}, we do not")
        elif theirs.amount != payment.amount or not _same_state(
            payment, theirs.state, billed.at, looked_at
        ):
            offenders.append(f"{payment.key}: we say {payment.state}, billing says {theirs.state}")
    known = Counter(theirs.reference for theirs in billed.payments)
    offenders += [f"billing has {key} {times} times" for key, times in known.items() if times > 1]
    return offenders + [
        f"{key}: billing does not know it"
        for key, payment in ours.items()
        if payment.billing_id and key not in known and payment.asked_at < billed.at
    ]


def _same_state(payment: Payment, billed: PaymentState, at: datetime, looked_at: datetime) -> bool:
    """Billing may be a minute ahead of us: its news is on the way, or we are about to ask. And we
    may have heard since what it did not yet say at `at`.
    """
    if payment.state in OPEN_STATES:
        return billed in OPEN_STATES or payment.asked_at > looked_at - PATIENCE
    return payment.state is billed or (billed in OPEN_STATES and payment.asked_at >= at)


def _about_moves(session: Session, billed: Billed) -> list[str]:
    refunds = session.scalars(select(Refund))
    transfers = session.scalars(select(Transfer).where(Transfer.amount > 0))
    return _differences({r.key: r for r in refunds}, billed.refunds, billed.at) + _differences(
        {t.key: t for t in transfers}, billed.transfers, billed.at
    )


def _differences(
    ours: Mapping[str, Refund | Transfer], billed: list[BilledMove], at: datetime
) -> list[str]:
    """What is done here was done there, for the same amount; what was done there is known here."""
    theirs = {move.key: move for move in billed}
    offenders = [f"billing has {key}, we do not" for key in theirs.keys() - ours.keys()]
    for key, move in ours.items():
        said = theirs.get(key)
        if said and said.amount != move.amount:
            offenders.append(f"{key}: we say {move.amount}, billing says {said.amount}")
        if said and move.state is MoveState.CALLED_OFF:
            offenders.append(f"{key}: called off here, billing has made it")
        if said is None and move.state is MoveState.DONE and move.done_at and move.done_at < at:
            offenders.append(f"{key}: done here, billing does not know it")
    return sorted(offenders)


@dataclass(frozen=True)
class Indexed:
    """What the index held, and since when it was asked."""

    at: datetime
    contents: Mapping[int, int]


def findable(session: Session, index: Indexed, looked_at: datetime) -> list[str]:
    """What it had then, or has heard of since."""
    indexed = index.contents
    on_sale = select(Offer.book_id).where(Offer.withdrawn_at.is_(None))
    there = dict(session.execute(select(Book.id, Book.revision).where(Book.id.in_(on_sale))).all())
    late, just_now = _being_indexed(session, index.at, looked_at)
    return [
        f"book {book}: {'still being indexed, ' if book in late else ''}"
        f"on sale at revision {there.get(book)}, in the index {indexed.get(book)}"
        for book in sorted(there.keys() | indexed.keys())
        if there.get(book) != indexed.get(book) and book not in just_now
    ]


def _being_indexed(
    session: Session, at: datetime, looked_at: datetime
) -> tuple[set[int], set[int]]:
    """Books that the index has yet to hear of, and those of which it has heard just now, or may."""
    query = (
        select(OutboxMessage, Delivery.state)
        .outerjoin(Delivery, Delivery.message_id == OutboxMessage.id)
        .where(OutboxMessage.name == BooksChanged.__name__)
        .where(
            or_(
                OutboxMessage.routed_at.is_(None),
                Delivery.state.in_([DeliveryState.WAITING, DeliveryState.FAILED]),
                Delivery.done_at >= at,
            )
        )
    )
    late: set[int] = set()
    just_now: set[int] = set()
    for message, state in session.execute(query):
        heard_or_young = state is DeliveryState.DONE or message.made_at > looked_at - PATIENCE
        (just_now if heard_or_young else late).update(message.body["book_ids"])
    return late, just_now
