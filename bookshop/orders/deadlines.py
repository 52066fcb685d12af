"""What is overdue at a given moment. The clock is handed in; each thing found is done by itself."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop.orders import parcels, sending, service
from bookshop.orders.models import Order, Parcel
from bookshop.orders.moving import TO_CONFIRM, TO_REMIND
from bookshop.orders.states import OrderState, ParcelState

Deed = Callable[[Session, int, datetime], None]


def overdue(session: Session, moment: datetime, limit: int = 500) -> list[tuple[Deed, int]]:
    """What is to be done now, each in a transaction of its own; doing it twice is harmless."""
    found: list[tuple[Deed, int]] = []
    for deed, ids in (
        (service.expire, _expired(session, moment, limit)),
        (parcels.cancel_overdue, _unanswered(session, moment, limit)),
        (parcels.remind, _to_remind(session, moment, limit)),
        (sending.remind_to_send, sending.to_remind(session, moment, limit)),
        (parcels.receive_overdue, _long_sent(session, moment, limit)),
    ):
        found += [(deed, id) for id in ids]
    return found


def _expired(session: Session, moment: datetime, limit: int) -> Sequence[int]:
    query = select(Order.id).where(
        Order.state.in_([OrderState.RESERVED, OrderState.SHORT]), Order.expires_at <= moment
    )
    return session.scalars(query.limit(limit)).all()


def _unanswered(session: Session, moment: datetime, limit: int) -> Sequence[int]:
    query = select(Parcel.id).where(
        Parcel.state == ParcelState.WAITING, Parcel.confirm_by <= moment
    )
    return session.scalars(query.limit(limit)).all()


def _to_remind(session: Session, moment: datetime, limit: int) -> Sequence[int]:
    query = select(Parcel.id).where(
        Parcel.state == ParcelState.WAITING,
        Parcel.reminded_at.is_(None),
        Parcel.confirm_by <= moment + (TO_CONFIRM - TO_REMIND),
        Parcel.confirm_by > moment,
    )
    return session.scalars(query.limit(limit)).all()


def _long_sent(session: Session, moment: datetime, limit: int) -> Sequence[int]:
    query = select(Parcel.id).where(Parcel.state == ParcelState.SENT, Parcel.receive_by <= moment)
    return session.scalars(query.limit(limit)).all()
