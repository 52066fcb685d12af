"""Is everything done, or does it wait for somebody who means to let it wait?"""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from bookshop.orders.models import Order
from bookshop.orders.states import OrderState
from bookshop.outbox import Delivery, DeliveryState, OutboxMessage
from bookshop.payments.models import OPEN_STATES, MoveState, Payment, Refund, Transfer
from tests.chaos.shop import Shop

ENDED = (OrderState.COMPLETED, OrderState.CANCELLED)


def under_way(shop: Shop) -> list[str]:
    """What is to be waited for; empty when the shop has settled."""
    with shop.database.reading() as session:
        return [*_orders(session, shop), *_errands(session)]


def _orders(session: Session, shop: Shop) -> Iterator[str]:
    query = select(Order).where(Order.state.not_in(ENDED)).options(selectinload(Order.parcels))
    for order in session.scalars(query):
        moving = [p for p in order.parcels if not p.ended and p.id not in shop.left_alone]
        if moving or order.state is not OrderState.PAID:
            yield f"order {order.id} is {order.state}: {[(p.id, p.state.value) for p in moving]}"


def _errands(session: Session) -> Iterator[str]:
    for what, query in {
        "messages not routed": select(OutboxMessage).where(OutboxMessage.routed_at.is_(None)),
        "deliveries not done": select(Delivery).where(Delivery.state != DeliveryState.DONE),
        "payments open": select(Payment).where(Payment.state.in_(OPEN_STATES)),
        "refunds due": select(Refund).where(Refund.state == MoveState.DUE),
        "transfers due": select(Transfer).where(Transfer.state == MoveState.DUE),
    }.items():
        if number := session.scalar(select(func.count()).select_from(query.subquery())):
            yield f"{number} {what}"
