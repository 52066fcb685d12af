"""Write each letter that is owed once, and mark it when it has gone.

A letter is rendered whole when its event happens; sending it later changes nothing in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bookshop import outbox
from bookshop.database import insert_if_absent, now
from bookshop.messages import LetterWritten, Message
from bookshop.notifications import contents
from bookshop.notifications.contents import Reader
from bookshop.notifications.letters import LETTERS, LetterKind
from bookshop.notifications.links import Links
from bookshop.notifications.models import Letter
from bookshop.notifications.rendering import render, shop_name


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


def write(session: Session, message: Message, links: Links) -> None:
    """Each owed letter, once however often the message comes; the post hears of each new one."""
    for letter in owed(session, message):
        _write(session, message, letter, links)


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
    letter = to_send(session, letter_id)
    if letter:
        letter.sent_at = now()


def _write(session: Session, message: Message, letter: Owed, links: Links) -> None:
    kind, reader = letter.kind, letter.reader
    facts = contents.facts(session, message, links)
    name = shop_name(reader.language, links.shop_name)
    rendered = render(kind, reader.language, {**facts, "reader": reader, "shop_name": name})
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
        outbox.announce(session, LetterWritten(_id_of(session, message, letter)))


def _id_of(session: Session, message: Message, letter: Owed) -> int:
    query = select(Letter.id).where(
        Letter.event == message.key,
        Letter.recipient == letter.reader.email,
        Letter.kind == letter.kind.name,
    )
    return session.scalars(query).one()
