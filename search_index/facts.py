"""Reads from SQL what the index needs to know of each book, many at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, cast

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from bookshop.books.models import Book, Offer
from bookshop.stock.models import Reservation, ReservationState, Shelf
from bookshop.users.models import User

AT_ONCE = 1_000


class BookFacts(Protocol):
    id: int
    revision: int
    isbn13: str | None
    title: str
    authors: str
    series: str
    publisher: str
    category: str
    language: str
    description: str
    volume: str
    year: int | None
    created_at: datetime


class OfferFacts(NamedTuple):
    """All offers of one book together."""

    price: int  # the least; of those offers that have copies, if any has
    copies: int
    sold: int
    sellers: tuple[str, ...]  # none: it is not on sale
    asked: tuple[int, ...] = ()  # the price of each, if they are several: see several.py


WITHDRAWN = OfferFacts(0, 0, 0, ())
_BOOKS = select(*(getattr(Book, name) for name in BookFacts.__annotations__))
ON_SALE = exists().where(Offer.book_id == Book.id, Offer.withdrawn_at.is_(None))


def books_on_sale(
    session: Session, book_ids: Collection[int]
) -> Iterator[tuple[BookFacts, OfferFacts]]:
    for some in in_batches(sorted(book_ids), AT_ONCE):
        offers = offers_of(session, some)
        for book in session.execute(_BOOKS.where(Book.id.in_(some)).order_by(Book.id)):
            if offers[book.id].sellers:
                yield cast(BookFacts, book), offers[book.id]


def offers_of(session: Session, book_ids: Sequence[int]) -> dict[int, OfferFacts]:
    """Of AT_ONCE books at most; all that are asked for are in the answer."""
    offers, sold = _offers(session, book_ids), _sold(session, book_ids)
    return {
        book_id: _summed_up(offers[book_id], sold.get(book_id, 0))
        if book_id in offers
        else WITHDRAWN
        for book_id in book_ids
    }


def in_batches(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


_Offer = tuple[int, int, str]  # price, copies left, the seller's login


def _offers(session: Session, book_ids: Sequence[int]) -> dict[int, list[_Offer]]:
    query = (
        select(
            Offer.book_id, Offer.price, func.coalesce(Shelf.on_hand - Shelf.reserved, 0), User.login
        )
        .join(User, User.id == Offer.seller_id)
        .outerjoin(Shelf, Shelf.offer_id == Offer.id)
        .where(Offer.book_id.in_(book_ids), Offer.withdrawn_at.is_(None))
    )
    offers: defaultdict[int, list[_Offer]] = defaultdict(list)
    for book_id, price, sellable, login in session.execute(query):
        offers[book_id].append((price, sellable, login))
    return offers


def _sold(session: Session, book_ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(Offer.book_id, func.sum(Reservation.quantity))
        .join(Reservation, Reservation.offer_id == Offer.id)
        .where(Offer.book_id.in_(book_ids), Reservation.state == ReservationState.SENT)
        .group_by(Offer.book_id)
    )
    return {book_id: int(copies) for book_id, copies in session.execute(query)}


def _summed_up(offers: list[_Offer], sold: int) -> OfferFacts:
    offers.sort(key=_seller)
    with_copies = [offer for offer in offers if offer[1] > 0]
    asked = tuple(price if copies > 0 else -price for price, copies, _ in offers)
    return OfferFacts(
        price=min(price for price, _, _ in with_copies or offers),
        copies=sum(copies for _, copies, _ in with_copies),
        sold=sold,
        sellers=tuple(login for _, _, login in offers),
        asked=asked if len(offers) > 1 else (),
    )


def _seller(offer: _Offer) -> str:
    return offer[2]
