"""Confirmed parcels that should be on their way: until when, and what if they are not.

Nothing ends by itself here: the seller is reminded once, operators see it, and the customer is
told that he may cancel.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from bookshop import outbox
from bookshop.messages import ParcelConfirmed, SendingOverdue
from bookshop.orders.models import OrderEvent, Parcel
from bookshop.orders.moving import TO_SEND, locked_parcel
from bookshop.orders.parcels import WITH_ITS_ORDER
from bookshop.orders.states import ParcelState

_TOLD = WITH_ITS_ORDER, joinedload(Parcel.shop), selectinload(Parcel.lines)


def send_by(parcel: Parcel) -> datetime | None:
    """Until when its seller should send it; None unless it is confirmed and waits for that."""
    if parcel.state is not ParcelState.CONFIRMED:
        return None
    return TO_SEND + next(
        event.at
        for event in parcel.order.history
        if event.parcel_id == parcel.id and event.what == ParcelConfirmed.__name__
    )


def unsent(session: Session, moment: datetime, limit: int) -> list[tuple[Parcel, datetime]]:
    """What should be on its way by now, and when it was confirmed; the longest ago first."""
    query = _unsent(moment).options(*_TOLD)
    rows = session.execute(query.order_by(OrderEvent.at).limit(limit))
    return [(parcel, confirmed) for parcel, confirmed in rows]


def to_remind(session: Session, moment: datetime, limit: int) -> Sequence[int]:
    query = _unsent(moment).where(Parcel.reminded_at.is_(None)).with_only_columns(Parcel.id)
    return session.scalars(query.limit(limit)).all()


def remind_to_send(session: Session, parcel_id: int, moment: datetime) -> None:
    parcel = locked_parcel(session, parcel_id)
    by = send_by(parcel)
    if by and by <= moment and parcel.reminded_at is None:
        parcel.reminded_at = moment
        outbox.announce(session, SendingOverdue(parcel.order_id, parcel.id))


def _unsent(moment: datetime) -> Select[Parcel, datetime]:
    confirmed = (OrderEvent.order_id == Parcel.order_id) & (OrderEvent.parcel_id == Parcel.id)
    return (
        select(Parcel, OrderEvent.at)
        .join(OrderEvent, confirmed)
        .where(Parcel.state == ParcelState.CONFIRMED)
        .where(OrderEvent.what == ParcelConfirmed.__name__, OrderEvent.at <= moment - TO_SEND)
    )
