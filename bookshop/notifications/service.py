"""Write each letter that is owed once, and mark it when it has gone.

A letter is rendered whole when its event happens; sending it later changes nothing in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from bookshop import outbox
from bookshop.database import insert_if_absent, now
from bookshop.messages import LetterWritten, Message
from bookshop.notifications import contents
from bookshop.notifications.contents import Reader
from bookshop.notifications.letters import LETTERS, LetterKind
from bookshop.notifications.links import Links
from bookshop.notifications.models import Letter
from bookshop.notifications.rendering import render, shop_name
from bookshop.orders.models import Order, Parcel
from bookshop.users.models import Shop, User


@dataclass(frozen=True)
class Owed:
    kind: LetterKind
    reader: Reader


def owed(session: Session, message: Message) -> list[Owed]:
    """The letters this message asks for. Nobody writes to an account that was deleted."""
    found = []
    for kind in LETTERS.get(type(message), ()):
        if kind.condition(session, message):
            reader = contents.reader(session, kind.to, message)
            if reader:
                found.append(Owed(kind, reader))
    return found


def owed_by_all(session: Session, messages: Sequence[Message]) -> list[tuple[Message, list[Owed]]]:
    """The same of each, in a fixed number of queries for whatever is about orders."""
    ids = {message.order_id for message in messages if hasattr(message, "order_id")}
    query = (
        select(Order)
        .where(Order.id.in_(ids))
        .options(
            selectinload(Order.history),
            selectinload(Order.parcels).options(
                selectinload(Parcel.lines), joinedload(Parcel.shop).joinedload(Shop.owner)
            ),
        )
    )
    found = session.scalars(query).all()
    customers = {order.customer_id for order in found}
    # Held until the end: what is in the session is not asked for again.
    held = [found, session.scalars(select(User).where(User.id.in_(customers))).all()]
    letters = [(message, owed(session, message)) for message in messages]
    del held
    return letters


def write(session: Session, message: Message, links: Links) -> None:
    """Each owed letter, once however often the message comes; the post hears of each new one."""
    if type(message) in LETTERS:
        about = contents.facts(session, message, links)  # and with it what tells who is owed one
        for letter in owed(session, message):
            _write(session, message, letter, about)


def to_send(session: Session, letter_id: int) -> Letter | None:
    """None when it has gone already, or its reader has deleted his account."""
    letter = session.get(Letter, letter_id)
    return letter if letter and letter.text and letter.sent_at is None else None


def of_order(session: Session, order_id: int) -> Sequence[Letter]:
    """All that was written about an order, to its customer and its sellers."""
    return session.scalars(
        select(Letter).where(Letter.order_id == order_id).order_by(Letter.id)
    ).all()


def mark_sent(session: Session, letter_id: int) -> None:
    session.execute(_MARK_SENT, {"letter": letter_id, "moment": now()})


def _write(session: Session, message: Message, letter: Owed, about: dict[str, Any]) -> None:
    kind, reader = letter.kind, letter.reader
    name = shop_name(reader.language, about["links"].shop_name)
    rendered = render(kind, reader.language, {**about, "reader": reader, "shop_name": name})
    new = insert_if_absent(
        session,
        Letter,
        event=message.key,
        recipient=reader.email,
        kind=kind.name,
        order_id=getattr(message, "order_id", None),
        user_id=reader.user_id,
        language=reader.language,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        written_at=now(),
    )
    if new:
        outbox.announce(session, LetterWritten(new.id))


# Put together once.
_MARK_SENT = (
    update(Letter)
    .where(Letter.id == bindparam("letter"), Letter.sent_at.is_(None), Letter.text != "")
    .values(sent_at=bindparam("moment"))
    .execution_options(synchronize_session=False)
)
