"""Whether every message was heard, and every letter written."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bookshop import outbox
from bookshop.messages import Message, RefundDue, TransferDue
from bookshop.notifications import service as notifications
from bookshop.notifications.letters import LETTERS
from bookshop.notifications.models import Letter
from bookshop.orders.models import Parcel
from bookshop.outbox import OutboxMessage
from bookshop.payments.models import MoveState, Refund, Transfer

PATIENCE = timedelta(seconds=60)
OUTSIDE = ("billing", "mail", "imports", "index")  # errands there may take a day
_AT_ONCE = 500


def deliveries(session: Session, looked_at: datetime) -> list[str]:
    late = outbox.overdue(session, OUTSIDE, PATIENCE, looked_at)
    unrouted = session.scalars(
        select(OutboxMessage).where(
            OutboxMessage.routed_at.is_(None), OutboxMessage.made_at < looked_at - PATIENCE
        )
    )
    return (
        [
            f"delivery {delivery.id} of {delivery.message.key} to {delivery.handler}: "
            f"{delivery.state}, {delivery.error.strip().rpartition(chr(10))[2]}"
            for delivery in late
        ]
        + [f"message {message.id} {message.key}: nobody carried it" for message in unrouted]
        + _forgotten(session, looked_at)
    )


def _forgotten(session: Session, looked_at: datetime) -> list[str]:
    """Money that is due while no message is on its way that would see to it."""
    told = select(OutboxMessage.key).where(OutboxMessage.id.in_(outbox.under_way()))
    under_way = set(session.scalars(told))
    refunds = select(Refund).where(
        Refund.state == MoveState.DUE, Refund.made_at < looked_at - PATIENCE
    )
    transfers = (
        select(Transfer)
        .join(Parcel, Parcel.id == Transfer.parcel_id)
        .where(Transfer.state == MoveState.DUE, Transfer.made_at < looked_at - PATIENCE)
        .where(Parcel.problem == "")  # until it is settled, the transfer waits
    )
    due: list[Refund | Transfer] = [*session.scalars(refunds), *session.scalars(transfers)]
    return [
        f"{move.key}: due, and forgotten" for move in due if _news_of(move).key not in under_way
    ]


def _news_of(move: Refund | Transfer) -> Message:
    if isinstance(move, Refund):
        return RefundDue(move.order_id, move.parcel_id, move.n, move.amount)
    return TransferDue(move.order_id, move.parcel_id, move.amount)


def letters(session: Session) -> list[str]:
    """For every message whose letters should be written by now."""
    kinds = [kind.__name__ for kind in LETTERS]
    told = (
        select(OutboxMessage)
        .where(OutboxMessage.name.in_(kinds), OutboxMessage.id.not_in(outbox.under_way()))
        .order_by(OutboxMessage.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    offenders = []
    for messages in session.scalars(told).partitions():
        offenders += _not_written_once(session, messages)
    return offenders


def _not_written_once(session: Session, messages: Sequence[OutboxMessage]) -> list[str]:
    keys = [message.key for message in messages]
    counted = (
        select(Letter.event, Letter.kind, func.count())
        .where(Letter.event.in_(keys))
        .group_by(Letter.event, Letter.kind)
    )
    written = {(event, kind): number for event, kind, number in session.execute(counted)}
    owed = notifications.owed_by_all(session, [message.message for message in messages])
    return [
        f"{message.key}: letter {letter.kind.name} written {number} times"
        for message, letters in owed
        for letter in letters
        if (number := written.get((message.key, letter.kind.name), 0)) != 1
    ]
