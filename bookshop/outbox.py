"""Messages are written beside the change they announce, and carried to their handlers afterwards.

A message is routed once: one delivery row for each of its handlers. A delivery is done in the
transaction that holds the handler's effect, so nothing is lost when a process dies or the queue
is wiped, and nothing has its effect twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    CompoundSelect,
    CursorResult,
    ForeignKey,
    Index,
    UniqueConstraint,
    bindparam,
    case,
    delete,
    insert,
    literal_column,
    or_,
    select,
    text,
    union,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from bookshop.database import Base, a_word, now
from bookshop.messages import Message, from_json, to_json

# How long a delivery handed to the queue is left alone before the sweep hands it over again.
LEFT_ALONE = timedelta(seconds=12)
# A billing outage of hours must pass and heal: tries after 1 s, 5 s ... then every half hour.
PAUSES = [1, 2, 5, 15, 30, 60, 120, 300, 600] + [1800] * 47


class OutboxMessage(Base):
    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(index=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(default=now)
    routed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_outbox_unrouted",
            "id",
            sqlite_where=(text("routed_at IS NULL")),
            postgresql_where=(text("routed_at IS NULL")),
        ),
    )

    @property
    def message(self) -> Message:
        return from_json(self.name, self.body)


class DeliveryState(StrEnum):
    WAITING = "waiting"
    FAILED = "failed"  # goes again at due_at
    STUCK = "stuck"  # waits for a person
    DONE = "done"


class Delivery(Base):
    """One message on its way to one handler."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("message_id", "handler"),
        Index(
            "ix_deliveries_open",
            "due_at",
            sqlite_where=(text("state IN ('waiting', 'failed')")),
            postgresql_where=(text("state IN ('waiting', 'failed')")),
        ),
        Index(
            "ix_deliveries_not_done",
            "message_id",
            sqlite_where=(text("state <> 'done'")),
            postgresql_where=(text("state <> 'done'")),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"))
    handler: Mapped[str]
    queue: Mapped[str]
    state: Mapped[DeliveryState] = mapped_column(
        a_word(DeliveryState), default=DeliveryState.WAITING
    )
    tries: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime]  # not handed to the queue before
    handed: Mapped[int] = mapped_column(default=0)  # how often it was handed to the queue
    batch: Mapped[str] = mapped_column(default="")  # the round in which it was handed over first
    held_until: Mapped[datetime | None]  # an errand is being asked outside
    done_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")

    message: Mapped[OutboxMessage] = relationship(lazy="joined", innerjoin=True)


@dataclass(frozen=True)
class Route:
    handler: str
    queue: str


@dataclass(frozen=True)
class Due:
    """A delivery, as the relay sees it."""

    id: int
    queue: str
    handed: int
    batch: str


@dataclass(frozen=True)
class Undone:
    """A delivery, as a worker sees it."""

    id: int
    handler: str
    name: str
    body: dict[str, Any]

    @property
    def message(self) -> Message:
        return from_json(self.name, self.body)


def announce(session: Session, message: Message) -> None:
    """The message leaves only if the transaction it belongs to is committed."""
    name = type(message).__name__
    session.execute(_ANNOUNCE, {"name": name, "key": message.key, "body": to_json(message)})


def route(session: Session, routes: Mapping[str, Sequence[Route]], limit: int = 500) -> int:
    """Make the deliveries of messages that have none yet. Answers how many messages it met."""
    query = (
        select(OutboxMessage.id, OutboxMessage.name)
        .where(OutboxMessage.routed_at.is_(None))
        .order_by(OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    met = session.execute(query).all()
    if not met:
        return 0
    moment = now()
    rows = [
        {"message_id": id, "handler": to.handler, "queue": to.queue, "due_at": moment}
        for id, name in met
        for to in routes[name]
    ]
    if rows:
        session.execute(insert(Delivery), rows)
    ids = [id for id, _ in met]
    session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(routed_at=moment))
    return len(met)


def anything_to_carry(session: Session) -> bool:
    """Two indexed looks: what the relay asks twenty times a second."""
    return bool(session.scalar(_ANYTHING, {"moment": now()}))


def take_due(session: Session, batch: str, limit: int) -> list[Due]:
    """Deliveries to hand to the queue now. If nobody does them, they are due again soon.

    They are answered as they were before: `handed` is 0 for one that is handed over the first time.
    """
    moment = now()
    due = [Due(*row) for row in session.execute(_TAKE, {"moment": moment, "most": limit})]
    ids = [delivery.id for delivery in due]
    session.execute(_TAKEN, {"ids": ids, "again": moment + LEFT_ALONE, "round": batch})
    return due


def undone(session: Session, delivery_ids: Sequence[int]) -> list[Undone]:
    """What is known of those that are not done yet."""
    return [Undone(*row) for row in session.execute(_UNDONE, {"ids": delivery_ids})]


def mark_done(session: Session, delivery_id: int) -> bool:
    """In the transaction of its effect. False: it is done already, or somebody else is at it."""
    done = session.execute(_MARK_DONE, {"delivery": delivery_id, "moment": now()})
    return bool(cast(CursorResult[Any], done).rowcount)


def open_delivery(session: Session, delivery_id: int) -> Delivery | None:
    """Locked for the handler's transaction; None when it is done or somebody else is at it."""
    query = (
        select(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state != DeliveryState.DONE)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    return session.scalars(query).one_or_none()


def mark_failed(delivery: Delivery, error: str) -> None:
    """After the last try it stays and waits for a person."""
    delivery.tries += 1
    delivery.held_until = None
    delivery.error = error[-2000:]
    if delivery.tries > len(PAUSES):
        delivery.state = DeliveryState.STUCK
    else:
        delivery.state = DeliveryState.FAILED
        delivery.due_at = now() + timedelta(seconds=PAUSES[delivery.tries - 1])


def hold(session: Session, delivery_ids: Sequence[int], time: timedelta) -> set[int]:
    """Keep others away from errands while they are asked outside. Left out: somebody is at it."""
    moment = now()
    about = {"ids": delivery_ids, "moment": moment, "until": moment + time}
    return set(session.scalars(_HOLD, about))


def still_held(session: Session, delivery_id: int, time: timedelta) -> bool:
    """Hold on to an errand that is to be begun only now. False: somebody may be at it, or was."""
    moment = now()
    about = {"delivery": delivery_id, "moment": moment, "until": moment + time}
    return session.execute(_HOLD_STILL, about).first() is not None


def hold_on(session: Session, delivery_id: int, time: timedelta) -> None:
    """The errand takes longer; whoever holds it is alive."""
    until = now() + time
    session.execute(
        update(Delivery).where(Delivery.id == delivery_id).values(held_until=until, due_at=until)
    )


def under_way() -> CompoundSelect[int]:
    """Ids of the messages that not every handler has heard."""
    unrouted = select(OutboxMessage.id).where(OutboxMessage.routed_at.is_(None))
    return union(unrouted, select(Delivery.message_id).where(_is_not_done()))


def overdue(
    session: Session, errands: Sequence[str], patience: timedelta, moment: datetime
) -> list[Delivery]:
    """Deliveries neither done nor young: rules after `patience`, errands outside after a day."""
    query = (
        select(Delivery)
        .where(_is_not_done())
        .where(
            or_(
                Delivery.state == DeliveryState.STUCK,
                Delivery.made_at < moment - timedelta(hours=24),
                (Delivery.queue.not_in(errands)) & (Delivery.made_at < moment - patience),
            )
        )
        .order_by(Delivery.id)
    )
    return list(session.scalars(query))


def forget_done(session: Session, before: datetime) -> None:
    """Long after its last delivery was done, a message has nothing more to tell."""
    still_open = select(Delivery.message_id).where(_is_not_done())
    old = select(OutboxMessage.id).where(
        OutboxMessage.routed_at < before, OutboxMessage.id.not_in(still_open)
    )
    ids = list(session.scalars(old.order_by(OutboxMessage.id).limit(5000)))
    session.execute(delete(Delivery).where(Delivery.message_id.in_(ids)))
    session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(ids)))


# In the words of the partial indexes, or SQLite will not use them.


def _is_not_done() -> ColumnElement[bool]:
    return literal_column("deliveries.state <> 'done'", Boolean())


def _is_open() -> ColumnElement[bool]:
    return literal_column("deliveries.state IN ('waiting', 'failed')", Boolean())


# Put together once: they are asked all the time.
_ANNOUNCE = insert(OutboxMessage.__table__)  # type: ignore[arg-type]
_UNROUTED = select(OutboxMessage.id).where(OutboxMessage.routed_at.is_(None))
_DUE = select(Delivery.id).where(_is_open(), Delivery.due_at <= bindparam("moment"))
_ANYTHING = select(or_(_UNROUTED.exists(), _DUE.exists()))
_TAKE = (
    select(Delivery.id, Delivery.queue, Delivery.handed, Delivery.batch)
    .where(_is_open(), Delivery.due_at <= bindparam("moment"))
    .order_by(Delivery.due_at, Delivery.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TAKEN = (
    update(Delivery)
    .where(Delivery.id.in_(bindparam("ids", expanding=True)))
    .values(
        due_at=bindparam("again"),
        handed=Delivery.handed + 1,
        batch=case((Delivery.handed == 0, bindparam("round")), else_=Delivery.batch),
    )
    .execution_options(synchronize_session=False)
)
_UNDONE = (
    select(Delivery.id, Delivery.handler, OutboxMessage.name, OutboxMessage.body)
    .join(OutboxMessage)
    .where(Delivery.id.in_(bindparam("ids", expanding=True)), Delivery.state != DeliveryState.DONE)
    .order_by(Delivery.id)
)
_HOLD = (
    update(Delivery)
    .where(Delivery.id.in_(bindparam("ids", expanding=True)), Delivery.state != DeliveryState.DONE)
    .where(or_(Delivery.held_until.is_(None), Delivery.held_until < bindparam("moment")))
    .values(held_until=bindparam("until"), due_at=bindparam("until"))
    .returning(Delivery.id)
    .execution_options(synchronize_session=False)
)
_HOLD_STILL = (
    update(Delivery)
    .where(Delivery.id == bindparam("delivery"), Delivery.state != DeliveryState.DONE)
    .where(Delivery.held_until > bindparam("moment"))
    .values(held_until=bindparam("until"), due_at=bindparam("until"))
    .returning(Delivery.id)
    .execution_options(synchronize_session=False)
)
_FREE = select(Delivery.id).where(
    Delivery.id == bindparam("delivery"), Delivery.state != DeliveryState.DONE
)
_MARK_DONE = (
    update(Delivery)
    .where(Delivery.id == _FREE.with_for_update(skip_locked=True).scalar_subquery())
    .values(state=DeliveryState.DONE, done_at=bindparam("moment"), error="")
    .execution_options(synchronize_session=False)
)
