"""Whether stock, orders and money agree among themselves."""

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from bookshop.notifications.models import Letter
from bookshop.orders.models import Order, OrderLine, Parcel
from bookshop.orders.states import OrderState, ParcelState
from bookshop.outbox import OutboxMessage
from bookshop.payments.models import (
    Account,
    Entry,
    MoveState,
    Payment,
    PaymentState,
    Refund,
)
from bookshop.stock.models import Reservation, ReservationState, Shelf


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
