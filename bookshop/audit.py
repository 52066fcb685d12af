"""What must always hold, as plain queries. Each answers what offends against it, in words.

Billing and the search index are handed in; billing not answering is a failure, not a pass.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from bookshop import outbox
from bookshop.books.models import Book, Offer
from bookshop.database import now
from bookshop.messages import BooksChanged
from bookshop.notifications import service as notifications
from bookshop.notifications.letters import LETTERS
from bookshop.notifications.models import Letter
from bookshop.orders.models import Order, OrderLine, Parcel
from bookshop.orders.states import OrderState, ParcelState
from bookshop.outbox import Delivery, DeliveryState, OutboxMessage
from bookshop.payments.gateway import BilledMove, Billing, BillingRefused, BillingUnreachable
from bookshop.payments.models import (
    OPEN_STATES,
    Account,
    Entry,
    MoveState,
    Payment,
    PaymentState,
    Refund,
    Transfer,
)
from bookshop.stock.models import Reservation, ReservationState, Shelf

PATIENCE = timedelta(seconds=60)
OUTSIDE = ("billing", "mail", "imports", "index")  # errands there may take a day


class Index(Protocol):
    def contents(self) -> Mapping[int, int]:
        """Book id -> revision, of everything that can be found."""


@dataclass(frozen=True)
class Verdict:
    number: int
    name: str
    offenders: list[str]

    @property
    def holds(self) -> bool:
        return not self.offenders


def audit(session: Session, billing: Billing, index: Index) -> list[Verdict]:
    """All seven, in order."""
    checks: list[tuple[str, Callable[[], list[str]]]] = [
        ("copies: reserved is what live reservations say", lambda: copies(session)),
        ("every wanted line is covered once, no other is", lambda: covers(session)),
        ("the ledger sums to zero, order by order", lambda: money(session)),
        ("billing and we say the same", lambda: agreement(session, billing)),
        ("every message arrives", lambda: deliveries(session)),
        ("every letter owed is written once", lambda: letters(session)),
        ("the index holds what is on sale", lambda: findable(session, index)),
    ]
    return [Verdict(n, name, check()) for n, (name, check) in enumerate(checks, 1)]


def copies(session: Session) -> list[str]:
    live = (
        select(Reservation.offer_id, func.sum(Reservation.quantity).label("copies"))
        .where(Reservation.state == ReservationState.LIVE)
        .group_by(Reservation.offer_id)
        .subquery()
    )
    promised = func.coalesce(live.c.copies, 0)
    query = (
        select(Shelf, promised)
        .outerjoin(live, live.c.offer_id == Shelf.offer_id)
        .where(or_(Shelf.reserved != promised, Shelf.reserved < 0, Shelf.on_hand < 0))
    )
    wrong = [
        f"offer {shelf.offer_id}: reserved {shelf.reserved}, live reservations {copies}"
        for shelf, copies in session.execute(query)
    ]
    return wrong + _shortages_untold(session)


def _shortages_untold(session: Session) -> list[str]:
    """A seller who promised more than he has was told so."""
    short = session.scalars(select(Shelf.offer_id).where(Shelf.reserved > Shelf.on_hand))
    untold = []
    for offer_id in short:
        key = f"PromisedCopiesMissing-{offer_id}-%"
        said = select(OutboxMessage.id).where(OutboxMessage.key.like(key))
        written = select(Letter.id).where(Letter.event.like(key))
        if not any(session.execute(query.limit(1)).first() for query in (said, written)):
            untold.append(f"offer {offer_id}: fewer than promised, and the seller was not told")
    return untold


_HOLDING = (ParcelState.PLANNED, ParcelState.WAITING, ParcelState.CONFIRMED)
_SENT = (ParcelState.SENT, ParcelState.RECEIVED, ParcelState.SETTLED)


def covers(session: Session) -> list[str]:
    query = (
        select(
            OrderLine.id,
            OrderLine.quantity,
            Parcel.state,
            Order.id,
            Order.state,
            func.coalesce(func.sum(_copies_when(ReservationState.LIVE)), 0),
            func.coalesce(func.sum(_copies_when(ReservationState.SENT)), 0),
        )
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .join(Order, Order.id == Parcel.order_id)
        .outerjoin(Reservation, Reservation.line_id == OrderLine.id)
        .group_by(OrderLine.id, OrderLine.quantity, Parcel.state, Order.id, Order.state)
    )
    offenders = []
    for line, quantity, parcel, order_id, order, live, sent in session.execute(query):
        taken = order in (OrderState.RESERVED, OrderState.PAID, OrderState.COMPLETED)
        must_live = quantity if taken and parcel in _HOLDING else 0
        right = live == must_live and (sent == quantity or parcel not in _SENT)
        if not right:
            offenders.append(
                f"order {order_id} ({order}), line {line} of a parcel {parcel}: "
                f"{quantity} wanted, {live} reserved, {sent} sent"
            )
    return offenders


def _copies_when(state: ReservationState) -> ColumnElement[int]:
    return case((Reservation.state == state, Reservation.quantity), else_=0)


def money(session: Session) -> list[str]:
    offenders = [
        f"movement {movement}: sums to {total}"
        for movement, total in session.execute(
            select(Entry.movement, func.sum(Entry.amount))
            .group_by(Entry.movement)
            .having(func.sum(Entry.amount) != 0)
        )
    ]
    paid, given_back, over = _paid(session), _given_back(session), _over(session)
    balances: dict[int, dict[Account, int]] = {order_id: {} for order_id in paid}
    by_order = select(Entry.order_id, Entry.account, func.sum(Entry.amount)).group_by(
        Entry.order_id, Entry.account
    )
    for order_id, account, amount in session.execute(by_order):
        balances.setdefault(order_id, {})[account] = int(amount)
    for order_id, of in sorted(balances.items()):
        captured, held = -of.get(Account.CUSTOMER, 0), of.get(Account.ESCROW, 0)
        if captured != paid.get(order_id, 0):
            offenders.append(f"order {order_id}: captured {captured}, paid {paid.get(order_id, 0)}")
        if of.get(Account.REFUND, 0) != given_back.get(order_id, 0):
            offenders.append(
                f"order {order_id}: {of.get(Account.REFUND, 0)} refunded in the ledger, "
                f"{given_back.get(order_id, 0)} by refunds"
            )
        if held < 0 or (held and order_id in over):
            offenders.append(f"order {order_id}: holds {held}")
    return offenders


def _paid(session: Session) -> dict[int, int]:
    query = select(Payment.order_id, func.sum(Payment.amount)).where(
        Payment.state == PaymentState.PAID
    )
    return {
        order: int(amount) for order, amount in session.execute(query.group_by(Payment.order_id))
    }


def _given_back(session: Session) -> dict[int, int]:
    query = select(Refund.order_id, func.sum(Refund.amount)).where(Refund.state == MoveState.DONE)
    return {
        order: int(amount) for order, amount in session.execute(query.group_by(Refund.order_id))
    }


def _over(session: Session) -> set[int]:
    """Orders that owe nobody anything: completed with no refund on its way, or all given back."""
    refunding = select(Refund.order_id).where(Refund.state == MoveState.DUE)
    query = select(Order.id).where(
        Order.state.in_([OrderState.COMPLETED, OrderState.CANCELLED]), Order.id.not_in(refunding)
    )
    return set(session.scalars(query))


def agreement(session: Session, billing: Billing) -> list[str]:
    try:
        theirs = billing.all_payments()
        refunds, transfers = billing.all_refunds(), billing.all_transfers()
    except (BillingUnreachable, BillingRefused) as error:
        return [f"billing does not answer: {error}"]
    ours = {payment.key: payment for payment in session.scalars(select(Payment))}
    offenders = []
    for billed in theirs:
        payment = ours.get(billed.reference)
        if payment is None:
            offenders.append(f"billing has {billed.reference}, we do not")
        elif billed.amount != payment.amount or not _same_state(payment, billed.state):
            offenders.append(f"{payment.key}: we say {payment.state}, billing says {billed.state}")
    known = {billed.reference for billed in theirs}
    offenders += [
        f"{key}: billing does not know it"
        for key, payment in ours.items()
        if payment.billing_id and key not in known
    ]
    made_refunds = session.scalars(select(Refund))
    made_transfers = session.scalars(select(Transfer).where(Transfer.amount > 0))
    offenders += _differences({r.key: r for r in made_refunds}, {r.key: r for r in refunds})
    offenders += _differences({t.key: t for t in made_transfers}, {t.key: t for t in transfers})
    return offenders


def _same_state(payment: Payment, billed: PaymentState) -> bool:
    """Billing may be a minute ahead of us: its news is on the way, or we are about to ask."""
    if payment.state in OPEN_STATES and billed is not PaymentState.OPEN:
        return payment.asked_at > now() - PATIENCE
    return payment.state is billed or (payment.state in OPEN_STATES and billed in OPEN_STATES)


def _differences(
    ours: Mapping[str, Refund | Transfer], theirs: Mapping[str, BilledMove]
) -> list[str]:
    """What is done here was done there, for the same amount; what was done there is known here."""
    offenders = [f"billing has {key}, we do not" for key in theirs.keys() - ours.keys()]
    for key, move in ours.items():
        billed = theirs.get(key)
        if billed and billed.amount != move.amount:
            offenders.append(f"{key}: we say {move.amount}, billing says {billed.amount}")
        if billed is None and move.state is MoveState.DONE:
            offenders.append(f"{key}: done here, billing does not know it")
    return sorted(offenders)


def deliveries(session: Session) -> list[str]:
    late = outbox.overdue(session, OUTSIDE, PATIENCE)
    unrouted = session.scalars(
        select(OutboxMessage).where(
            OutboxMessage.routed_at.is_(None), OutboxMessage.made_at < now() - PATIENCE
        )
    )
    return [
        f"delivery {delivery.id} of {delivery.message.key} to {delivery.handler}: "
        f"{delivery.state}, {delivery.error.strip().rpartition(chr(10))[2]}"
        for delivery in late
    ] + [f"message {message.id} {message.key}: nobody carried it" for message in unrouted]


def letters(session: Session) -> list[str]:
    """For every message whose letters should be written by now."""
    under_way = (
        select(OutboxMessage.key)
        .outerjoin(Delivery, Delivery.message_id == OutboxMessage.id)
        .where(or_(OutboxMessage.routed_at.is_(None), Delivery.state != DeliveryState.DONE))
    )
    told = select(OutboxMessage).where(
        OutboxMessage.name.in_([kind.__name__ for kind in LETTERS]),
        OutboxMessage.key.not_in(under_way),
    )
    written = {
        (event, kind): number
        for event, kind, number in session.execute(
            select(Letter.event, Letter.kind, func.count()).group_by(Letter.event, Letter.kind)
        )
    }
    return [
        f"{row.key}: letter {letter.kind.name} written {number} times"
        for row in session.scalars(told)
        for letter in notifications.owed(session, row.message)
        if (number := written.get((row.key, letter.kind.name), 0)) != 1
    ]


def findable(session: Session, index: Index) -> list[str]:
    on_sale = select(Offer.book_id).where(Offer.withdrawn_at.is_(None))
    there = dict(session.execute(select(Book.id, Book.revision).where(Book.id.in_(on_sale))).all())
    found = dict(index.contents())
    late, just_now = _being_indexed(session)
    return [
        f"book {book}: {'still being indexed, ' if book in late else ''}"
        f"on sale at revision {there.get(book)}, in the index {found.get(book)}"
        for book in sorted(there.keys() | found.keys())
        if there.get(book) != found.get(book) and book not in just_now
    ]


_ON_ITS_WAY = (DeliveryState.WAITING, DeliveryState.FAILED)


def _being_indexed(session: Session) -> tuple[set[int], set[int]]:
    """Books that the index has yet to hear of, and those changed so lately that it may just."""
    waiting = select(Delivery.message_id).where(Delivery.state.in_(_ON_ITS_WAY))
    query = select(OutboxMessage).where(
        OutboxMessage.name == BooksChanged.__name__,
        or_(OutboxMessage.routed_at.is_(None), OutboxMessage.id.in_(waiting)),
    )
    late: set[int] = set()
    just_now: set[int] = set()
    for message in session.scalars(query):
        is_young = message.made_at > now() - PATIENCE
        (just_now if is_young else late).update(message.body["book_ids"])
    return late, just_now
