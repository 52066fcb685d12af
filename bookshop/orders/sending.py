"""Confirmed parcels that should be on their way: until when, and what if they are not.

Nothing ends by itself here: the seller is reminded once, operators see it, and the customer is
told that he may cancel.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from bookshop import outbox
from bookshop.messages import SendingOverdue
from bookshop.orders.models import Parcel
from bookshop.orders.moving import locked_parcel
from bookshop.orders.parcels import WITH_ITS_ORDER
from bookshop.orders.states import ParcelState

_TOLD = WITH_ITS_ORDER, joinedload(Parcel.shop), selectinload(Parcel.lines)


def send_by(parcel: Parcel) -> datetime | None:
    """Until when its seller should send it; None unless it is confirmed and waits for that."""
    return parcel.send_by if parcel.state is ParcelState.CONFIRMED else None


def unsent(session: Session, moment: datetime, limit: int) -> Sequence[Parcel]:
    """What should be on its way by now, the longest overdue first."""
    query = select(Parcel).where(_is_unsent(moment)).options(*_TOLD)
    return session.scalars(query.order_by(Parcel.send_by).limit(limit)).all()


def to_remind(session: Session, moment: datetime, limit: int) -> Sequence[int]:
    query = select(Parcel.id).where(_is_unsent(moment), Parcel.reminded_at.is_(None))
    return session.scalars(query.limit(limit)).all()


def remind_to_send(session: Session, parcel_id: int, moment: datetime) -> None:
    parcel = locked_parcel(session, parcel_id)
    by = send_by(parcel)
    if by and by <= moment and parcel.reminded_at is None:
        parcel.reminded_at = moment
        outbox.announce(session, SendingOverdue(parcel.order_id, parcel.id))


def _is_unsent(moment: datetime) -> ColumnElement[bool]:
    return and_(Parcel.state == ParcelState.CONFIRMED, Parcel.send_by <= moment)
