"""Reserve, release and send copies. Never more is promised than can be sold.

Whoever needs several shelves takes them in the order of their offers, so two orders that want the
same books wait for each other and never deadlock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, func, select, update
from sqlalchemy.orm import Session

from bookshop import outbox
from bookshop.books.models import Offer
from bookshop.database import now
from bookshop.errors import Invalid, NotFound
from bookshop.messages import PromisedCopiesMissing
from bookshop.stock.models import Movement, Reservation, ReservationState, Shelf
from bookshop.translations import N_

MOST_ON_HAND = 1_000_000


class NoSuchShelf(NotFound):
    text = N_("There is no such offer.")


class BadCount(Invalid):
    text = N_("The number of copies is a whole number from 0 to %(most)d.")


@dataclass(frozen=True)
class Wanted:
    """Copies of one offer for one line of an order."""

    parcel_id: int
    line_id: int
    offer_id: int
    quantity: int


@dataclass(frozen=True)
class Reserved:
    pass


@dataclass(frozen=True)
class Refused:
    """How many copies of each wanted offer there are."""

    left: dict[int, int]


def reserve(session: Session, order_id: int, wanted: Sequence[Wanted]) -> Reserved | Refused:
    """All of it or nothing."""
    in_order = sorted(wanted, key=lambda line: (line.offer_id, line.line_id))
    try:
        with session.begin_nested():  # a part that was promised is taken back
            for line in in_order:
                _promise(session, line)
    except _Gone:
        return Refused(_left(session, [line.offer_id for line in in_order]))
    session.add_all(_reservation(order_id, line) for line in in_order)
    return Reserved()


def release(session: Session, parcel_ids: Sequence[int]) -> None:
    """The copies can be sold again. What was released or sent before stays as it is."""
    for reservation in _ended(session, parcel_ids, ReservationState.RELEASED):
        shelf = _shelf(session, reservation.offer_id)
        shelf.reserved -= reservation.quantity
        shelf.changed_at = now()


def send(session: Session, parcel_id: int, who_id: int | None) -> None:
    """The copies leave the shelf. What was sent is proof that it was there."""
    for reservation in _ended(session, [parcel_id], ReservationState.SENT):
        _take_away(session, reservation, f"parcel {parcel_id} sent", who_id)


def not_there(session: Session, parcel_id: int, who_id: int | None) -> None:
    """The seller looked for the copies and they are not there: nobody is sold them again."""
    for reservation in _ended(session, [parcel_id], ReservationState.RELEASED):
        _take_away(session, reservation, f"parcel {parcel_id}: not there", who_id)


def set_on_hand(session: Session, offer_id: int, copies: int, why: str, who_id: int | None) -> None:
    """What the seller says he has; reservations stay. If it is fewer than promised he is told."""
    if not 0 <= copies <= MOST_ON_HAND:
        raise BadCount(field="on_hand", most=MOST_ON_HAND)
    shelf = _shelf(session, offer_id)
    short_before = shelf.short
    _set_on_hand(session, shelf, copies, why, who_id)
    if shelf.short > short_before:
        session.flush()
        tell_of_missing(session, [offer_id])


def tell_of_missing(session: Session, offer_ids: Sequence[int]) -> None:
    """Since the last movement of each, fewer are on hand than are promised: its seller is told."""
    latest = select(Movement.offer_id, func.max(Movement.id)).group_by(Movement.offer_id)
    for offer_id, movement_id in session.execute(latest.where(Movement.offer_id.in_(offer_ids))):
        outbox.announce(session, PromisedCopiesMissing(offer_id, movement_id))


class _Gone(Exception):
    pass


def _promise(session: Session, line: Wanted) -> None:
    """One conditional update: of two who want the last copy, one finds it gone."""
    wanted = {"offer": line.offer_id, "wanted": line.quantity, "moment": now()}
    promised = session.execute(_PROMISE, wanted)
    if not cast(CursorResult[Any], promised).rowcount:
        raise _Gone


def _reservation(order_id: int, line: Wanted) -> Reservation:
    return Reservation(
        order_id=order_id,
        parcel_id=line.parcel_id,
        line_id=line.line_id,
        offer_id=line.offer_id,
        quantity=line.quantity,
    )


def _left(session: Session, offer_ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(Shelf.offer_id, Shelf.on_hand - Shelf.reserved)
        .join(Offer, Offer.id == Shelf.offer_id)
        .where(Shelf.offer_id.in_(offer_ids), Offer.withdrawn_at.is_(None))
    )
    there = {offer_id: max(0, left) for offer_id, left in session.execute(query)}
    return {offer_id: there.get(offer_id, 0) for offer_id in offer_ids}


def _ended(
    session: Session, parcel_ids: Sequence[int], state: ReservationState
) -> list[Reservation]:
    """The live reservations of these parcels, which end now, each exactly once."""
    query = (
        select(Reservation)
        .where(Reservation.parcel_id.in_(parcel_ids))
        .where(Reservation.state == ReservationState.LIVE)
        .order_by(Reservation.offer_id, Reservation.id)
        .with_for_update()
    )
    ended = list(session.scalars(query))
    for reservation in ended:
        reservation.state, reservation.ended_at = state, now()
    return ended


def _take_away(session: Session, reservation: Reservation, why: str, who_id: int | None) -> None:
    shelf = _shelf(session, reservation.offer_id)
    _set_on_hand(session, shelf, max(0, shelf.on_hand - reservation.quantity), why, who_id)
    shelf.reserved -= reservation.quantity


def _shelf(session: Session, offer_id: int) -> Shelf:
    """Locked, and as it is now whatever was read before."""
    query = select(Shelf).where(Shelf.offer_id == offer_id).with_for_update()
    shelf = session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
    if shelf is None:
        raise NoSuchShelf
    return shelf


def _set_on_hand(session: Session, shelf: Shelf, copies: int, why: str, who_id: int | None) -> None:
    shelf.changed_at = now()
    if copies != shelf.on_hand:
        before = shelf.on_hand
        session.add(
            Movement(offer_id=shelf.offer_id, why=why, who_id=who_id, before=before, after=copies)
        )
        shelf.on_hand = copies


# Put together once.
_ON_SALE = select(Offer.id).where(Offer.id == bindparam("offer"), Offer.withdrawn_at.is_(None))
_PROMISE = (
    update(Shelf)
    .where(Shelf.offer_id == bindparam("offer"), _ON_SALE.exists())
    .where(Shelf.on_hand - Shelf.reserved >= bindparam("wanted"))
    .values(reserved=Shelf.reserved + bindparam("wanted"), changed_at=bindparam("moment"))
    .execution_options(synchronize_session=False)
)
